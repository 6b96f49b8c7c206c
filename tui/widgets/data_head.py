"""The views of a run of the funnel, named above it with what it made of what."""

from __future__ import annotations

from typing import Literal

from tui.widgets.view_head import ViewHead

View = Literal["funnel", "removed", "sample", "twins", "truth"]
VIEWS: dict[View, tuple[str, str]] = {
    "funnel": ("f", "funnel"),
    "removed": ("b", "removed"),
    "sample": ("w", "what if"),
    "twins": ("d", "duplicates"),
    "truth": ("t", "truth"),
}


class DataHead(ViewHead[View]):
    """A click on a view's name goes there."""

    def __init__(self) -> None:
        super().__init__(VIEWS, id="data-head")
