"""The jail: one call of a program, contained by the best tier that this machine has."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Self

from tools.python.cell import Cell, ZygoteCell
from tools.python.choice import open_cell
from tools.python.keeper import MAX_SECONDS
from tools.python.tier import Tier, TierError
from tools.result import ToolResult

MAX_CODE_CHARS = 100_000

_HOW_TO_GET_ONE = (
    "Python needs a jail and this machine has none: Linux 5.13 or newer has one, "
    'pip install "llmlab[monty]" brings one, --unsafe-python goes without'
)


class Jail:
    """Runs what a model wrote, contained by the best tier there is. Thread-safe.

    Everything is started at the first use. A process that is forked from this one may use the jail
    too and gets processes of its own. The tier is found once: afterwards it works or is
    ``unavailable``, and never becomes a lower one.

    Args:
        tier: this one and no other; None for the best.
        timeout_s: wall-clock seconds a call has.
        memory_mb: MiB a call may allocate.
        ahead: how many children wait ready for the next call.
        unsafe: whether ``Tier.LIMITS``, which contains no hostile code, will do.

    Raises:
        ValueError: a bound that is none.
    """

    def __init__(
        self,
        *,
        tier: Tier | None = None,
        timeout_s: float = 5.0,
        memory_mb: int = 256,
        ahead: int = 2,
        unsafe: bool = False,
    ) -> None:
        if memory_mb < 1 or ahead < 0:
            raise ValueError(f"a jail of {memory_mb} MiB with {ahead} children ahead")
        self.timeout_s = _checked_timeout(timeout_s)
        self._wanted = tier
        self._memory_mb = memory_mb
        self._ahead = ahead
        self._unsafe = unsafe
        self._lock = threading.Lock()
        self._tier: Tier | None = None
        self._cell: Cell | None = None
        self._refused: tuple[tuple[Tier, str], ...] = ()
        self._tried = False
        _jails.add(self)

    @property
    def tier(self) -> Tier | None:
        """What contains a call, found by trying at the first use; None where nothing can."""
        self._found()
        return self._tier

    @property
    def refused(self) -> tuple[tuple[Tier, str], ...]:
        """The better tiers that were tried in vain, each with the sentence why."""
        self._found()
        return self._refused

    def run(
        self, code: str, cancelled: threading.Event | None = None, *, timeout_s: float | None = None
    ) -> ToolResult:
        """Run a program; its output is what it prints or, as in a REPL, its last line's value.

        Setting ``cancelled`` kills it. Never raises for what ``code`` is.

        Raises:
            ValueError: ``timeout_s`` is not above 0 and at most 60.
        """
        timeout_s = self.timeout_s if timeout_s is None else _checked_timeout(timeout_s)
        if len(code) > MAX_CODE_CHARS:
            sentence = f"a program of {len(code)} characters, {MAX_CODE_CHARS} are taken"
            return ToolResult(kind="limit", error=sentence)
        cell = self._found()
        try:
            return cell.run(code, timeout_s, cancelled) if cell else self._unavailable()
        except TierError as error:
            return self._unavailable(error)

    def call(self, function: str, argument: str) -> ToolResult:
        """Call a trusted function on untrusted text: see ``inside.maths.FUNCTIONS``."""
        cell = self._found()
        try:
            return cell.call(function, argument, self.timeout_s) if cell else self._unavailable()
        except TierError as error:
            return self._unavailable(error)

    def close(self) -> None:
        """End all processes. A later call starts them anew."""
        with self._lock:
            if self._cell is not None:
                self._cell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The jail's first process, None while there is none."""
        return self._cell.pid if isinstance(self._cell, ZygoteCell) else None

    def _found(self) -> Cell | None:
        with self._lock:
            if not self._tried:
                self._try()
                self._tried = True
            return self._cell

    def _try(self) -> None:
        refused: list[tuple[Tier, str]] = []
        for tier in Tier if self._wanted is None else (self._wanted,):
            try:
                self._cell = open_cell(
                    tier, memory_mb=self._memory_mb, ahead=self._ahead, unsafe=self._unsafe
                )
            except TierError as error:
                refused.append((tier, str(error)))
            else:
                self._tier = tier
                break
        self._refused = tuple(refused)

    def _unavailable(self, error: TierError | None = None) -> ToolResult:
        tier = self._tier or self._wanted
        if tier is None:
            return ToolResult(kind="unavailable", error=_HOW_TO_GET_ONE)
        reason = str(error) if error else "; ".join(why for _, why in self._refused)
        sentence = f"no Python in this jail: {reason}"
        return ToolResult(kind="unavailable", error=sentence, tier=tier.text)

    def _after_fork(self) -> None:
        # Whatever thread held it does not exist here.
        self._lock = threading.Lock()
        if self._cell is not None:
            self._cell.abandon()


_jails: weakref.WeakSet[Jail] = weakref.WeakSet()


def _after_fork() -> None:
    for jail in _jails:
        jail._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _checked_timeout(timeout_s: float) -> float:
    if not 0 < timeout_s <= MAX_SECONDS:
        raise ValueError(f"a time-out of {timeout_s} s: above 0 and at most {MAX_SECONDS}")
    return timeout_s
