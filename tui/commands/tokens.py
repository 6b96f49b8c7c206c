"""Commands of the Tokens pane."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.commands.command import Command

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.widgets.token_head import View

_VIEWS: dict[View, tuple[str, str]] = {
    "text": ("A text as tokens", ""),
    "compare": ("Compare tokenizers", ""),
    "merges": ("Watch a word being merged", ""),
    "chat": ("A conversation as tokens", "special tokens and the loss mask"),
    "train": ("Train a small tokenizer live", ""),
    "spelling": ("Why a model can't spell", ""),
}


def commands(app: LabApp) -> Iterator[Command]:
    """Its views, and what they show."""
    for view, (name, about) in _VIEWS.items():
        yield Command(name, about, partial(_show, app, view), f"tokens.{view}", "tokens")
    pane = app.tokens_pane
    if pane is not None and app.shown_pane == "tokens":
        yield Command("Another tokenizer ...", "", pane.action_choose, "tokens.choose", "tokens")
        yield Command("Open a text as tokens ...", "", pane.action_open, "tokens.open", "tokens")


async def _show(app: LabApp, view: View) -> None:
    await app.action_pane("tokens")
    assert app.tokens_pane is not None
    app.tokens_pane.action_view(view)
