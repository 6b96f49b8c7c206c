"""One answer of a probe, down to its text: what was asked, what is true, what was said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from tui.probes.detectors import detector_name
from tui.probes.grid_layout import Cell, subject
from tui.probes.looks import PENDING, category_sign, outcome_sign, pages
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from engine.probes.question import Question
    from engine.probes.record import Answer, Record
    from tui.probes.book import Book, Kind

_LABEL_CELLS = 9
_KINDS: dict[Kind, str] = {
    "greedy": "the likeliest token each time",
    "wording": "greedy, in another wording or after other examples, number {}",
    "sample": "drawn, sample {}",
}
MOST_CHARS = 4000
"""Of an answer; a model that repeats itself goes on for long."""


def answer_text(
    book: Book, place: int, cell: Cell, checkpoint: str, against: str | None
) -> Content:
    """What stands behind a cell, for both checkpoints where two were asked."""
    question, record = book.questions[place], book.records[place]
    lines = [_head(question, record), _labelled("asked", _text(question.text)), _truth(question)]
    what = _KINDS[cell.kind].format(cell.number)
    lines.append(_labelled("answer", Content.styled(what, "$quiet")))
    sides = [(True, against)] if against is not None else []
    for before, name in [*sides, (False, checkpoint)]:
        answer = cell._replace(before=before).answer(book, place)
        lines.append(_said(one_line(name or ""), answer))
    if record is not None and record.scores:
        lines.append(_labelled("scores", Content.styled(_scores(record.scores), "$quiet")))
    return Content("\n").join(lines)


def _head(question: Question, record: Record | None) -> Content:
    facts = [one_line(question.group)] if question.group else []
    if question.exposures is not None:
        facts.append(f"the fact stands {pages(question.exposures)}")
    if record is not None and question.answerable:
        facts.append(f"{category_sign(record.category)} {one_line(record.category)}")
    return Content.assemble((subject(question), "bold"), (f"   {' · '.join(facts)}", "$quiet"))


def _truth(question: Question) -> Content:
    if question.answer is None:
        return _labelled("truth", Content("there is no answer: only to abstain is right"))
    also = f"   also {', '.join(map(one_line, question.aliases))}" if question.aliases else ""
    return _labelled("truth", Content.assemble(_text(question.answer), (also, "$quiet")))


def _said(name: str, answer: Answer | None) -> Content:
    head: list[Content | str | tuple[str, str]] = [(name, "bold"), " "]
    if answer is None:
        return Content.assemble(*head, PENDING, (" not answered yet", "$quiet"))
    sign, style = outcome_sign(answer.outcome)
    numbers = (
        f"   a token {math.exp(answer.mean_logprob):.0%} on average, the least likely "
        f"{math.exp(answer.min_logprob):.0%} · {answer.n_tokens} tokens"
    )
    read = f" · read as {one_line(answer.value)}" if answer.value else ""
    return Content.assemble(
        *head, (f"{sign} {one_line(answer.outcome)}", style), (numbers + read, "$quiet"), "\n",
        Content("  ") + _text(answer.text or "(nothing)"),
    )  # fmt: skip


def _scores(scores: Mapping[str, float]) -> str:
    return " · ".join(f"{detector_name(key)} {value:.2f}" for key, value in scores.items())


def _labelled(label: str, words: Content) -> Content:
    return Content.styled(f"{label:{_LABEL_CELLS}}", "$quiet") + words


def _text(text: str) -> Content:
    """Text from anywhere, as far as anybody reads it."""
    cut = text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "…"
    return Content("\n").join(map(Content, map(visible, cut.split("\n"))))
