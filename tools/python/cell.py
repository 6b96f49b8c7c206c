"""What runs programs in one tier: a zygote's children, as many at once as the machine can serve."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tools.python.inside.frames import packed
from tools.python.keeper import PACKAGES, Keeper
from tools.python.talk import MAX_BYTES, Ending, converse
from tools.python.tier import Tier
from tools.result import Kind, ToolResult
from tools.sanitise import sanitised

MAX_OUTPUT_CHARS = 20_000
MAX_ERROR_CHARS = 500

_LOOK_S = 0.02


class Cell(Protocol):
    """Runs programs and trusted functions, each for ``timeout_s`` seconds at most, in any thread.

    Whatever has to start a process raises ``TierError`` where the tier cannot be had.
    """

    def start(self) -> None:
        """Make ready for the first call."""

    def run(self, code: str, timeout_s: float, cancelled: threading.Event | None) -> ToolResult:
        """Run a program."""

    def call(self, function: str, argument: str, timeout_s: float) -> ToolResult:
        """Call a function of ``inside.maths``."""

    def close(self) -> None:
        """End every process of it."""

    def abandon(self) -> None:
        """Forget them, in a process that was forked from the one they belong to."""


class ZygoteCell:
    """The cell of every tier but Monty."""

    def __init__(
        self, tier: Tier, *, memory_mb: int, ahead: int, packages: tuple[str, ...] = PACKAGES
    ) -> None:
        self._tier = tier
        self._memory_mb = memory_mb
        self._keeper = Keeper(tier, memory_mb=memory_mb, ahead=ahead, packages=packages)
        # More at once would only make each of them slower, until it times out.
        self._at_once = max(2, os.cpu_count() or 1)
        self._room = threading.Semaphore(self._at_once)

    @property
    def pid(self) -> int | None:
        """The process that was started, None while there is none."""
        return self._keeper.pid

    def start(self) -> None:
        """Start the zygote."""
        self._keeper.start()

    def run(self, code: str, timeout_s: float, cancelled: threading.Event | None) -> ToolResult:
        """One program in one child."""
        return self._do({"code": code}, timeout_s, cancelled)

    def call(self, function: str, argument: str, timeout_s: float) -> ToolResult:
        """One function in one child."""
        return self._do({"call": function, "argument": argument}, timeout_s, None)

    def close(self) -> None:
        """End the zygote and its children."""
        self._keeper.close()

    def abandon(self) -> None:
        """Be a cell without processes."""
        self._room = threading.Semaphore(self._at_once)
        self._keeper.abandon()

    def _do(
        self, request: dict[str, object], timeout_s: float, cancelled: threading.Event | None
    ) -> ToolResult:
        with self._turn(cancelled) as granted:
            if not granted:
                return ToolResult(kind="cancelled", error="cancelled", tier=self._tier.text)
            child = self._keeper.child()
            begun = time.perf_counter()
            ending = converse(child, packed(request), timeout_s=timeout_s, cancelled=cancelled)
            elapsed_ms = (time.perf_counter() - begun) * 1000
        kind, error = _verdict(ending, timeout_s, self._memory_mb)
        text = ending.output.decode("utf-8", errors="replace")
        # What a trusted function returns counts, not what its argument had it print.
        if ending.report is not None and (not text or "call" in request):
            text = ending.report.value
        output, cut = sanitised(text, MAX_OUTPUT_CHARS)
        return ToolResult(
            kind=kind,
            output=output,
            error=sanitised(error, MAX_ERROR_CHARS)[0],
            elapsed_ms=elapsed_ms,
            tier=self._tier.text,
            truncated=ending.truncated or cut,
        )

    @contextmanager
    def _turn(self, cancelled: threading.Event | None) -> Iterator[bool]:
        """Wait for room; False where nobody waits for the result any more."""
        room = self._room
        if cancelled is None:
            granted = room.acquire()
        else:
            granted = room.acquire(blocking=False)
            while not granted and not cancelled.is_set():
                granted = room.acquire(timeout=_LOOK_S)
        try:
            yield granted
        finally:
            if granted:
                room.release()


def _verdict(ending: Ending, timeout_s: float, memory_mb: int) -> tuple[Kind, str]:
    """What became of a program, and the sentence for it."""
    match ending.stopped:
        case "timeout":
            return "timeout", f"it ran longer than {timeout_s:g} s and was stopped"
        case "cancelled":
            return "cancelled", "cancelled"
        case "output":
            return "limit", f"it printed more than {MAX_BYTES >> 20} MB and was stopped"
    if ending.report is not None:
        error = ending.report.error
        if ending.report.kind == "limit":
            error += f" (a program has {memory_mb} MB)"
        return ending.report.kind, error
    if ending.status is None:
        return "crashed", "the jail was ended from outside while it ran"
    if ending.status >= 0:
        return "crashed", f"it ended without a result (exit status {ending.status})"
    if -ending.status == getattr(signal, "SIGXCPU", None):
        return "limit", "it used more processor time than a program has"
    return "crashed", f"it crashed ({_signal_name(-ending.status)})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have none
        return f"signal {number}"
