"""What is asked of a model in a probe, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Judging = Literal["world", "exact", "number", "symbolic"]
JUDGINGS: tuple[Judging, ...] = ("world", "exact", "number", "symbolic")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question.

    ``group`` is what figures are shown by: an exposure tier of the pocket web, or what a user's
    file says. A question about somebody invented has no ``answer``: only to abstain is right.
    """

    id: str
    text: str
    answer: str | None
    aliases: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    """Other ways to ask the same."""
    judging: Judging = "exact"
    group: str = ""
    entity: str | None = None
    attribute: str | None = None
    exposures: int | None = None
    """Training pages on which the fact stands; None where nobody has counted."""

    @property
    def answerable(self) -> bool:
        """Whether there is a true answer."""
        return self.answer is not None
