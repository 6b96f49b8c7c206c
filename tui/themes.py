"""Our two themes, and the hues of the stages in any theme."""

from __future__ import annotations

from textual.theme import Theme

DEFAULT_THEME = "lab-dark"

# One hue a stage, the same on columns, curves, rail and cards; none is a hue of a verdict.
_ON_DARK = {"web": "#4fb8a8", "tokens": "#c8a860", "base": "#62a8ea", "sft": "#c08af0"}
_ON_LIGHT = {"web": "#0c6f62", "tokens": "#7a5c00", "base": "#155fa8", "sft": "#7a32b8"}

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


def stage_hues(*, dark: bool) -> dict[str, str]:
    """CSS variables ``stage-base``, ``stage-sft``... for a dark or light theme."""
    return {f"stage-{name}": hue for name, hue in (_ON_DARK if dark else _ON_LIGHT).items()}
