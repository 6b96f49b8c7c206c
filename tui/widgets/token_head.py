"""The views of the Tokens pane, named above them with the tokenizer and its counts."""

from __future__ import annotations

from typing import Literal

from tui.widgets.view_head import ViewHead

View = Literal["text", "compare", "merges", "chat", "train", "spelling"]
VIEWS: dict[View, tuple[str, str]] = {
    "text": ("t", "text"),
    "compare": ("c", "compare"),
    "merges": ("m", "merges"),
    "chat": ("h", "chat"),
    "train": ("r", "train"),
    "spelling": ("s", "spelling"),
}


class TokenHead(ViewHead[View]):
    """A click on a view's name goes there."""

    def __init__(self) -> None:
        super().__init__(VIEWS, id="token-head")
