"""What a training tells of itself on the terminal: steps of its pipeline, losses, samples."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tui.cli.output import left, printable
from tui.run_steps import Developed, StepTable

SHOW_S = 5.0
"""Between two lines about the same thing."""
_RESULTS = ("knowledge", "decisions")
"""Steps of which all rows are told, and are what came out."""


class TrainLines:
    """Turns a run's events into lines; of those that come all the time it leaves most out."""

    def __init__(self) -> None:
        self._shown: dict[str, float] = {}
        self._before: Developed | None = None

    def of(self, event: dict[str, Any], total_steps: int) -> Iterator[str]:
        """The lines to print for an event, if any.

        Args:
            event: of ``events.jsonl``.
            total_steps: of the run.
        """
        kind = event["type"]
        if kind == "step":
            if self._is_due("step", last=event["step"] == total_steps):
                yield _step(event, total_steps)
        elif kind == "sample":
            yield f"        {printable(event['prompt'])} ▸ {printable(event['text'])}"
        elif kind == "table":
            table = StepTable.of(event)
            if table is not None and self._is_due(f"table {table.number}", last=table.is_done):
                yield _table(table)
        elif kind == "development":
            developed = Developed.of(event)
            if developed is not None:
                if self._before is None or not developed.step:
                    self._before = developed
                yield _developed(developed, self._before)

    def _is_due(self, what: str, *, last: bool) -> bool:
        now = time.monotonic()
        due = last or now - self._shown.get(what, float("-inf")) >= SHOW_S
        if due:
            self._shown[what] = now
        return due


def _step(event: dict[str, Any], total: int) -> str:
    rate = event["tokens_per_s"]
    seconds = (total - event["step"]) * event["tokens"] / event["step"] / max(rate, 1e-9)
    return (
        f"step {event['step']:>5}/{total}  loss {event['loss']:.4f}  "
        f"{event['bpb']:.3f} bits/byte  {rate / 1000:.1f} k tok/s  "
        f"{left(seconds)}"
    )


def _table(table: StepTable) -> str:
    found = f"{table.done}/{table.total}"
    if table.is_done and table.name in _RESULTS:
        found = "; ".join(_counted(table.columns, row) for row in table.rows)
    return f"{table.number} {printable(table.name):<10} {printable(found)}"


def _counted(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    """``tail: 12 highly known, 3 unknown``."""
    counts = [f"{n} {name}" for name, n in zip(columns[1:], row[1:], strict=True) if n]
    return f"{row[0]}: {', '.join(counts)}"


def _developed(now: Developed, before: Developed) -> str:
    return (
        f"development at step {now.step}: refuses {now.refused_unknown:.2f} of what is unknown "
        f"(was {before.refused_unknown:.2f}) and {now.refused_known:.2f} of what is known "
        f"(was {before.refused_known:.2f}); right when it answers "
        f"{now.correct_given_attempted:.2f} (was {before.correct_given_attempted:.2f})"
    )
