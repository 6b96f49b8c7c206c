"""The contents of the Pipeline: what an entry is, its figures, curves, samples and card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.export.made import Made
from tui.export.markdown import code, fenced, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from tui.run_history import Sample
    from tui.widgets.curve import Series

CARD = "README.md"


def contents_of(
    name: str,
    words: str,
    info: CheckpointInfo | None,
    curves: Sequence[Series],
    samples: Sequence[Sample],
) -> Contents:
    """A row is a figure of the checkpoint, a point of a curve, or a sample: its ``kind`` says.

    Args:
        name: of the entry.
        words: what is said of it.
        info: the checkpoint, where there is one.
        curves: as they are drawn: of long runs, neighbours are averaged.
        samples: the newest first.
    """
    figures = sorted(info.metrics.items()) if info is not None else []
    drawn = [each for each in curves if each.points]
    card = info.path / CARD if info is not None else None
    blocks = Made(lambda: _blocks(words, figures, drawn, samples))
    rows = Made(lambda: _rows(figures, drawn, samples)) if figures or drawn or samples else ()
    return Contents(name, blocks, rows, card=card)


def _blocks(
    words: str,
    figures: Sequence[tuple[str, float]],
    curves: Sequence[Series],
    samples: Sequence[Sample],
) -> Iterator[str]:
    yield fenced(words)
    if figures:
        yield from ("## Figures", table(("figure", "value"), figures))
    if curves:
        titles = ("curve", "points", "first", "last", "at step")
        yield from ("## Curves", table(titles, map(_summed, curves)))
    for sample in samples:
        yield from (f"## Step {sample.step}", code(sample.prompt), fenced(sample.text))


def _summed(curve: Series) -> tuple[str | float | int, ...]:
    (_, first), (step, last) = curve.points[0], curve.points[-1]
    return curve.name, len(curve.points), float(first), float(last), round(step)


def _rows(
    figures: Sequence[tuple[str, float]], curves: Sequence[Series], samples: Sequence[Sample]
) -> Iterator[dict[str, Any]]:
    for name, value in figures:
        yield {"kind": "figure", "name": name, "step": None, "value": value}
    for curve in curves:
        for step, value in curve.points:
            yield {"kind": "curve", "name": curve.name, "step": step, "value": value}
    for sample in samples:
        yield {
            "kind": "sample",
            "name": None,
            "step": sample.step,
            "value": None,
            "prompt": sample.prompt,
            "text": sample.text,
        }
