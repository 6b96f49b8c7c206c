"""What a running child has given up, as the kernel tells it: no step may be left out."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.python import Tier
from tools.python.inside.frames import packed
from tools.python.keeper import MAX_SECONDS, Keeper

MEMORY_MB = 64
LIMITS = {
    "Max cpu time": MAX_SECONDS + 1,
    "Max file size": 0,
    "Max core file size": 0,
    "Max processes": 0,
    "Max open files": 32,
    "Max locked memory": 0,
}


@pytest.fixture
def child(tier: Tier) -> Iterator[Path]:
    """The folder in /proc of a child that runs a program."""
    keeper = Keeper(tier, memory_mb=MEMORY_MB, ahead=0, packages=())
    try:
        child = keeper.child()
        child.talk.sendall(packed({"code": "print('ready')\nwhile True: pass"}))
        assert select.select([child.output], [], [], 60)[0]
        assert os.read(child.output, 100) == b"ready\n"
        yield Path(f"/proc/{_last_below(keeper.pid)}")
        child.close()
    finally:
        keeper.close()


def _last_below(pid: int | None) -> int:
    """The youngest of a family in which everybody has one child at most."""
    assert pid is not None
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _last_below(int(below[0])) if below else pid


def _fields(file: Path) -> dict[str, list[str]]:
    lines = (line.partition(":") for line in file.read_text().splitlines())
    return {name: value.split() for name, _, value in lines}


def test_its_limits(child: Path) -> None:
    limits = {
        line[:25].strip(): line[25:].split()[:2]
        for line in (child / "limits").read_text().splitlines()
    }

    assert {name: limits[name] for name in LIMITS} == {
        name: [str(bound)] * 2 for name, bound in LIMITS.items()
    }
    soft, hard = limits["Max address space"]
    in_use = int(_fields(child / "status")["VmSize"][0]) << 10
    assert soft == hard
    assert int(hard) - in_use <= MEMORY_MB << 20


def test_its_rights(child: Path, tier: Tier) -> None:
    status = _fields(child / "status")

    assert status["NoNewPrivs"] == ["1"]
    assert status["Seccomp"] == ["2"]
    assert status["Seccomp_filters"] == [str(int(_own("Seccomp_filters")) + 1)]
    assert {int(status[kind][0], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    # An ordinary user may not make the set smaller, and cannot use it either.
    if tier is Tier.NAMESPACES or os.geteuid() == 0:
        assert int(status["CapBnd"][0], 16) == 0


def test_its_processes(child: Path, tier: Tier) -> None:
    status = _fields(child / "status")

    own = len(_fields(Path("/proc/self/status"))["NSpid"])
    below = {Tier.NAMESPACES: 2, Tier.LANDLOCK: 0}[tier]
    assert len(status["NSpid"]) == own + below
    if tier is Tier.NAMESPACES:
        assert status["NSpid"][-1] == "1"
    assert status["NSsid"] == status["NSpid"], "it leads a session of its own"


def _own(name: str) -> str:
    return _fields(Path("/proc/self/status"))[name][0]
