"""Our two themes, and the hues of the stages in any theme."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color
from textual.theme import Theme

DEFAULT_THEME = "lab-dark"

# One hue a stage, the same on columns, curves, rail and cards; none is a hue of a verdict.
_ON_DARK = {
    "web": "#4fb8a8",
    "tokens": "#c8a860",
    "base": "#62a8ea",
    "sft": "#c08af0",
    "idk": "#ee8ad0",
    "rl": "#bcd452",
}
_ON_LIGHT = {
    "web": "#0c6f62",
    "tokens": "#7a5c00",
    "base": "#155fa8",
    "sft": "#7a32b8",
    "idk": "#a81f86",
    "rl": "#566a00",
}

LAB_THEMES = (
    Theme(
        name="lab-dark",
        primary="#62a8ea",
        secondary="#8296b0",
        accent="#e0b050",
        foreground="#d4dae4",
        background="#12161d",
        surface="#171c25",
        panel="#202734",
        success="#63c384",
        warning="#e0b050",
        error="#e8697d",
        dark=True,
        variables={"block-cursor-text-style": "bold"},
    ),
    Theme(
        name="lab-light",
        primary="#155fa8",
        secondary="#5a6b82",
        accent="#8a5a00",
        foreground="#1e2530",
        background="#fafaf7",
        surface="#f2f2ee",
        panel="#e4e5e1",
        success="#1c7a3e",
        warning="#8a5a00",
        error="#b3243f",
        dark=False,
        variables={"block-cursor-text-style": "bold"},
    ),
)


def lab_variables(theme: Theme, variables: Mapping[str, str]) -> dict[str, str]:
    """CSS variables of our own for any theme.

    ``stage-base``, ``stage-sft``... are the hues of the stages; ``quiet`` is for words that
    explain a number. (Textual's ``text-muted`` follows the background it stands on, which text
    spans do not know.)
    """
    hues = _ON_DARK if theme.dark else _ON_LIGHT
    quiet = "ansi_bright_black"
    if not theme.ansi:
        background = Color.parse(variables["background"])
        quiet = Color.parse(variables["foreground"]).blend(background, 0.38).hex
    return {"quiet": quiet, **{f"stage-{name}": hue for name, hue in hues.items()}}
