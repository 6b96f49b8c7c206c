"""Keeps up with the training runs on disk; they live in processes of their own and outlive us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.format import duration
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.runs import RunStatus
    from tui.run_history import RunHistory
    from tui.services import Runs, Tail

ALIVE = ("starting", "running", "paused")
RESUMABLE = ("paused", "stopped", "failed", "lost")
MOST_KEPT = 24
"""Runs whose numbers stay in memory: those that were looked at last."""


class RunWatch:
    """The runs and their numbers as of the last :meth:`refresh`; files are read in a thread."""

    def __init__(self, runs: Callable[[], Runs], tail: Callable[[Path], Tail]) -> None:
        self.runs: Sequence[RunStatus] = ()
        self._runs, self._tail = runs, tail
        self._tails: dict[str, Tail] = {}
        self._histories: dict[str, RunHistory] = {}
        self._reference: dict[Path, RunHistory] = {}
        self._turn = asyncio.Lock()

    @property
    def control(self) -> Runs:
        """Starts, resumes and steers runs; its calls read files, so make them in a thread."""
        return self._runs()

    async def refresh(self, look_at: str | None = None) -> bool:
        """Read again; whether the list or the numbers of an alive or looked-at run changed.

        Whoever asks while that goes on waits: two that read one file would take the same lines
        twice. Do not cancel it: what its thread has read by then would be in no history.
        """
        async with self._turn:
            before = self.runs
            self.runs = await asyncio.to_thread(self.control.list_runs)
            changed = before != self.runs
            for run in self.runs:
                if run.state in ALIVE or run.name == look_at:
                    tail = self._tails.pop(run.name, None)
                    if tail is None:  # A long run's whole past: 0.4 s of 50,000 steps.
                        tail = self._tail(run.path)
                        told = await asyncio.to_thread(_told, tail.read)
                        self._histories[run.name], new = told
                    else:
                        new = self.history(run.name).take(await asyncio.to_thread(tail.read))
                    self._tails[run.name] = tail  # behind all that were not looked at since
                    changed = new or changed
            for name in [*self._tails][:-MOST_KEPT]:
                del self._tails[name]
                self._histories.pop(name, None)
            return changed

    def history(self, name: str) -> RunHistory:
        """What a run has written; empty until it has been looked at."""
        from tui.run_history import RunHistory  # Not before the first paint.

        return self._histories.setdefault(name, RunHistory())

    async def reference(self, checkpoint: Path) -> RunHistory:
        """The curve that lies beside a checkpoint; empty when there is none."""
        if checkpoint not in self._reference:
            read = partial(_read_curve, checkpoint / "curve.jsonl")
            self._reference[checkpoint], _ = await asyncio.to_thread(_told, read)
        return self._reference[checkpoint]

    def named(self, name: str) -> RunStatus | None:
        """A run by its name."""
        return next((run for run in self.runs if run.name == name), None)

    @property
    def training(self) -> RunStatus | None:
        """The run that trains or waits, if one does."""
        return next((run for run in self.runs if run.state in ALIVE), None)

    def job_words(self) -> str:
        """``job base-0003 71 % · ETA 3:12`` for the status line."""
        run = self.training
        if run is None:
            return ""
        share = run.step / run.total_steps if run.total_steps else 0.0
        words, history = f"job {run.name} {share:.0%}", self.history(run.name)
        eta = history.eta_s(run.total_steps)
        if history.table is not None and not history.table.is_done:
            words = f"job {run.name} {one_line(history.table.name)} {history.table.share:.0%}"
            eta = history.table_eta_s()
        if run.state != "running":
            return f"{words} · {run.state}"
        return words if eta is None else f"{words} · {history.eta_name} {duration(eta)}"


def _told(read: Callable[[], Iterable[dict[str, Any]]]) -> tuple[RunHistory, bool]:
    """A history of its own of all that is read, and whether there is anything to show in it."""
    from tui.run_history import RunHistory

    history = RunHistory()
    return history, history.take(read())


def _read_curve(path: Path) -> list[dict[str, object]]:
    from engine.files import read_jsonl

    try:
        return [event for event in read_jsonl(path) if isinstance(event, dict)]
    except (OSError, ValueError):
        return []  # A reference curve is a comfort: without it the run's own curve stands alone.
