"""Contenders' processes: what they say, what they do wrong, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bench.child import Child, UnavailableError
from engine.errors import LabError

CONTENDER = """
import os, sys, time
from engine.bench.child import UnavailableError, serve
from engine.errors import LabError

class Contender:
    def __init__(self, mood):
        print("a library prints while it loads")
        if mood == "missing":
            raise UnavailableError("it is not installed")
    def double(self, number):
        print("and while it computes")
        os.write(1, b"also in this way\\n")
        return 2 * number
    def threads(self):
        return os.environ["OMP_NUM_THREADS"]
    def refuse(self):
        raise LabError("The file is damaged. Restore it.")
    def die(self):
        print("first words\\n\\x1b[31mout of memory\\n", file=sys.stderr, flush=True)
        os._exit(7)
    def fail(self):
        return 1 / 0

serve(Contender)
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contender_for_test.py").write_text(CONTENDER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.fixture
def child() -> Iterator[Child]:
    started = Child("contender_for_test", threads=3)
    yield started
    started.close()


def test_answers_come_back_whatever_else_is_printed(child: Child) -> None:
    assert child.ask("load", mood="well") is None
    assert [child.ask("double", number=n) for n in (1, 2.5, "ab")] == [2, 5.0, "abab"]
    assert child.ask("threads") == "3"


def test_what_is_not_installed_is_said(child: Child) -> None:
    with pytest.raises(UnavailableError, match="not installed"):
        child.ask("load", mood="missing")
    child.ask("load", mood="well")  # and it may be asked again


def test_a_mistake_of_the_user_travels_as_its_sentence(child: Child) -> None:
    child.ask("load", mood="well")
    with pytest.raises(LabError, match=r"^The file is damaged. Restore it.$"):
        child.ask("refuse")
    assert child.ask("double", number=4) == 8


@pytest.mark.parametrize(
    ("operation", "said"), [("die", "exit code 7, .*out of memory"), ("fail", "ZeroDivisionError")]
)
def test_a_process_that_dies_says_its_last_words(child: Child, operation: str, said: str) -> None:
    child.ask("load", mood="well")
    for _ in range(2):  # and again, when it is asked anything else
        with pytest.raises(LabError, match=said) as caught:
            child.ask(operation)
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("python", ["/nonexistent/python", os.devnull])
def test_a_python_that_is_none_is_said(python: str) -> None:
    with pytest.raises(UnavailableError, match="cannot be run"):
        Child("contender_for_test", python=python, threads=1)


def test_a_module_that_is_none_is_said() -> None:
    child = Child("no_such_contender", threads=1)
    with pytest.raises(LabError, match="no_such_contender"):
        child.ask("load")
    child.close()


def test_closing_ends_the_process(child: Child) -> None:
    child.ask("load", mood="well")
    pid = child._process.pid
    began = time.monotonic()
    child.close()
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


PEAKS = """
from engine.bench import memory
assert memory.forget_peak()
peaks = [memory.peak_bytes()]
filled = bytearray(b"x") * 50_000_000
peaks.append(memory.peak_bytes())
del filled
peaks.append(memory.peak_bytes())
assert memory.forget_peak()
print(*peaks, memory.peak_bytes())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark is Linux's")
def test_the_peak_of_memory_is_seen_and_forgotten() -> None:
    # In a process of its own: here other tests' memory may go back meanwhile.
    said = subprocess.run([sys.executable, "-c", PEAKS], check=True, capture_output=True, text=True)
    before, high, kept, after = map(int, said.stdout.split())
    assert high > before + 45_000_000
    assert kept == pytest.approx(high, abs=2e6)  # it is kept in rough steps
    assert after < high - 30_000_000
