"""Signs and colours of the Runs pane: each curve has a letter as well as a colour."""

from __future__ import annotations

from collections.abc import Sequence

from tui.pipeline_text import run_sign
from tui.runs.row import DAMAGED, SHIPPED, Row
from tui.stages import hue

LETTERS = "ABCDEFGHIJKL"
MOST_MARKED = len(LETTERS)
_ON_DARK = (
    "#5fb0ff", "#ffb454", "#7ee08a", "#ff7a93", "#c49bff", "#4fd6d0",
    "#e6e06a", "#ff9bdc", "#a0b4c8", "#c98f5a", "#93e0ff", "#d0d0ff",
)  # fmt: skip
_ON_LIGHT = (
    "#0b5cad", "#9a5b00", "#18752c", "#b3203f", "#6a2bb0", "#00706b",
    "#6b6300", "#a01a7c", "#46586a", "#7a4312", "#0a6c8f", "#4a4a9c",
)  # fmt: skip
_ANSI = ("blue", "yellow", "green", "red", "magenta", "cyan")
_SIGNS = {SHIPPED: ("◆", "$primary"), DAMAGED: ("!", "$text-error")}


def state_sign(state: str) -> tuple[str, str]:
    """The glyph of a row's state and its colour."""
    return _SIGNS.get(state) or run_sign(state)


def curve_styles(rows: Sequence[Row], *, dark: bool, ansi: bool) -> list[str]:
    """A colour for each curve: its stage's where no other has it, else one that none else has."""
    stages = [row.stage for row in rows]
    if len(set(stages)) == len(stages):
        return [hue(stage) for stage in stages]
    if ansi:
        return [f"ansi_{_ANSI[number % len(_ANSI)]}" for number in range(len(rows))]
    colours = _ON_DARK if dark else _ON_LIGHT
    return [colours[number % len(colours)] for number in range(len(rows))]
