"""How a line of the grid is laid out: who is asked about, the answers' signs, what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from tui.format import fitted, squeezed
from tui.probes.book import Kind
from tui.probes.looks import PENDING, category_sign, outcome_sign
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.probes.question import Question
    from engine.probes.record import Answer, Record
    from tui.probes.book import Book

_GROUP_CELLS, _KNOWN_CELLS = 9, 7
_LEAST_NAME_CELLS, _MOST_NAME_CELLS = 16, 42
_LEAST_TEXT_CELLS = 12
MOST_SAMPLES = 24
"""Samples that a line shows; all count in the figures."""


class Cell(NamedTuple):
    """A column of the grid: which answer of which side."""

    before: bool
    kind: Kind
    number: int

    def answer(self, book: Book, place: int) -> Answer | None:
        """What stands there; None while it has not come, or where there is none."""
        record = (book.before if self.before else book.records)[place]
        if record is None:
            return None
        if self.kind == "greedy":
            return record.greedy
        answers = record.contexts if self.kind == "wording" else record.samples
        return answers[self.number - 1] if self.number <= len(answers) else None


class Piece(NamedTuple):
    """A stretch of a line in one style; ``cell`` is the column that it stands for."""

    text: str
    style: str = ""
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How many answers of each kind there are, and of whom.

    ``cells`` are all columns; those of the checkpoint that is compared with come first.
    """

    checkpoint: str = ""
    against: str | None = None
    """None where nothing is compared."""
    n_wordings: int = 0
    n_samples: int = 0
    """As many of them as are shown; a probe may draw more."""
    cells: tuple[Cell, ...] = field(init=False)

    def __post_init__(self) -> None:
        sides = (True, False) if self.against is not None else (False,)
        cells = tuple(cell for side in sides for cell in self._side(side))
        object.__setattr__(self, "cells", cells)  # The dataclass is frozen for its readers.

    def _side(self, before: bool) -> Iterator[Cell]:
        yield Cell(before, "greedy", 1)
        for number in range(1, self.n_wordings + 1):
            yield Cell(before, "wording", number)
        for number in range(1, self.n_samples + 1):
            yield Cell(before, "sample", number)

    @property
    def side_cells(self) -> int:
        """Width of one side's answers: a gap stands between the kinds."""
        return 1 + sum(1 + n for n in (self.n_wordings, self.n_samples) if n)

    def shown(self, width: int) -> range:
        """The columns that are shown in so many cells."""
        _, sides = self._widths(width)
        return range(0 if len(sides) > 1 or self.against is None else len(self.cells) // 2,
                     len(self.cells))  # fmt: skip

    def head(self, width: int) -> list[Piece]:
        """The names above the columns."""
        name_cells, sides = self._widths(width)
        pieces = [Piece(f"{'group':{_GROUP_CELLS}}"), Piece("question".ljust(name_cells))]
        for before in sides:
            name = (self.against or "") if before else self.checkpoint
            shown = squeezed(one_line(name), self.side_cells)
            pieces.append(Piece("  " + set_cell_size(shown, self.side_cells)))
        pieces += [Piece(f" {'known':{_KNOWN_CELLS}}"), Piece("says")]
        return [piece._replace(style="$quiet") for piece in pieces]

    def line(self, book: Book, place: int, width: int) -> list[Piece]:
        """A question's line."""
        question = book.questions[place]
        name_cells, sides = self._widths(width)
        group = set_cell_size(fitted(one_line(question.group), _GROUP_CELLS - 1), _GROUP_CELLS)
        pieces = [Piece(group, "$quiet"), Piece(_fitting(subject(question), name_cells))]
        for before in sides:
            pieces.append(Piece("  "))
            pieces += self._answers(book, place, before)
        record = book.records[place]
        pieces.append(Piece(f" {_known(question, record):{_KNOWN_CELLS}}", "$quiet"))
        room = width - sum(cell_len(piece.text) for piece in pieces)
        if record is not None and room >= _LEAST_TEXT_CELLS:
            said = one_line(record.greedy.text[: 4 * room])
            pieces.append(Piece(_fitting(said, room - 1), "$quiet"))
        return pieces

    def _answers(self, book: Book, place: int, before: bool) -> Iterator[Piece]:
        kind: Kind = "greedy"
        for number, cell in enumerate(self.cells):
            if cell.before is not before:
                continue
            if cell.kind != kind:
                kind = cell.kind
                yield Piece(" ")
            answer = cell.answer(book, place)
            missing = (book.before if before else book.records)[place] is not None
            sign, style = (
                outcome_sign(answer.outcome) if answer else (" ", "") if missing else PENDING
            )
            yield Piece(sign, style, number)

    def _widths(self, width: int) -> tuple[int, tuple[bool, ...]]:
        """Cells for the name, and the sides that there is room for: first the probed one's."""
        sides: tuple[bool, ...] = (True, False) if self.against is not None else (False,)
        fixed = _GROUP_CELLS + 1 + _KNOWN_CELLS
        if len(sides) > 1 and width - fixed - 2 * (self.side_cells + 2) < _LEAST_NAME_CELLS:
            sides = (False,)
        room = width - fixed - len(sides) * (self.side_cells + 2)
        return max(8, min(_MOST_NAME_CELLS, room)), sides


def subject(question: Question) -> str:
    """What a question is about in few words, else the question itself."""
    if question.entity and question.attribute:
        return f"{one_line(question.entity)} · {attribute_words(question.attribute)}"
    return one_line(question.text)


def attribute_words(attribute: str) -> str:
    """``born_year`` as people write it."""
    return one_line(attribute.replace("_", " "))


def _known(question: Question, record: Record | None) -> str:
    if record is None or not question.answerable:
        return ""
    return category_sign(record.category)


def _fitting(text: str, cells: int) -> str:
    """``text`` in exactly so many cells."""
    if cell_len(text) > cells:
        return set_cell_size(text, cells - 1) + "…"
    return set_cell_size(text, cells)
