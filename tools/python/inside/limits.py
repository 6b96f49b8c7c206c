"""What a child gives up besides files and calls: memory, time, files' size, and capabilities."""

from __future__ import annotations

import ctypes
import errno
import os
import resource

from .kernel import PR_CAPBSET_DROP, libc, prctl

_CAPABILITY_VERSION = 0x20080522
_MAX_OPEN_FILES = 32


def address_space() -> int:
    """Bytes of address space that this process has now.

    Raises:
        OSError: there is no /proc to ask.
    """
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def limit(*, memory: int, seconds: int) -> None:
    """Bound this process: bytes of address space in all, seconds of processor, no new files.

    Raises:
        OSError, ValueError: a limit that stands already is lower.
    """
    bounds = {
        resource.RLIMIT_AS: memory,
        # The lab kills on the wall clock; this is for a lab that is stopped or swapped out.
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_NOFILE: _MAX_OPEN_FILES,
    }
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_capabilities() -> None:
    """Give up every capability, and with the bounding set the way back to them.

    Raises:
        OSError: the kernel refuses.
    """
    try:
        for capability in range(64):
            prctl(PR_CAPBSET_DROP, capability)
    except OSError as error:
        # EINVAL: there are no more. EPERM: an ordinary user, who has none to begin with.
        if error.errno not in (errno.EINVAL, errno.EPERM):
            raise
    # Effective, permitted and inheritable, of two words each.
    libc("capset", _Header(_CAPABILITY_VERSION, 0), bytes(4 * 3 * 2))
