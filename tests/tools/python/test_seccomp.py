"""The filter, run by an interpreter of its few instructions, for machines other than this one."""

from __future__ import annotations

import errno
import os
import struct

import pytest

from tools.python.inside.seccomp import allow_list
from tools.python.inside.syscalls import CLONE3, MACHINES, Machine

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM = ERRNO | errno.EPERM


def _verdict(machine: Machine, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the kernel would do: load, jump if equal, jump if bits, return."""
    words = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("=IIQ6Q", number, machine.audit if audit is None else audit, 0, *words)
    steps = list(struct.iter_unpack("=HBBI", allow_list(machine)))
    assert len(steps) <= 4096
    accumulator = position = 0
    while True:
        code, then, otherwise, value = steps[position]
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x15:
            position += then if accumulator == value else otherwise
        elif code == 0x45:
            position += then if accumulator & value else otherwise
        else:
            assert code == 0x06
            return value


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> Machine:
    return MACHINES[request.param]


def test_exactly_the_listed_calls_are_allowed(machine: Machine) -> None:
    allowed = {number for number in range(600) if _verdict(machine, number) == ALLOW}

    assert allowed == set(machine.allowed.values())
    assert len(allowed) == len(machine.allowed)


@pytest.mark.parametrize("number", [600, 0x40000000, 0x40000027, 0xFFFFFFFF])
def test_every_other_number_is_refused(machine: Machine, number: int) -> None:
    assert _verdict(machine, number) == EPERM


def test_clone3_is_not_there(machine: Machine) -> None:
    assert _verdict(machine, CLONE3) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("audit", [0x40000003, 0, 0xFFFFFFFF])
def test_another_architecture_is_killed(machine: Machine, audit: int) -> None:
    assert _verdict(machine, machine.allowed["getpid"], audit=audit) == KILL


@pytest.mark.parametrize(
    ("flags", "verdict"),
    [
        (os.O_RDONLY, ALLOW),
        (os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY, ALLOW),
        (os.O_WRONLY, EPERM),
        (os.O_RDWR, EPERM),
        (3, EPERM),
        (os.O_RDONLY | os.O_TRUNC, EPERM),
        (os.O_RDONLY | os.O_CREAT, EPERM),
        (os.O_TMPFILE | os.O_RDWR, EPERM),
    ],
)
def test_files_are_opened_to_be_read(machine: Machine, flags: int, verdict: int) -> None:
    assert _verdict(machine, machine.allowed["openat"], 0xFFFFFF9C, 0, flags) == verdict
    if "open" in machine.allowed:
        assert _verdict(machine, machine.allowed["open"], 0, flags) == verdict


@pytest.mark.parametrize(
    ("command", "verdict"),
    [(0, ALLOW), (1, ALLOW), (2, ALLOW), (3, ALLOW), (1030, ALLOW)]
    + [(n, EPERM) for n in (4, 5, 6, 7, 8, 10, 15, 1024, 1026, 1031, 1033, 0x80000000)],
)
def test_descriptors_have_no_owner_that_is_signalled(
    machine: Machine, command: int, verdict: int
) -> None:
    assert _verdict(machine, machine.allowed["fcntl"], 0, command) == verdict
