"""What every contender answers to ``decode``: one turn of it. No torch.

``decode(prompts, lengths, temperature)`` goes on from each prompt for just as many tokens as its
length says, all rows together; no token ends a row earlier.
"""

from __future__ import annotations

from typing import TypedDict


class Turn(TypedDict):
    """One turn of one contender."""

    seconds: float
    """From the first row's arrival to the last token."""
    first_s: list[float]
    """For each row, from its arrival to its first token."""
    ids: list[list[int]] | None
    """Tokens of each row; None where only a part of the work was done and the rest reckoned."""
    n_read: int
    """Tokens of prompts that had to be read."""
    peak_bytes: int | None
    """Most memory the process held; None where the system does not say."""


class About(TypedDict):
    """What a contender is, once it is loaded."""

    version: str
    """Of the library that computes."""
    note: str
    """What else there is to know, such as "compiled" or "plain torch"; may be empty."""
    weight_bytes: int
    """Bytes of weights that must be read to compute one token (an embedding's one row left out)."""
    load_s: float
    load_peak_bytes: int | None
