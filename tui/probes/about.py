"""What the helper process that knows the world (``tui.truth``) says about a name, and of answers.

The records travel as JSON; ``knower`` makes them, in the helper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question about the name, what is true, and on how many training pages it stands.

    ``truth`` is None where nobody can know; so is ``exposures`` of a question that is not about
    the world.
    """

    attribute: str
    question: str
    truth: str | None
    exposures: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """A name as the world has it: ``tier`` is empty of one that it does not have.

    ``free`` ones are whole questions about something else: nobody here knows what is true.
    ``examples`` is what a base model reads before a question.
    """

    name: str
    kind: str
    tier: str
    asks: tuple[Ask, ...]
    examples: str
    free: bool = False

    @staticmethod
    def from_json(data: dict[str, Any]) -> About:
        """Read what ``dataclasses.asdict`` made of one."""
        return About(**{**data, "asks": tuple(Ask(**ask) for ask in data["asks"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """Answers to one question: how each came out, what each says, and whether they agree.

    The outcome is empty where nobody knows what is true and the answer does not abstain.
    """

    outcomes: tuple[str, ...]
    values: tuple[str, ...]
    agreement: float | None
    """Of the samples; None of no samples."""

    @staticmethod
    def from_json(data: dict[str, Any]) -> Weighed:
        """Read what ``dataclasses.asdict`` made of one."""
        return Weighed(
            outcomes=tuple(data["outcomes"]),
            values=tuple(data["values"]),
            agreement=data["agreement"],
        )
