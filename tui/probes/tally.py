"""How the greedy answers of a probe came out so far, by group and by how well the fact is known.

While a probe goes on there are no figures yet (``engine.probes.figures`` makes them at its end);
what is counted here is what they count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.data.entities import TIERS
from engine.probes.makers.world import SKILLS, TALK
from engine.probes.record import CATEGORIES, OUTCOMES

if TYPE_CHECKING:
    from engine.probes.record import Outcome
    from tui.probes.book import Book, By


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of answers by outcome."""

    correct: int = 0
    wrong: int = 0
    abstained: int = 0

    @property
    def n(self) -> int:
        """All of them."""
        return self.correct + self.wrong + self.abstained

    def share(self, outcome: Outcome) -> float | None:
        """0 to 1; None of no answers."""
        number: int = getattr(self, outcome)
        return number / self.n if self.n else None

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.correct + other.correct,
            self.wrong + other.wrong,
            self.abstained + other.abstained,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: the probed checkpoint ``now``, and the one it is compared with."""

    name: str
    now: Counts
    before: Counts

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """Those that mean something: of small talk only whether it is refused."""
        return ("abstained",) if self.name == TALK else OUTCOMES


def by_group(book: Book) -> list[Row]:
    """A row a group, and where there are several of those that ask what is known, one of these."""
    rows = [_row(book, "group", name) for name in book.groups()]
    tiers = [row for row in rows if row.name in TIERS]
    summed = tiers or [row for row in rows if row.name not in (SKILLS, TALK)]
    if len(summed) < 2:
        return rows
    total = Row(
        "all tiers" if tiers else "all",
        sum((row.now for row in summed), Counts()),
        sum((row.before for row in summed), Counts()),
    )
    return [*rows, total]


def by_category(book: Book) -> list[Row]:
    """A row a SliCK category: as the checkpoint before knew the fact where there is one (what it
    knew decides what is to be refused), else as this one knows it.
    """
    by: By = "known before" if book.compares else "known"
    rows = [_row(book, by, category) for category in CATEGORIES]
    return [row for row in rows if row.now.n or row.before.n]


def _row(book: Book, by: By, name: str) -> Row:
    def counts(before: bool) -> Counts:
        return Counts(*(book.counts[by, name, before, outcome] for outcome in OUTCOMES))

    return Row(name, counts(False), counts(True))
