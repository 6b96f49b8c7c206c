"""What a run has written so far, in the form the screen wants: latest numbers, curve, samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tui.format import finite
from tui.run_steps import Developed, StepTable

MOST_POINTS = 4096
"""Points of a curve kept; beyond, neighbours are averaged (a screen has fewer columns)."""

MOST_SAMPLES = 100

RECENT = 50
"""Events or looks over which the pace is taken for the time that is left."""

Paces = deque[tuple[float, float]]
"""(What is done, seconds on a clock that a resumed process begins anew)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the model wrote at a step when given ``prompt``."""

    step: int
    prompt: str
    text: str


@dataclass(slots=True)
class RunHistory:
    """Feed it the events of ``events.jsonl`` in order, in as many portions as they come."""

    losses: list[tuple[float, float]] = field(default_factory=list)
    """(step, training loss in nats a token)."""
    latest: dict[str, float] = field(default_factory=dict)
    """Last value of each number: step, loss, bpb, tokens_per_s, lr, grad_norm, val_bpb..."""
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))
    """Newest first."""
    checkpoint: str = ""
    tables: dict[int, StepTable] = field(default_factory=dict)
    """What the steps before the training have made, by their numbers."""
    table: StepTable | None = None
    """The one that was told last."""
    developed: list[Developed] = field(default_factory=list)
    """On the development split, from the parent on."""
    cold_start: float = 0
    """Steps of the cold start that the last step belongs to; 0: to none, or to what follows it."""
    _paces: Paces = field(default_factory=lambda: deque(maxlen=RECENT))
    _table_paces: Paces = field(default_factory=lambda: deque(maxlen=RECENT))

    def take(self, events: Iterable[dict[str, Any]]) -> bool:
        """Take in events; whether anything to show has changed."""
        changed = False
        for event in events:
            changed = self._take(event) or changed
        if len(self.losses) > MOST_POINTS:
            self.losses = thinned(self.losses)
        return changed

    def _take(self, event: dict[str, Any]) -> bool:
        kind = event.get("type")
        if kind in ("step", "eval"):
            numbers = {name: finite(value) for name, value in event.items()}
            self.latest.update((name, event[name]) for name, n in numbers.items() if n is not None)
            step, loss = numbers.get("step"), numbers.get("loss")
            if kind == "step" and step is not None and loss is not None:
                self._drop_repeated(step)
                self._enter(numbers.get("cold_start") or 0)
                self.losses.append((step, loss))
                self._paces.append((step, numbers.get("elapsed_s") or 0.0))
        elif kind == "sample":
            return self._take_sample(event)
        elif kind == "checkpoint":
            self.checkpoint = str(event.get("name", ""))
        elif kind == "table":
            return self._take_table(event)
        elif kind == "development":
            return self._take_developed(event)
        else:
            return False
        return True

    def _take_sample(self, event: dict[str, Any]) -> bool:
        step = finite(event.get("step"))
        if step is None:
            return False
        while self.samples and self.samples[0].step >= step:
            self.samples.popleft()
        text, prompt = str(event.get("text", "")), str(event.get("prompt", ""))
        self.samples.appendleft(Sample(int(step), prompt, text))
        return True

    def _take_table(self, event: dict[str, Any]) -> bool:
        table = StepTable.of(event)
        if table is None:
            return False
        if self.table is not None and self.table.number != table.number:
            self._table_paces.clear()
        self.tables[table.number] = self.table = table
        elapsed = finite(event.get("elapsed_s"))
        if elapsed is not None:
            self._table_paces.append((table.done, elapsed))
        return True

    def _take_developed(self, event: dict[str, Any]) -> bool:
        developed = Developed.of(event)
        if developed is None:
            return False
        while self.developed and self.developed[-1].step >= developed.step:
            self.developed.pop()
        self.developed.append(developed)
        return True

    def _drop_repeated(self, step: float) -> None:
        """A resumed run does the steps after its last checkpoint again: the new ones count."""
        while self.losses and self.losses[-1][0] >= step:
            self.losses.pop()

    def _enter(self, cold_start: float) -> None:
        """The steps of a cold start and the attempts behind it have paces of their own."""
        if cold_start != self.cold_start:
            self._paces.clear()
            self.cold_start = cold_start

    @property
    def has_begun(self) -> bool:
        """Whether the training itself has told anything, or what it is to be compared with."""
        return bool(self.losses or self.developed)

    def eta_s(self, total_steps: int) -> float | None:
        """Seconds to the end at the recent pace, or to that of the cold start while it goes on.

        None before there is a pace, and when the end is there.
        """
        return left_s(self._paces, self.cold_start or total_steps) or None

    @property
    def eta_name(self) -> str:
        """What to call ``eta_s``."""
        return "cold start ETA" if self.cold_start else "ETA"

    def table_eta_s(self) -> float | None:
        """Seconds to the end of the step that was told last; None before there is a pace."""
        if self.table is None or self.table.is_done:
            return None
        return left_s(self._table_paces, self.table.total)


def left_s(paces: Paces, total: float) -> float | None:
    """Seconds to ``total`` at the pace that was taken; None before there is one."""
    if len(paces) < 2:
        return None
    (first, began), (last, now) = paces[0], paces[-1]
    if last <= first or now <= began:
        return None  # The run was resumed in between: its clock began anew.
    return finite(max(0.0, (total - last) * ((now - began) / (last - first))))


def thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The means within half of ``MOST_POINTS`` equal stretches of the steps.

    Stretches and not neighbours: old points have been through this before, and halved with the new
    ones again and again a curve's beginning would come down to nothing.
    """
    first = points[0][0]
    width = (points[-1][0] - first) / (MOST_POINTS // 2) or 1.0
    means = []
    for _, group in groupby(points, key=lambda point: int((point[0] - first) / width)):
        steps, losses = zip(*group, strict=True)
        means.append((sum(steps) / len(steps), sum(losses) / len(losses)))
    return means
