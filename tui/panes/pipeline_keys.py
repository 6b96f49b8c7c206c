"""The keys of the Pipeline pane."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("t", "train", "train", id="pipeline.train"),
    Binding("p", "pause", "pause", id="pipeline.pause"),
    Binding("r", "resume", "resume", id="pipeline.resume"),
    Binding("x", "halt", "stop", id="pipeline.stop"),
    Binding("right_square_bracket", "step(1)", "next step", show=False, id="pipeline.next"),
    Binding("left_square_bracket", "step(-1)", "last step", show=False, id="pipeline.last"),
    Binding("enter,d", "card", "model card", key_display="⏎", id="pipeline.card"),
]
