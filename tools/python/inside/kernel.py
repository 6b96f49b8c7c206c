"""Calls to the kernel that Python has no function for. An OSError of one names the call."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38

Argument = int | bytes | ctypes.Structure | ctypes.Array[ctypes.c_char] | None


def libc(name: str, *arguments: Argument) -> int:
    """Call a function of the C library that returns -1 and sets errno when it fails.

    Raises:
        OSError: it failed.
    """
    return _checked(name, getattr(_libc, name)(*(_word(each) for each in arguments)))


def syscall(name: str, number: int, *arguments: Argument) -> int:
    """Call the kernel by number, for what the C library has no function for.

    Raises:
        OSError: it failed.
    """
    result = _libc.syscall(ctypes.c_long(number), *(_word(each) for each in arguments))
    return _checked(name, result)


def prctl(option: int, *arguments: Argument) -> int:
    """``prctl(2)``; arguments not given are 0, as several of its options demand.

    Raises:
        OSError: it failed.
    """
    return libc("prctl", option, *arguments, *[0] * (4 - len(arguments)))


def _checked(name: str, result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _word(argument: Argument) -> object:
    # A bare int would be passed as 32 bits, and variadic functions read 64.
    if isinstance(argument, int):
        return ctypes.c_ulong(argument)
    if isinstance(argument, ctypes.Structure):
        return ctypes.byref(argument)
    return argument
