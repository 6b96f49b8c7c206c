"""The contents of the Data pane, view by view."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.data.funnel.rules import BY_NAME
from tui.export.made import Made
from tui.export.markdown import code, fenced, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.data.funnel.report import Report
    from engine.data.funnel.results import DroppedRow
    from tui.data.clusters import Clusters
    from tui.data.pages import DroppedPages
    from tui.data.sample import Sample


def of_funnel(report: Report) -> Contents:
    """A row is a rule, with what was left behind it."""
    rows = [
        {**dataclasses.asdict(row), "threshold": _threshold(report, row.rule)}
        for row in report.rows
    ]
    titles = ("rule", "threshold", "removed_pages", "right", "left_pages", "left_bytes")
    head = f"{report.input.pages} pages found, {report.output.pages} texts came out."
    lines = table(titles, [[row[name] for name in titles] for row in rows])
    return Contents(f"Funnel {report.name}", (head, lines), rows)


def _threshold(report: Report, name: str) -> float | None:
    rule = BY_NAME.get(name)
    return report.thresholds.get(name, rule.threshold if rule is not None else None)


def of_removed(pages: DroppedPages, page: DroppedRow | None, reason: str) -> Contents:
    """To read, the page that is open; a row is a page that the rule removed, all of them."""
    head = f"{pages.n} pages; JSONL and CSV have all of them."

    def blocks() -> Iterator[str]:
        yield head
        if page is not None:
            yield from (code(page.url or page.id), fenced(reason), fenced(page.text))

    rows = Made(lambda: map(dataclasses.asdict, pages.every()))
    return Contents(f"Removed by {pages.rule}", Made(blocks), rows)


def of_sample(sample: Sample, words: str) -> Contents | None:
    """A row is a page that changes sides; what fell to which rule is to be read."""
    outcome = sample.outcome
    if outcome is None:
        return None
    moved = [(name, value) for name, value in sorted(outcome.thresholds.items())]
    titles = ("rule", "before", "now", "junk before", "junk now")
    fallen = [(f.rule, f.before, f.now, f.junk_before, f.junk_now) for f in outcome.fallen]
    blocks = [fenced(words)]
    blocks += (
        ["## Thresholds that were moved", table(("rule", "threshold"), moved)] if moved else []
    )
    blocks += ["## What falls", table(titles, fallen)]
    rows = Made(lambda: map(dataclasses.asdict, outcome.changed)) if outcome.changed else ()
    return Contents("What if", blocks, rows)


def of_twins(clusters: Clusters, bar: str, sides: tuple[str, str]) -> Contents | None:
    """To read, the pair that is compared; a row is a page of a cluster, of all of them."""
    if not clusters.n:
        return None

    def rows() -> Iterator[dict[str, Any]]:
        for cluster in clusters.every():
            for page in cluster.pages:
                yield {"cluster": cluster.number, **dataclasses.asdict(page)}

    head = f"{clusters.n} clusters; JSONL and CSV have all of them."
    blocks = Made(lambda: (head, *map(fenced, (bar, *sides))))
    return Contents("Near duplicates", blocks, Made(rows))


def of_truth(report: Report, words: str) -> Contents:
    """A row is a kind of junk; without labels there is none."""
    kinds = report.truth.kinds if report.truth is not None else ()
    rows = tuple(dataclasses.asdict(kind) for kind in kinds)
    return Contents(f"Funnel {report.name} against the truth", (fenced(words),), rows)
