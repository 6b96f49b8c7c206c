"""The views of a probe, named above it with what it asks of whom and how far it is."""

from __future__ import annotations

from typing import Literal

from tui.widgets.view_head import ViewHead

View = Literal["answers", "outcomes", "detectors", "name"]
VIEWS: dict[View, tuple[str, str]] = {
    "answers": ("g", "answers"),
    "outcomes": ("o", "outcomes"),
    "detectors": ("d", "detectors"),
    "name": ("w", "one name"),
}


class ProbeHead(ViewHead[View]):
    """A click on a view's name goes there."""

    def __init__(self) -> None:
        super().__init__(VIEWS, id="probe-head")
