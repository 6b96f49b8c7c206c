"""The curves of a run of the stage ``rl``, as an SVG: what is right above, its length below.

Of each task a line over the steps at which the run was measured on held-out problems. Steps of a
cold start, between which nothing is measured, have a band of their own and another scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine import svg

WIDTH, HEIGHT = 760, 560
_LEFT, _RIGHT, _TOP, _BOTTOM, _BETWEEN = 52, 178, 34, 46, 52
_PLOT = WIDTH - _LEFT - _RIGHT
"""Width of what is between the axes."""
_COLD_SHARE = 0.18
"""Of that."""
_LABEL_HEIGHT = 15
# Dark enough for text on white. Who cannot tell the colors apart has the dashes and the labels.
_COLORS = ("#0b62a4", "#b34700", "#00734f", "#8a2f6d", "#444444")
_DASHES = ("", "8 4", "2 3", "10 3 2 3")
_GRID, _COLD = "#e4e4e4", "#f3f1ea"
Points = list[tuple[int, float]]
"""(step, value)."""


def curve(evals: Sequence[Mapping[str, Any]], *, cold_start: int) -> str:
    """The file's text.

    Args:
        evals: ``rl_eval`` events in order, at least one.
        cold_start: the step at which the attempts begin.
    """
    steps = _Steps(int(evals[-1]["step"]), cold_start)
    height = (HEIGHT - _TOP - _BOTTOM - _BETWEEN) / 2
    below = _TOP + height + _BETWEEN
    right, lengths = _series(evals, "pass_at_1"), _series(evals, "length")
    longest = max((value for points in lengths.values() for _, value in points), default=1.0)
    return svg.document(
        WIDTH,
        HEIGHT,
        [
            *_panel(steps, _TOP, height, right, 1.0, "pass@1 on held-out problems"),
            *_panel(steps, below, height, lengths, longest, "tokens in an answer, on average"),
            svg.text(_LEFT + _PLOT / 2, HEIGHT - 8, "step", "middle"),
        ],
    )


class _Steps:
    """Where a step stands from left to right."""

    def __init__(self, last: int, cold_start: int) -> None:
        self.last, self.cold_start = last, cold_start
        self._begin = _LEFT + (_PLOT * _COLD_SHARE if cold_start else 0)

    def x(self, step: int) -> float:
        if step < self.cold_start:
            return _LEFT + (self._begin - _LEFT) * step / self.cold_start
        share = (step - self.cold_start) / max(1, self.last - self.cold_start)
        return self._begin + (_LEFT + _PLOT - self._begin) * share

    def ticks(self) -> Iterator[int]:
        """The first step, where the attempts begin, and round numbers behind it."""
        if self.cold_start:
            yield 0
        yield from (
            self.cold_start + round(behind)
            for behind in _round_numbers(self.last - self.cold_start, least=1)
        )


def _series(evals: Sequence[Mapping[str, Any]], figure: str) -> dict[str, Points]:
    """Of each task its values where it has one; a step that was measured twice counts once."""
    found: dict[str, dict[int, float]] = {}
    for event in evals:
        for task, figures in event["tasks"].items():
            if figures[figure] is not None:
                found.setdefault(task, {})[int(event["step"])] = figures[figure]
    return {task: sorted(points.items()) for task, points in found.items()}


def _panel(
    steps: _Steps, top: float, height: float, series: dict[str, Points], most: float, title: str
) -> Iterator[str]:
    """Axes, lines and at their ends what they are."""
    bottom = top + height
    values = [*_round_numbers(most)]
    end = max(most, values[-1]) or 1.0

    def y(value: float) -> float:
        return bottom - height * value / end

    if steps.cold_start:
        begin = steps.x(steps.cold_start)
        yield svg.area(_LEFT, top, begin - _LEFT, height, _COLD)
        yield svg.line(begin, top, begin, bottom, "#777777", dashes="4 3")
        yield svg.text((_LEFT + begin) / 2, top + 16, "cold start", "middle", "#555555")
    for value in values:
        yield svg.line(_LEFT, y(value), _LEFT + _PLOT, y(value), _GRID)
        yield svg.text(_LEFT - 8, y(value) + 4, f"{value:g}", "end")
    for step in steps.ticks():
        yield svg.line(steps.x(step), bottom, steps.x(step), bottom + 4, "black")
        yield svg.text(steps.x(step), bottom + 18, str(step), "middle")
    yield svg.line(_LEFT, bottom, _LEFT + _PLOT, bottom, "black")
    yield svg.line(_LEFT, bottom, _LEFT, top, "black")
    yield svg.text(_LEFT, top - 12, title)
    ends = {task: y(points[-1][1]) for task, points in series.items()}
    places = _apart(ends, top, bottom)
    for number, (task, points) in enumerate(series.items()):
        color = _COLORS[number % len(_COLORS)]
        dashes = _DASHES[number % len(_DASHES)]
        placed = [(steps.x(step), y(value)) for step, value in points]
        yield svg.path(placed, color, dashes=dashes)
        yield from (svg.dot(*place, 2.5, color) for place in placed)
        beside = _LEFT + _PLOT + 16
        yield svg.line(*placed[-1], beside - 3, places[task], color, dashes="1 2")
        value = points[-1][1]
        shown = f"{value:.2f}" if end <= 1 else f"{value:.0f}"
        yield svg.text(beside, places[task] + 4, f"{shown} {task}", color=color)


def _apart(wanted: Mapping[str, float], top: float, bottom: float) -> dict[str, float]:
    """Where labels stand so that none covers another, each as near as can be to where it would."""
    order = sorted(wanted, key=lambda name: wanted[name])
    # With more tasks than there is room for they come closer, not out of the panel.
    apart = min(_LABEL_HEIGHT, (bottom - top) / max(1, len(order) - 1))
    places: list[float] = []
    for name in order:
        places.append(max(wanted[name], places[-1] + apart if places else top))
    lowest = bottom
    for number in reversed(range(len(places))):
        places[number] = min(places[number], lowest)
        lowest = places[number] - apart
    return dict(zip(order, places, strict=True))


def _round_numbers(most: float, least: float = 0.0) -> Iterator[float]:
    """From 0 to ``most`` in three to six steps of 1, 2 or 5 times a power of ten.

    Args:
        most: above which there is nothing to be marked.
        least: no two are nearer.
    """
    if most <= 0:
        yield 0.0
        return
    power = 10.0 ** math.floor(math.log10(most))
    by = max(least, next(power * f for f in (0.1, 0.2, 0.5, 1, 2) if most / (power * f) <= 6))
    yield from (number * by for number in range(math.floor(most / by + 1e-9) + 1))
