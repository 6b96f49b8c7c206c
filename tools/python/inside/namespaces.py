"""Namespaces of the jail's own: no other process, network, host name or file to be seen.

The zygote enters a user namespace and with it all others, and goes on as the first process of a
process namespace. When it ends, the kernel ends every process in there. Each child then gets a
process namespace below that.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from .kernel import PR_SET_PDEATHSIG, libc, prctl, syscall
from .landlock import FOREIGN
from .syscalls import Machine

_NEW_MOUNTS = 0x20000
_NEW_CGROUP = 0x02000000
_NEW_UTS = 0x04000000
_NEW_IPC = 0x08000000
_NEW_USER = 0x10000000
_NEW_PIDS = 0x20000000
_NEW_NETWORK = 0x40000000

_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
_DETACH = 2

# Where the new root is put together: a folder that every Linux has and no Python lives in.
_WORKBENCH = "/proc"


def enter(visible: Sequence[str], machine: Machine, *, close: int) -> int:
    """Go on as a new process in namespaces where only ``visible`` folders exist, read only.

    This process becomes the waiting parent, which closes the descriptor ``close`` and never
    returns from here. Returns a descriptor of the new process namespace, for ``own_pids``.

    Raises:
        OSError: the kernel, or who set it up, does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    everything = (
        _NEW_USER | _NEW_MOUNTS | _NEW_PIDS | _NEW_NETWORK | _NEW_IPC | _NEW_UTS | _NEW_CGROUP
    )
    libc("unshare", everything)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    pid = os.fork()
    if pid:
        os.close(close)
        os.waitpid(pid, 0)
        os._exit(0)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    _change_root(visible, machine)
    return pids


def own_pids(pids: int) -> None:
    """Let the next child be the first process of a namespace of its own.

    Back to ours first: the kernel makes a namespace only for who stands in its own.

    Raises:
        OSError: the kernel refuses, because there are too many.
    """
    libc("setns", pids, _NEW_PIDS)
    libc("unshare", _NEW_PIDS)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _change_root(visible: Sequence[str], machine: Machine) -> None:
    libc("mount", None, b"/", None, _RECURSIVE | _PRIVATE, None)
    mounts = [_WORKBENCH]
    _empty(_WORKBENCH)
    for folder in visible:
        target = _WORKBENCH + os.path.abspath(folder)
        os.makedirs(target, exist_ok=True)
        libc("mount", folder.encode(), target.encode(), None, _BIND | _RECURSIVE, None)
        mounts.append(target)
        for foreign in (f"{target}/{name}" for name in FOREIGN):
            if os.path.isdir(foreign):
                _empty(foreign)
                mounts.append(foreign)
    # Last, because a package may have to be put into an emptied folder.
    for mounted in mounts:
        _make_read_only(mounted)
    # The old root is put on top of the new one, and taken off.
    os.chdir(_WORKBENCH)
    syscall("pivot_root", machine.pivot_root, b".", b".")
    libc("umount2", b".", _DETACH)
    os.chdir("/")


def _empty(folder: str) -> None:
    flags = _NO_SUID | _NO_DEVICES | _NO_EXEC
    libc("mount", b"jail", folder.encode(), b"tmpfs", flags, b"size=1m,mode=755")


def _make_read_only(folder: str) -> None:
    # A mount may have been given to this namespace with no-exec, which must be kept.
    kept = _NO_EXEC if os.statvfs(folder).f_flag & os.ST_NOEXEC else 0
    flags = _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES | kept
    libc("mount", None, folder.encode(), None, flags, None)
