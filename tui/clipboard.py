"""Copying through the terminal (OSC 52): it works over SSH and in a browser too, and in tmux with
``set-clipboard on``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.format import grouped
from tui.safe_text import one_line

if TYPE_CHECKING:
    from textual.app import App

MOST_BYTES = 74_994
"""What terminals take: a sequence of 100,000 bytes, in which three bytes of text are four."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that can be copied.

    Args:
        what: a word or two for it, such as ``the answer``.
        text: all of it, as it is.
    """

    what: str
    text: str


def copy(app: App[Any], piece: Piece | None) -> None:
    """Copy a piece and say so; one that is too long for a terminal is offered as a file.

    Args:
        app: the lab.
        piece: None where the cursor stands on nothing.
    """
    if piece is None or not piece.text:
        app.notify("There is nothing under the cursor to copy.")
        return
    # Half a surrogate pair, as a model may write it, is in no encoding.
    text = piece.text.encode("utf-8", "replace").decode()
    what, size = one_line(piece.what), len(text.encode())
    if size > MOST_BYTES:
        from tui.screens.export import offer_text

        app.notify(
            f"{what} has {grouped(size)} bytes, and a terminal copies {grouped(MOST_BYTES)} at "
            "most. It can go to a file instead.",
            severity="warning",
            markup=False,
        )
        offer_text(app, piece.what, text)
    else:
        app.copy_to_clipboard(text)
        noun = "character" if len(text) == 1 else "characters"
        app.notify(f"Copied {grouped(len(text))} {noun} of {what}.", markup=False)
