"""The views of the Runs pane, named above it."""

from __future__ import annotations

from typing import Literal

from tui.widgets.view_head import ViewHead

View = Literal["table", "curves", "lineage", "disk"]
VIEWS: dict[View, tuple[str, str]] = {
    "table": ("t", "table"),
    "curves": ("c", "curves"),
    "lineage": ("g", "lineage"),
    "disk": ("d", "disk use"),
}


class RunsHead(ViewHead[View]):
    """A click on a view's name goes there."""

    def __init__(self) -> None:
        super().__init__(VIEWS, id="runs-head")
