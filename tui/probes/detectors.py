"""The detectors of a probe: how well each tells what the model knows, in a table and three plots.

Read from ``figures.json``, which may come from another version of the lab: what cannot be read is
left out, and the rest is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

from tui.format import finite, fitted
from tui.probes.plot import Line, Plot, Point
from tui.safe_text import one_line

_NAME_CELLS = 18
_NAMES = {
    "agreement": "agreement",
    "semantic_entropy": "semantic entropy",
    "confidence": "confidence",
    "p_ik": "linear probe",
    "p_ik_question": "probe at question",
    "p_true": "P(True)",
}
_ABOUT = {
    "agreement": "The share of the samples that say the same as most of them do.",
    "semantic_entropy": "How few different things the samples say, weighed by how often each.",
    "confidence": "How likely the model itself found the tokens of its greedy answer.",
    "p_ik": "A linear probe on the hidden state at the place where the answer is said.",
    "p_ik_question": "A linear probe on the hidden state at the end of the question.",
    "p_true": "The model is shown its own answer and asked whether it is right.",
}
STYLE, REFERENCE = "$primary", "$quiet"
_DIAGONAL: Sequence[Point] = ((0.0, 0.0), (1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Detector:
    """One of them; its scores are higher where the model knows."""

    key: str
    auroc: float | None
    ece: float | None
    reliability: Sequence[Point]
    """(mean score, share that is right) of each bin that has answers."""
    risk_coverage: Sequence[Point]
    roc: Sequence[Point]
    n: int = 0
    """Answers that had a score and were no refusals."""
    calibrated: bool = False
    """Whether the score was made into a probability on other questions' answers."""

    @property
    def name(self) -> str:
        """As people call it."""
        return detector_name(self.key)


def detector_name(key: str) -> str:
    """As people call the detector of a key."""
    return _NAMES.get(key, one_line(key))


def detectors(figures: Mapping[str, Any] | None) -> list[Detector]:
    """Those of a probe's figures, the best first."""
    found = figures.get("detectors") if figures else None
    if not isinstance(found, dict):
        return []
    read = [_read(str(key), data) for key, data in found.items() if isinstance(data, dict)]
    return sorted(read, key=lambda each: -(each.auroc or 0.0))


def _read(key: str, data: Mapping[str, Any]) -> Detector:
    bins = data.get("reliability")
    return Detector(
        key,
        finite(data.get("auroc")),
        finite(data.get("ece")),
        _points(
            [(each.get("mean_score"), each.get("accuracy")) for each in bins if
             isinstance(each, dict)] if isinstance(bins, list) else ()
        ),
        _points(data.get("risk_coverage")),
        _points(data.get("roc")),
        int(finite(data.get("n")) or 0),
        data.get("calibrated") is True,
    )  # fmt: skip


def _points(values: object) -> list[Point]:
    found: list[Point] = []
    for pair in values if isinstance(values, list | tuple) else ():
        if isinstance(pair, list | tuple) and len(pair) == 2:
            x, y = map(finite, pair)
            if x is not None and y is not None:
                found.append((x, y))
    return found


def table(found: Sequence[Detector], chosen: int | None = None) -> Content:
    """A line a detector, the chosen one marked and explained.

    Args:
        found: what ``detectors`` gave.
        chosen: whose plots are shown; None marks none.
    """
    if not found:
        words = "Detectors are measured when the probe ends, or is stopped."
        return Content.styled(words, "$quiet")
    lines = [Content.styled(f"  {'detector':{_NAME_CELLS}} AUROC    ECE", "$quiet")]
    for number, each in enumerate(found):
        mark = "▸ " if number == chosen else "  "
        name = f"{fitted(each.name, _NAME_CELLS):{_NAME_CELLS}}"
        figures = f" {_figure(each.auroc):>5}  {_figure(each.ece):>5}"
        lines.append(Content.styled(mark + name + figures, "bold" if number == chosen else ""))
    if chosen is not None:
        lines += [Content(""), Content.styled(_about(found[chosen]), "$quiet")]
    return Content("\n").join(lines)


def _about(each: Detector) -> str:
    score = "made a probability on other questions" if each.calibrated else "taken as it is"
    parts = [
        _ABOUT.get(each.key, ""),
        f"{each.n} answers that are no refusals; the score is {score}.",
    ]
    return " ".join(filter(None, parts))


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def plots(each: Detector | None) -> tuple[Plot, Plot, Plot]:
    """Reliability, ROC, risk and coverage; empty ones say why."""
    empty = "not measured yet" if each is None else "too few answers, or all of one outcome"
    if each is None:
        each = Detector("", None, None, (), (), ())
    top = min(1.0, max([0.1, *(risk for _, risk in each.risk_coverage)]))
    diagonal = Line(_DIAGONAL, REFERENCE, dotted=True)
    return (
        _plot("reliability", "score", "share right", each.reliability, diagonal, empty,
              marked=True),
        _plot("ROC", "false alarms", "hits", each.roc, diagonal, empty),
        _plot("risk / coverage", "share answered", "share wrong of it", each.risk_coverage, None,
              empty, top=top),
    )  # fmt: skip


def _plot(
    title: str,
    across: str,
    up: str,
    points: Sequence[Point],
    reference: Line | None,
    empty: str,
    *,
    marked: bool = False,
    top: float = 1.0,
) -> Plot:
    if not points:
        return Plot(title, across, up, (), empty)
    references = [reference] if reference is not None else []
    return Plot(title, across, up, (*references, Line(points, STYLE, marked=marked)), empty, top)
