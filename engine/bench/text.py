"""Text to measure on: held-out pages of the pocket web, which no shipped checkpoint has read."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.web import web_of
from engine.train.recipe import recipe

PAGES = 32
"""How many are foretold for bits per byte."""


def heldout_text(n_pages: int) -> Sequence[str]:
    """The first pages, always the same; building the web takes a few seconds."""
    return [page.text for page in web_of(recipe("base", "nano").world).heldout_pages[:n_pages]]
