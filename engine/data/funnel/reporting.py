"""A run's report out of what its parts say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine import __version__
from engine.background import now
from engine.data.funnel.finishing import FinishedInfo
from engine.data.funnel.parts import MOST_SKIPPED, PartInfo
from engine.data.funnel.plan import Plan
from engine.data.funnel.report import Input, MaskedCounts, Output, Report, RuleRow, SkippedRecord
from engine.data.funnel.rules import RULES
from engine.data.funnel.truth import measure


def make_report(
    plan: Plan,
    folder: Path,
    parts: Sequence[PartInfo],
    finished: Sequence[FinishedInfo],
    *,
    seconds: float,
    peak_bytes: int,
) -> Report:
    """The report of a run whose tables are written.

    Args:
        plan: of the run.
        folder: of the run.
        parts: all of them, in order.
        finished: of each part.
        seconds: that all its processes together were at work for.
        peak_bytes: of memory, of all processes together.

    Raises:
        DataError: the labels or a table are damaged.
    """
    truth, right = None, None
    if plan.labels is not None:
        truth, right = measure(folder, folder / plan.labels, [file.name for file in plan.inputs])
    skipped: list[SkippedRecord] = []
    for part in parts:
        skipped += part.skipped[: MOST_SKIPPED - len(skipped)]
    return Report(
        name=folder.name,
        created=now(),
        version=__version__,
        input=Input(
            files=len(plan.inputs),
            pages=sum(part.pages for part in parts),
            bytes=sum(part.bytes for part in parts),
        ),
        output=Output(
            pages=sum(info.kept for info in finished),
            bytes=sum(info.text_bytes for info in finished),
            words=sum(info.words for info in finished),
        ),
        seconds=round(seconds, 2),
        workers=plan.workers,
        peak_rss_mb=round(peak_bytes / 1e6, 1),
        thresholds=dict(plan.thresholds),
        rows=tuple(_rows(parts, finished, right)),
        trimmed_lines=sum(info.cut_lines for info in finished),
        masked=MaskedCounts(
            emails=sum(info.emails for info in finished),
            ips=sum(info.ips for info in finished),
            pages=sum(info.masked_pages for info in finished),
        ),
        skipped=tuple(skipped),
        n_skipped=sum(part.n_skipped for part in parts),
        truth=truth,
    )


def _rows(
    parts: Sequence[PartInfo], finished: Sequence[FinishedInfo], right: Mapping[str, int] | None
) -> list[RuleRow]:
    pages: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for dropped in (*(part.dropped for part in parts), *(info.dropped for info in finished)):
        for removed_by, (n, size) in dropped.items():
            pages[removed_by] += n
            sizes[removed_by] += size
    left_pages = sum(part.pages for part in parts)
    left_bytes = sum(part.bytes for part in parts)
    rows = []
    for name in (rule.name for rule in RULES):
        left_pages -= pages[name]
        left_bytes -= sizes[name]
        rows.append(
            RuleRow(
                rule=name,
                removed_pages=pages[name],
                removed_bytes=sizes[name],
                left_pages=left_pages,
                left_bytes=left_bytes,
                right=None if right is None else right.get(name, 0),
            )
        )
    return rows
