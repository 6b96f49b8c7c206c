"""A run's steps and its development split in words: what is done, its rows, before and now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.format import duration, grouped
from tui.probes.looks import outcome_sign
from tui.run_steps import Developed, StepTable, best_of
from tui.safe_text import one_line

if TYPE_CHECKING:
    from tui.run_history import RunHistory

STEPS = {
    "snippets": "passages of its pages, and of pages it never read",
    "questions": "one about each, with what the passage says",
    "answers": "what its parent answers, judged",
    "knowledge": "how well it knows what stands on how many pages",
    "decisions": "what it is to answer, and what to refuse",
}
"""The steps of the stage ``idk``, in order, in a few words each."""

WORDS_FROM = 84
"""Cells from which on each step has its words beside it."""
_GAP = "  "
_NUMBER = re.compile(r"[\d., /%]+")
_JUDGED = "judged"
"""The column whose cells are outcomes."""

_TO_COME = ("○", "$quiet")
_DONE = ("✓", "$text-success")


def step_list(history: RunHistory, sign: tuple[str, str], width: int, chosen: int) -> Content:
    """A line a step: whether it is done, how far it is, what it is.

    Args:
        history: what the run has told.
        sign: the run's own, for the step it is in.
        width: cells of a line.
        chosen: the number of the step whose rows are shown.
    """
    lines = []
    for number, name in _numbered(history.tables):
        table = history.tables.get(number)
        mark = "▸" if number == chosen else " "
        words = f"  {STEPS.get(name, '')}" if width >= WORDS_FROM else ""
        line = Content.assemble(
            (f"{mark} ", "$primary"),
            _sign(table, sign),
            Content(f" {number} {one_line(name):<10}").stylize(_style(number, chosen, table)),
            f" {_far(table):>13}",
            (f" {_left(table, history):<15}", "$quiet"),
            (words, "$quiet"),
        )
        lines.append(_link(line, number) if table else line)
    return Content("\n").join(lines)


def step_strip(history: RunHistory, sign: tuple[str, str], width: int, chosen: int) -> Content:
    """All steps in a line, for when they are done and the training is what is looked at."""
    parts = []
    for number, name in _numbered(history.tables):
        table = history.tables.get(number)
        # Where all names have no room, only that of the chosen one is told.
        named = f" {one_line(name)}" if width >= WORDS_FROM or number == chosen else ""
        part = Content.assemble(_sign(table, sign), f" {number}{named}")
        part = part.stylize(_style(number, chosen, table))
        parts.append(_link(part, number) if table else part)
    hint = Content.styled("[ ] rows", "$quiet")
    return Content("   ").join([*parts, hint])


def table_words(table: StepTable, width: int) -> Content:
    """A step's rows in aligned columns, each cell cut to what the line has room for."""
    heads = [Content(one_line(column)) for column in table.columns]
    rows = [
        [_judged(cell) if head.plain == _JUDGED else Content(one_line(cell))
         for head, cell in zip(heads, row, strict=True)]
        for row in table.rows
    ]  # fmt: skip
    if not rows or not heads:
        return Content.styled("No row of it was told.", "$quiet")
    columns = list(zip(*rows, strict=True))
    wanted = [
        max(cell.cell_length for cell in (head, *column))
        for head, column in zip(heads, columns, strict=True)
    ]
    widths = shared_out(wanted, width - len(_GAP) * (len(wanted) - 1))
    right = [all(_NUMBER.fullmatch(cell.plain) for cell in column) for column in columns]
    lines = [_row(heads, widths, right).stylize("$quiet")]
    return Content("\n").join([*lines, *(_row(row, widths, right) for row in rows)])


def shared_out(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fit into ``room``: who wants little gets it, the others share what is left."""
    widths, left = [0] * len(wanted), max(room, len(wanted))
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    for place, index in enumerate(order):
        widths[index] = min(wanted[index], left // (len(wanted) - place))
        left -= widths[index]
    return widths


def development_table(developed: Sequence[Developed]) -> Content:
    """The parent, now and the best so far, a line a figure."""
    if not developed:
        return Content("")
    three = (developed[0], developed[-1], best_of(developed))
    lines = [
        Content.styled(f"{'development split':18}{'before':>7}{'now':>6}{'best':>6}", "$quiet")
    ]
    for name, _, key in _FIGURES:
        before, now, best = (f"{getattr(each, key):.2f}" for each in three)
        lines.append(
            Content.assemble(f"{name:18}", (f"{before:>7}", "$quiet"), (f"{now:>6}", "bold"),
                             (f"{best:>6}", "$quiet"))
        )  # fmt: skip
    before, now, best = (grouped(each.step) for each in three)
    lines.append(Content.styled(f"{'step':18}{before:>7}{now:>6}{best:>6}", "$quiet"))
    lines.append(Content.styled("The best one's weights are kept.", "$quiet"))
    return Content("\n").join(lines)


def development_line(developed: Sequence[Developed]) -> Content:
    """The same in a line, before and now."""
    if not developed:
        return Content("")
    before, now, best = developed[0], developed[-1], best_of(developed)
    parts: list[str | tuple[str, str]] = []
    for _, name, key in _FIGURES[:3]:
        parts += [(f"{name} ", "$quiet"), f"{getattr(before, key):.2f}→{getattr(now, key):.2f}   "]
    return Content.assemble(*parts, (f"best at step {grouped(best.step)}", "$quiet"))


_FIGURES = (
    ("refuses unknown", "refuses unknown", "refused_unknown"),
    ("refuses known", "known", "refused_known"),
    ("right if answered", "right if answered", "correct_given_attempted"),
    ("unknown − known", "score", "score"),
)
"""Names in the table and in the line, and the field."""


def _numbered(tables: Mapping[int, StepTable]) -> Iterator[tuple[int, str]]:
    """All steps, with those that are still to come under the names they will have."""
    known = dict(enumerate(STEPS, 1))
    for number in sorted({*known, *tables}):
        yield number, tables[number].name if number in tables else known[number]


def _sign(table: StepTable | None, running: tuple[str, str]) -> tuple[str, str]:
    if table is None:
        return _TO_COME
    return _DONE if table.is_done else running


def _style(number: int, chosen: int, table: StepTable | None) -> str:
    if number == chosen:
        return "bold"
    return "" if table else "$quiet"


def _far(table: StepTable | None) -> str:
    if table is None:
        return ""
    return (
        grouped(table.total) if table.is_done else f"{grouped(table.done)}/{grouped(table.total)}"
    )


def _left(table: StepTable | None, history: RunHistory) -> str:
    if table is None or table.is_done:
        return ""
    eta = history.table_eta_s()
    share = f"{table.share:.0%}"
    return share if eta is None else f"{share}  ETA {duration(eta)}"


def _link(content: Content, number: int) -> Content:
    """A click on it chooses the step."""
    return content.stylize(f"@click=choose({number})")


def _judged(outcome: str) -> Content:
    return Content.assemble(outcome_sign(outcome), f" {one_line(outcome)}")


def _row(cells: Sequence[Content], widths: Sequence[int], right: Sequence[bool]) -> Content:
    return Content(_GAP).join(
        _cell(cell, width, right=at_right)
        for cell, width, at_right in zip(cells, widths, right, strict=True)
    )


def _cell(cell: Content, width: int, *, right: bool) -> Content:
    if right and cell.cell_length < width:
        return Content(" " * (width - cell.cell_length)) + cell
    return cell.truncate(width, ellipsis=True, pad=True)
