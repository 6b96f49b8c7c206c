"""A stretch of a drawn line in one style: what views that draw their own lines are made of."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """Text and the name of its style, as content has it (``bold $text-success``)."""

    text: str
    style: str = ""
