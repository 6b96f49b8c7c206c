"""An answer as lines of a column: prompt, samples, titles and notes, built as the tokens come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from tui.notes import Note, NoteKind, wrapped
from tui.token_layout import Piece, TokenLayout

if TYPE_CHECKING:
    from tui.answers import Answer, Token


class Address(NamedTuple):
    """A token of a transcript: its section, and its number in there."""

    section: int
    token: int


class Line(NamedTuple):
    """One line to draw: tokens of a section, or a title, note or gap of plain text."""

    kind: Literal["tokens", "title", "gap", NoteKind]
    text: str
    section: int
    pieces: Sequence[Piece]


@dataclass(slots=True)
class Section:
    """The prompt alone (``row`` None), or a sample; it runs on from the prompt in ``lead``."""

    row: int | None
    lead: Sequence[Token]
    tokens: Sequence[Token]
    layout: TokenLayout
    title: str = ""
    notes: list[tuple[NoteKind, str]] = field(default_factory=list)

    def token(self, number: int) -> Token:
        """The token that the layout knows as ``number``."""
        lead = len(self.lead)
        return self.lead[number] if number < lead else self.tokens[number - lead]

    def grow(self) -> bool:
        """Lay out what has arrived since the last call."""
        known = len(self.layout)
        if known == len(self.lead) + len(self.tokens):
            return False
        for number in range(known, len(self.lead) + len(self.tokens)):
            self.layout.append(self.token(number).shown)
        return True

    @property
    def head(self) -> int:
        """Lines before the first line of tokens."""
        return 1 if self.title else 0

    @property
    def height(self) -> int:
        """All of its lines."""
        return self.head + len(self.layout.lines) + len(self.notes)


class Transcript:
    """Sections stacked with an empty line between; addressed by line or by token."""

    def __init__(self, answer: Answer, width: int, *, show_prompt: bool) -> None:
        self.answer = answer
        self.width = width
        self.show_prompt = show_prompt
        self.sections: list[Section] = []
        self._built = False

    def update(self) -> int | None:
        """Take in what has arrived: the first line that may have changed, None when none has."""
        if not self._built:
            if not self.answer.prompt and not any(row.tokens for row in self.answer.rows):
                return None
            self._build()
            return 0
        first: int | None = None
        top = 0
        for section in self.sections:
            last_line = top + section.head + len(section.layout.lines) - 1
            if section.grow() and first is None:
                first = last_line
            top += section.height + 1
        return first

    def set_notes(self, row: int, notes: Sequence[Note]) -> None:
        """Replace the notes under a sample."""
        for section in self.sections:
            if section.row == row:
                section.notes = [("dim", "")] if notes else []
                section.notes += wrapped(notes, self.width)

    @property
    def height(self) -> int:
        """Lines in all."""
        return max(0, sum(section.height + 1 for section in self.sections) - 1)

    def line(self, y: int) -> Line:
        """What stands on line ``y``."""
        for index, section in enumerate(self.sections):
            if y < section.height:
                return self._line_of(index, section, y)
            y -= section.height + 1
            if y < 0:
                break
        return Line("gap", "", -1, ())

    def address_at(self, y: int, x: int) -> Address | None:
        """The token under a cell, None where there is none on that line."""
        line = self.line(y)
        if line.kind != "tokens":
            return None
        top = self._top(line.section) + self.sections[line.section].head
        token = self.sections[line.section].layout.token_at(y - top, x)
        return None if token is None else Address(line.section, token)

    def line_of(self, address: Address) -> int:
        """The line on which a token begins."""
        section = self.sections[address.section]
        return self._top(address.section) + section.head + section.layout.place(address.token).line

    def column_of(self, address: Address) -> int:
        """The cell at which a token begins."""
        return self.sections[address.section].layout.place(address.token).column

    def token(self, address: Address) -> Token:
        """The token itself."""
        return self.sections[address.section].token(address.token)

    def answer_index(self, address: Address) -> tuple[int, int] | None:
        """(row, index) in the answer, None for a token of the prompt."""
        section = self.sections[address.section]
        index = address.token - len(section.lead)
        return None if section.row is None or index < 0 else (section.row, index)

    def address_of(self, row: int, index: int) -> Address | None:
        """Where token ``index`` of sample ``row`` stands."""
        for number, section in enumerate(self.sections):
            if section.row == row:
                return Address(number, len(section.lead) + index)
        return None

    def first(self) -> Address:
        """The first token of all."""
        return Address(0, 0)

    def last(self) -> Address:
        """The last token of all."""
        number = len(self.sections) - 1
        return Address(number, max(0, len(self.sections[number].layout) - 1))

    def step(self, address: Address, by: int) -> Address:
        """The next or previous token, across sections; stays at the ends."""
        section, token = address.section, address.token + by
        while token < 0 and section > 0:
            section -= 1
            token += len(self.sections[section].layout)
        while token >= len(self.sections[section].layout) and section + 1 < len(self.sections):
            token -= len(self.sections[section].layout)
            section += 1
        if not 0 <= token < len(self.sections[section].layout):
            return address
        return Address(section, token)

    def vertical(self, address: Address, by: int) -> Address:
        """The token above or below, skipping titles and gaps; stays at the ends."""
        y, x = self.line_of(address), self.column_of(address)
        while 0 <= (y := y + by) < self.height:
            found = self.address_at(y, x)
            if found is not None:
                return found
        return address

    def _build(self) -> None:
        answer = self.answer
        several = len(answer.rows) > 1
        prompt = answer.prompt if self.show_prompt else ()
        self.sections = []
        if prompt and several:
            self.sections.append(Section(None, prompt, (), TokenLayout(self.width)))
        for index, row in enumerate(answer.rows):
            self.sections.append(
                Section(
                    row=index,
                    lead=() if several else prompt,
                    tokens=row.tokens,
                    layout=TokenLayout(self.width),
                    title=f"sample {index + 1} of {len(answer.rows)}" if several else "",
                )
            )
        for section in self.sections:
            section.grow()
        self._built = True

    def _top(self, index: int) -> int:
        return sum(section.height + 1 for section in self.sections[:index])

    @staticmethod
    def _line_of(index: int, section: Section, y: int) -> Line:
        if y < section.head:
            return Line("title", section.title, index, ())
        y -= section.head
        lines = section.layout.lines
        if y < len(lines):
            return Line("tokens", "", index, lines[y])
        kind, text = section.notes[y - len(lines)]
        return Line(kind, text, index, ())
