"""The text on the table and the tokenizers beside it: who is there, and what each makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from engine.errors import LabError
from tui.tokens.buffer import Buffer, Edit
from tui.tokens.cut import Change, Cut
from tui.tokens.glyphs import Glyphs

if TYPE_CHECKING:
    from engine.vocab.find import FoundTokenizer

MOST_SEATS = 4
LARGE_EDIT = 50_000
"""Characters of an edit from which on the text is cut anew, in a thread."""


@dataclass(slots=True, eq=False)
class Seat:
    """A tokenizer on the table."""

    name: str
    state: Literal["loading", "cutting", "ready", "failed"] = "loading"
    message: str = ""
    """Why it failed."""
    found: FoundTokenizer | None = None
    cut: Cut | None = None
    glyphs: Glyphs | None = None
    missed: list[Edit] = field(default_factory=list)
    """Edits that were made while the text is cut."""

    @property
    def words(self) -> str:
        """What is said where its tokens would be."""
        return {
            "loading": f"loading the vocabulary of {self.name} …",
            "cutting": "cutting the text …",
            "ready": "",
            "failed": f"✗ {self.message}",
        }[self.state]

    def is_cutting(self) -> bool:
        """Whether the text is being cut anew."""
        return self.state == "cutting"

    def take(self, cut: Cut) -> None:
        """Begin with a cut that was made in a thread; edits since then are made now.

        Raises:
            LabError: the text cannot be cut any more.
        """
        for edit in self.missed:
            cut.edit(edit)
        self.missed.clear()
        self.cut, self.state = cut, "ready"

    def fail(self, message: str) -> None:
        """Say why there is nothing to see."""
        self.state, self.message, self.cut = "failed", message, None
        self.missed.clear()

    def edit(self, edit: Edit) -> Change | None:
        """Follow an edit; None where that is not possible, and the text has to be cut anew."""
        large = max(len(edit.old), len(edit.new)) > LARGE_EDIT
        if self.cut is not None and self.cut.at_hand and not large:
            try:
                return self.cut.edit(edit)
            except LabError as error:
                self.fail(str(error))
                return None
        self.cut, self.state = None, "cutting"
        return None


@dataclass(frozen=True, slots=True)
class Counts:
    """What a tokenizer made of a text."""

    tokens: int
    characters: int
    bytes: int

    @property
    def characters_a_token(self) -> float:
        """How far a token reaches."""
        return self.characters / max(1, self.tokens)

    @property
    def bytes_a_token(self) -> float:
        """The compression."""
        return self.bytes / max(1, self.tokens)


class Desk:
    """A text and one to four tokenizers.

    Args:
        text: to begin with.
        names: of the tokenizers.
    """

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.buffer = Buffer(text)
        self.seats = [Seat(name) for name in names]
        self.place = 0
        """The seat that views of one tokenizer show."""
        self.blanks = False
        self.as_ids = False

    @property
    def seat(self) -> Seat:
        """The one that views of one tokenizer show."""
        return self.seats[self.place]

    def add(self, name: str) -> Seat:
        """One more, which is the chosen one then."""
        self.seats.append(Seat(name))
        self.place = len(self.seats) - 1
        return self.seat

    def replace(self, name: str) -> Seat:
        """Another in place of the chosen one."""
        self.seats[self.place] = Seat(name)
        return self.seat

    def remove(self) -> None:
        """The chosen one leaves; the last one stays."""
        if len(self.seats) > 1:
            del self.seats[self.place]
            self.place = min(self.place, len(self.seats) - 1)

    def turn(self, by: int) -> None:
        """Choose the next one, or the one before."""
        self.place = (self.place + by) % len(self.seats)

    def redraw(self) -> None:
        """Tokens look otherwise from now on."""
        for seat in self.seats:
            if seat.found is not None:
                seat.glyphs = Glyphs(seat.found.tokenizer, blanks=self.blanks, ids=self.as_ids)

    def counts(self, seat: Seat) -> Counts | None:
        """What a tokenizer made of the text; None while there is nothing to count."""
        if seat.state != "ready" or seat.cut is None:
            return None
        return Counts(len(seat.cut.ids), len(seat.cut), seat.cut.live.n_bytes)

    def fewest(self) -> list[Seat]:
        """Those with the fewest tokens, where more than one can be compared."""
        counted = {id(seat): counts.tokens for seat in self.seats if (counts := self.counts(seat))}
        if len(counted) < 2 or len(set(counted.values())) < 2:
            return []
        least = min(counted.values())
        return [seat for seat in self.seats if counted.get(id(seat)) == least]
