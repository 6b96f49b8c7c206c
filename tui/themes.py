"""Our four themes, and the hues of the stages in any theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

ANSI_THEME = "lab-ansi"

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
_ON_BLACK = {
    "web": "#5fe0cf",
    "tokens": "#f0cc70",
    "base": "#7cc4ff",
    "sft": "#d9b0ff",
    "idk": "#ff9fe4",
    "rl": "#d8f060",
}
# Of the 16 that a terminal has, those that are no verdict's; how they look is the terminal's.
_ANSI = {
    "web": "ansi_bright_cyan",
    "tokens": "ansi_bright_blue",
    "base": "ansi_blue",
    "sft": "ansi_magenta",
    "idk": "ansi_bright_magenta",
    "rl": "ansi_cyan",
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
    Theme(
        name="lab-contrast",
        primary="#8ccbff",
        secondary="#c4d4e8",
        accent="#ffd75f",
        foreground="#ffffff",
        background="#000000",
        surface="#0b0d10",
        panel="#191d24",
        success="#7df09a",
        warning="#ffc04a",
        error="#ff9aa8",
        dark=True,
        variables={
            "block-cursor-text-style": "bold",
            "block-cursor-foreground": "#000000",
            "block-cursor-background": "#8ccbff",
            "footer-key-foreground": "#ffd75f",
        },
    ),
    Theme(
        name=ANSI_THEME,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        accent="ansi_yellow",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        success="ansi_green",
        warning="ansi_yellow",
        error="ansi_red",
        dark=True,
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            # Any ground is drawn reversed (``tui.grounds``); its colour is not seen.
            "block-cursor-background": "ansi_blue",
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-text-style": "underline",
            "border": "ansi_blue",
            "border-blurred": "ansi_bright_black",
            "footer-key-foreground": "ansi_yellow",
            "scrollbar": "ansi_bright_black",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
        },
    ),
)


def theme_names() -> Sequence[str]:
    """Ours, then those of Textual."""
    return (*(theme.name for theme in LAB_THEMES), *sorted(BUILTIN_THEMES))


def lab_variables(theme: Theme, variables: Mapping[str, str]) -> dict[str, str]:
    """CSS variables of our own for any theme.

    ``stage-base``, ``stage-sft``... are the hues of the stages; ``quiet`` is for words that
    explain a number (Textual's ``text-muted`` follows the background it stands on, which text
    spans do not know); ``line`` is for borders without the focus; ``cursor`` is the ground of the
    line under the cursor, soft enough for the hues of signs and stages. Of Textual's own, those
    are replaced that are too faint: of scrollbars, of words in an empty field, of what is marked.
    """
    if theme.ansi:
        # The 16 colours cannot be mixed: what is soft elsewhere is a colour of its own or none.
        soft = {"quiet": "ansi_bright_black", "line": "ansi_bright_black"}
        return {**soft, "cursor": "ansi_blue", **_stages(_ANSI)}
    background, foreground, primary = (
        Color.parse(variables[name]) for name in ("background", "foreground", "primary")
    )
    high = theme.name == "lab-contrast"
    quiet = foreground.blend(background, 0.2 if high else 0.33 if theme.dark else 0.26).hex
    marked = background.blend(primary, 0.4).hex
    return {
        "quiet": quiet,
        "text-disabled": quiet,
        "scrollbar": background.blend(primary, 0.6 if theme.dark else 0.8).hex,
        "scrollbar-hover": background.blend(primary, 0.8 if theme.dark else 0.9).hex,
        "input-selection-background": marked,
        "screen-selection-background": marked,
        "screen-selection-foreground": variables["foreground"],
        "line": background.blend(foreground, 0.55 if high else 0.25).hex,
        "cursor": background.blend(primary, 0.2 if high else 0.15 if theme.dark else 0.12).hex,
        **_stages(_ON_BLACK if high else _ON_DARK if theme.dark else _ON_LIGHT),
    }


def _stages(hues: Mapping[str, str]) -> dict[str, str]:
    return {f"stage-{name}": hue for name, hue in hues.items()}
