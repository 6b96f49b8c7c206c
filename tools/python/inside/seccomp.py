"""The list of allowed system calls as a program for the kernel's packet filter (BPF).

A filter looks at one call's number and at the low words of its arguments, which are integers here;
it cannot follow pointers. Format: ``linux/filter.h``, ``linux/seccomp.h``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

from .kernel import PR_SET_SECCOMP, prctl
from .syscalls import CLONE3, Machine

_FILTER_MODE = 2
_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS: the accumulator takes a word of the call's record
_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_BITS = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_KILL = 0x80000000
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_REFUSE = _ERRNO | errno.EPERM

# Offsets in struct seccomp_data.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

# A file may be opened to be read. Before Linux 6.2 Landlock does not see O_RDONLY | O_TRUNC.
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# F_DUPFD to F_GETFL and F_DUPFD_CLOEXEC. F_SETOWN with O_ASYNC would signal any process.
_FCNTL = (0, 1, 2, 3, 1030)


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction; ``then`` and ``otherwise`` are how many of the next ones are skipped."""

    code: int
    value: int
    then: int = 0
    otherwise: int = 0

    def encoded(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.then, self.otherwise, self.value)


def allow_list(machine: Machine) -> bytes:
    """The filter: an array of ``struct sock_filter``."""
    steps = [
        _Step(_LOAD, _ARCHITECTURE),
        # The 32-bit calls of a 64-bit kernel have other numbers: using one is an attack.
        _Step(_IF_EQUAL, machine.audit, then=1),
        _Step(_RETURN, _KILL),
        _Step(_LOAD, _NUMBER),
        # Told that there is no clone3, the C library tries clone, and is refused that.
        *_when(CLONE3, [_Step(_RETURN, _ERRNO | errno.ENOSYS)]),
    ]
    checked = {
        "open": _unless_bits(1, _WRITING),
        "openat": _unless_bits(2, _WRITING),
        "fcntl": _if_among(1, _FCNTL),
    }
    for name, number in machine.allowed.items():
        steps += _when(number, checked.get(name, [_Step(_RETURN, _ALLOW)]))
    steps.append(_Step(_RETURN, _REFUSE))
    return b"".join(step.encoded() for step in steps)


def install(program: bytes) -> None:
    """Put this process under the filter, for ever. It must have ``no_new_privs``.

    Raises:
        OSError: the kernel has no seccomp, or refuses.
    """
    instructions = ctypes.create_string_buffer(program, len(program))
    count = len(program) // 8
    header = _Program(count, ctypes.cast(instructions, ctypes.c_void_p))
    prctl(PR_SET_SECCOMP, _FILTER_MODE, header)


class _Program(ctypes.Structure):
    _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _when(number: int, steps: list[_Step]) -> list[_Step]:
    """``steps``, which end in a return, for the call of that number only."""
    return [_Step(_IF_EQUAL, number, otherwise=len(steps)), *steps]


def _unless_bits(argument: int, bits: int) -> list[_Step]:
    return [
        _Step(_LOAD, _ARGUMENTS + 8 * argument),
        _Step(_IF_BITS, bits, otherwise=1),
        _Step(_RETURN, _REFUSE),
        _Step(_RETURN, _ALLOW),
    ]


def _if_among(argument: int, values: tuple[int, ...]) -> list[_Step]:
    return [
        _Step(_LOAD, _ARGUMENTS + 8 * argument),
        *[_Step(_IF_EQUAL, v, then=len(values) - i) for i, v in enumerate(values)],
        _Step(_RETURN, _REFUSE),
        _Step(_RETURN, _ALLOW),
    ]
