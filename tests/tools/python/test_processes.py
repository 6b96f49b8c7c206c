"""The zygote's life: it is restarted when killed, shared with nobody, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.python import Jail, Tier
from tools.python.keeper import _LostError, _receive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def _parents(*, zombies: bool = True) -> dict[int, int]:
    """Parent of each process."""
    found = {}
    for each in Path("/proc").iterdir():
        if each.name.isdecimal():
            try:
                stat = (each / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if zombies or state != "Z":
                found[int(each.name)] = int(parent)
    return found


def _family(pid: int) -> set[int]:
    """A process and all below it."""
    parents = _parents()
    family = {pid} & parents.keys()
    while more := {p for p, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _descriptors() -> set[str]:
    """What this process has open."""
    found = set()
    for entry in os.scandir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # The one that lists them has gone.
            found.add(f"{entry.name} -> {os.readlink(entry.path)}")
    return {each for each in found if "/proc/" not in each}


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _dead(family: set[int]) -> None:
    # Those whose parent was killed belong to process 1, which in a container may collect nobody.
    _wait_until(lambda: not family & _parents(zombies=False).keys())


def _gone(family: set[int]) -> None:
    _dead(family)
    assert not {pid for pid, parent in _parents().items() if parent == os.getpid()} & family


def test_it_is_restarted_after_kill_9_and_close_leaves_nothing(tier: Tier) -> None:
    before = _descriptors()
    jail = Jail(tier=tier, timeout_s=30)
    assert jail.pid is None
    assert jail.run("1").output == "1"
    first = jail.pid
    assert first is not None
    families = [_family(first)]

    os.kill(first, signal.SIGKILL)
    _dead(families[0])
    assert jail.run("2").output == "2"
    _gone(families[0])
    second = jail.pid
    assert second not in (None, first)
    families.append(_family(second or 0))
    # With namespaces the zygote is the only child of the process that was started.
    below = [pid for pid, parent in _parents().items() if parent == second]
    os.kill(below[0] if tier is Tier.NAMESPACES else second or 0, signal.SIGKILL)
    _dead(families[1])
    assert jail.run("3").output == "3"
    families.append(_family(jail.pid or 0))

    jail.close()
    assert jail.pid is None
    _gone(set.union(*families))
    _wait_until(lambda: not _descriptors() - before)  # Other tests' threads open and close theirs.
    assert jail.run("4").output == "4"  # closed is not forbidden
    jail.close()


def test_a_program_whose_zygote_is_killed_is_reported_and_dies(tier: Tier) -> None:
    with Jail(tier=tier, timeout_s=30) as jail:
        jail.run("1")
        family = _family(jail.pid or 0)
        killer = threading.Timer(0.5, lambda: [os.kill(p, 9) for p in [jail.pid] if p])
        killer.start()
        result = jail.run("while True: pass")
        killer.join()
        assert result.kind == "crashed"
        assert result.error == "the jail was ended from outside while it ran"
        assert jail.run("5").output == "5"  # collects the dead one
        _gone(family)


def test_calls_leave_no_zombies_or_descriptors(jail: Jail) -> None:
    jail.run("1")
    for code in ("1", "1/0", "import os; os._exit(1)", "import os; os.closerange(0, 9)"):
        jail.run(code)
    time.sleep(0.2)
    before = len(os.listdir("/proc/self/fd")), len(_family(jail.pid or 0))

    for code in ("1", "1/0", "import os; os._exit(1)", "import os; os.closerange(0, 9)") * 3:
        jail.run(code)

    _wait_until(lambda: len(_family(jail.pid or 0)) <= before[1])
    assert len(os.listdir("/proc/self/fd")) == before[0]


def test_a_zygote_that_dies_in_the_midst_of_an_answer_costs_no_descriptor() -> None:
    ours, theirs = socket.socketpair()
    before = len(os.listdir("/proc/self/fd"))
    with ours, theirs:
        socket.send_fds(theirs, [b"\0\0"], [0, 1, 2])
        theirs.close()
        with pytest.raises(_LostError):
            _receive(ours)
    assert len(os.listdir("/proc/self/fd")) == before - 2


SHARED = """
import os, sys, threading
from tools.python import Jail, Tier
jail = Jail(tier=Tier(int(sys.argv[1])), timeout_s=30)
assert jail.run("1").output == "1"
held = jail._lock.acquire()  # as another thread might hold it at the moment of the fork
child = os.fork()
if child == 0:
    result = jail.run("2")
    jail.close()
    os._exit(0 if result.output == "2" and jail.pid is None else 1)
jail._lock.release()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert jail.run("3").output == "3"
print(jail.pid)
"""


def test_a_forked_process_has_its_own_and_the_end_of_the_parent_ends_all(tier: Tier) -> None:
    # It never closes the jail: the end of the process has to do.
    command = [sys.executable, "-W", "error", "-c", SHARED, str(int(tier))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
    _gone({int(done.stdout)})


KILLED = """
import sys, threading, time
from tools.python import Jail, Tier
jail = Jail(tier=Tier(int(sys.argv[1])), timeout_s=30)
jail.run("1")
threading.Thread(target=jail.run, args=("while True: pass",)).start()
time.sleep(0.5)
print(jail.pid, flush=True)
"""


def test_kill_9_of_the_lab_ends_the_zygote_and_running_programs(tier: Tier) -> None:
    command = [sys.executable, "-c", KILLED, str(int(tier))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        family = _family(int(lab.stdout.readline()))
        lab.kill()

    assert len(family) >= 2
    _gone(family)


def test_the_environment_and_the_arguments_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_SECRET", "5f1e")
    with Jail(timeout_s=30) as jail:
        jail.run("1")
        for pid in _family(jail.pid or 0):
            for file in ("environ", "cmdline"):
                # The zygote's own files are nobody's but root's.
                try:
                    assert b"5f1e" not in Path(f"/proc/{pid}/{file}").read_bytes()
                except (PermissionError, ProcessLookupError, FileNotFoundError):
                    continue  # One that has ended since has none.
