"""What is known of one drawn token, on the host. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row's new token as the model saw it. See ``TokenEvent`` for the meaning."""

    id: int
    logprob: float
    entropy: float
    rank: int
    alternatives: tuple[tuple[int, float], ...]
    """Ids and logprobs of the likeliest tokens, best first."""


def given(token: int) -> Drawn:
    """A token that was put there: nothing predicted it."""
    return Drawn(id=token, logprob=0.0, entropy=0.0, rank=0, alternatives=())
