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
        self._tells_more = False
        """Whether the run tells more of each step than its loss."""

    def of(self, event: dict[str, Any], total_steps: int) -> Iterator[str]:
        """The lines to print for an event, if any.

        Args:
            event: of ``events.jsonl``.
            total_steps: of the run.
        """
        kind = event["type"]
        if kind == "step":
            if not self._tells_more and self._is_due("step", last=event["step"] == total_steps):
                yield _step(event, total_steps)
        elif kind == "state" and event["state"] == "starting" and event["message"]:
            yield printable(event["message"])
        elif kind == "sample":
            yield f"        {printable(event['prompt'])} ▸ {printable(event['text'])}"
        elif kind == "table":
            table = StepTable.of(event)
            if table is not None and self._is_due(f"table {table.number}", last=table.is_done):
                yield _table(table)
        elif kind == "rl":
            self._tells_more = True
            if self._is_due("rl", last=event["step"] == total_steps):
                yield _rl(event, total_steps)
        elif kind == "rl_eval":
            yield _measured(event)
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
    """Of a cold start the time that it takes itself: the attempts behind it are slower steps."""
    rate, cold_start = event["tokens_per_s"], event.get("cold_start")
    steps = (cold_start or total) - event["step"]
    time_left = left(steps * event["tokens"] / event["step"] / max(rate, 1e-9))
    of_what = " of the cold start" if cold_start else ""
    bits = f"{event['bpb']:.3f} bits/byte  " if "bpb" in event else ""  # a loss may be no text's
    return (
        f"step {event['step']:>5}/{total}  loss {event['loss']:.4f}  {bits}"
        f"{rate / 1000:.1f} k tok/s  {time_left}{of_what}"
    )


def _rl(event: dict[str, Any], total: int) -> str:
    return (
        f"step {event['step']:>5}/{total}  reward {event['reward']:.3f}  right "
        f"{event['pass_at_1']:.3f}  {event['length']:.1f} tokens  entropy {event['entropy']:.3f}  "
        f"KL {event['kl']:.4f}  all equal {event['zero_variance']:.2f}  drawn in "
        f"{event['rollout_s']:.1f} s, learned in {event['train_s']:.1f} s"
    )


def _measured(event: dict[str, Any]) -> str:
    """``held out at step 10: parity 0.512 (best of 4: 0.903), 5.6 tokens``."""
    found = (
        f"{printable(name)} {task['pass_at_1']:.3f} (best of {task['k']}: "
        f"{task['pass_at_k']:.3f}), {task['length']:.1f} tokens"
        for name, task in event["tasks"].items()
    )
    return f"held out at step {event['step']}: {'; '.join(found)}"


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
