"""The funnel as lines: what is left after every rule, or after every stage of rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from engine.data.funnel.rules import BY_NAME, STAGES
from tui.data.looks import bar, counted, data_size, padded, percent, threshold_words
from tui.format import grouped
from tui.pieces import Piece
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.data.funnel.report import Report, RuleRow

Kind = Literal["found", "stage", "rule", "masked", "out"]

_NAME_CELLS, _STAGE_CELLS = 22, 22
_THRESHOLD_CELLS, _COUNT_CELLS, _JUNK_CELLS, _SIZE_CELLS = 11, 9, 9, 10
_LEAST_BAR_CELLS = 6
THRESHOLD_FROM = 78
"""Cells from which on the thresholds stand in the lines; on fewer the line below says them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the funnel. Pages and bytes are those left; ``lost`` are those taken here."""

    kind: Kind
    name: str
    """The rule's or the stage's."""
    pages: int
    n_bytes: int
    lost: int = 0
    right: int | None = None
    """How many of the lost are junk by the labels; None where there are no labels."""
    removes: Sequence[str] = ()
    """Rules whose pages this line stands for: of a stage, those that removed any."""


def entries(report: Report, *, by_rule: bool) -> list[Entry]:
    """The lines, from what was found to what came out."""
    found = report.input
    made = [Entry("found", "pages found", found.pages, found.bytes)]
    for stage, rows in groupby(_ordered(report), key=lambda row: row.rule.partition(".")[0]):
        of_stage = list(rows)
        made.append(_summed(stage, of_stage))
        if by_rule:
            made += [_of_rule(row) for row in of_stage]
    masked = Entry("masked", "pii", report.output.pages, report.output.bytes)
    before = [n for n, each in enumerate(made) if _after_masking(each)]
    made.insert(before[0] if before else len(made), masked)
    return [*made, Entry("out", "texts to train on", report.output.pages, report.output.bytes)]


def _ordered(report: Report) -> list[RuleRow]:
    """By stage; what another version's rules are called comes last."""
    order = {stage: number for number, stage in enumerate(STAGES)}
    return sorted(report.rows, key=lambda row: order.get(row.rule.partition(".")[0], len(order)))


def _after_masking(entry: Entry) -> bool:
    stage = entry.name.partition(".")[0]
    return entry.kind == "stage" and stage in STAGES[STAGES.index("pii") + 1 :]


def _of_rule(row: RuleRow) -> Entry:
    return Entry(
        "rule", row.rule, row.left_pages, row.left_bytes,
        row.removed_pages, row.right, (row.rule,) if row.removed_pages else (),
    )  # fmt: skip


def _summed(stage: str, rows: Sequence[RuleRow]) -> Entry:
    rights = [row.right for row in rows]
    return Entry(
        "stage", stage, rows[-1].left_pages, rows[-1].left_bytes,
        sum(row.removed_pages for row in rows),
        None if None in rights else sum(right or 0 for right in rights),
        tuple(row.rule for row in rows if row.removed_pages),
    )  # fmt: skip


def funnel_lines(
    report: Report, made: Sequence[Entry]
) -> Callable[[int, int], Sequence[Piece] | None]:
    """Draws ``made`` as ``DataRows`` asks for it."""
    labelled = any(entry.right is not None for entry in made)

    def draw(row: int, width: int) -> Sequence[Piece]:
        if row < 0:
            return _head(width, labelled=labelled)
        return _line(report, made[row], width, labelled=labelled)

    return draw


def _head(width: int, *, labelled: bool) -> list[Piece]:
    columns = [padded("rule", _NAME_CELLS)]
    if width >= THRESHOLD_FROM:
        columns.append(padded("keeps", _THRESHOLD_CELLS, right=True))
    columns.append(padded("removed", _COUNT_CELLS, right=True))
    if labelled:
        columns.append(padded("junk", _JUNK_CELLS, right=True))
    columns += [padded("left", _COUNT_CELLS, right=True), padded("bytes", _SIZE_CELLS, right=True)]
    return [Piece("".join(columns), "$quiet")]


def _line(report: Report, entry: Entry, width: int, *, labelled: bool) -> list[Piece]:
    name, style = _named(entry)
    lost = f"−{grouped(entry.lost)}" if entry.lost else _lost_words(entry)
    pieces = [Piece(padded(name, _NAME_CELLS), style)]
    cells = _NAME_CELLS + _COUNT_CELLS * 2 + _SIZE_CELLS
    if width >= THRESHOLD_FROM:
        words = _threshold(report, entry)
        pieces.append(Piece(padded(words, _THRESHOLD_CELLS, right=True), "$quiet"))
        cells += _THRESHOLD_CELLS
    pieces.append(Piece(padded(lost, _COUNT_CELLS, right=True), "" if entry.lost else "$quiet"))
    if labelled:
        pieces.append(Piece(padded(_junk(entry), _JUNK_CELLS, right=True), _junk_style(entry)))
        cells += _JUNK_CELLS
    if entry.kind == "masked":
        words = f"  {counted(report.masked.pages, 'page')} masked, none removed"
        return [*pieces[:-1], Piece(words, "$quiet")]
    left = padded(grouped(entry.pages), _COUNT_CELLS, right=True)
    size = padded(data_size(entry.n_bytes), _SIZE_CELLS, right=True)
    pieces += [Piece(left, style), Piece(size, "$quiet")]
    if width - cells - 2 >= _LEAST_BAR_CELLS and (entry.lost or entry.kind != "rule"):
        pieces += _bar(report, entry, width - cells - 2)
    return pieces


def _named(entry: Entry) -> tuple[str, str]:
    if entry.kind == "rule":
        return f"  {one_line(entry.name.partition('.')[2])}", "" if entry.lost else "$quiet"
    words = one_line(entry.name).replace("_", " ")
    return words, "bold $stage-web" if entry.kind in ("found", "out") else "bold"


def _lost_words(entry: Entry) -> str:
    return "·" if entry.kind in ("rule", "stage") else ""


def _threshold(report: Report, entry: Entry) -> str:
    rule = BY_NAME.get(entry.name)
    if rule is None:
        return ""
    return threshold_words(rule.keeps, report.thresholds.get(rule.name, rule.threshold))


def _junk(entry: Entry) -> str:
    if not entry.lost or entry.right is None:
        return ""
    return percent(entry.right / entry.lost)


def _junk_style(entry: Entry) -> str:
    """Where half of what a rule took is no junk, the rule is worth a look."""
    poor = entry.lost and entry.right is not None and entry.right / entry.lost < 0.5
    return "$text-warning" if poor else "$quiet"


def _bar(report: Report, entry: Entry, cells: int) -> list[Piece]:
    whole = max(1, report.input.pages)
    left, tail = bar(entry.pages / whole, entry.lost / whole, cells)
    return [Piece("  "), Piece(left, "$stage-web"), Piece(tail, "$text-error")]
