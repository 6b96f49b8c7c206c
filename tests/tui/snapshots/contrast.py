"""Finds what is drawn too faintly: as it reaches the terminal, on the ground that it has there.

A theme's colours may all be readable and what is drawn still not be: a colour may be blended, stand
on the ground of a chosen line, or come from Textual. So this looks at finished lines. Contrast is
as WCAG 2 defines it. What is asked for:

- 4.5 of words, quiet ones too; 7 in the theme of high contrast;
- 3 of signs without words: curves, bars, verdicts, the heavy border of what has the focus;
- 3 of what is disabled: it says nothing that could be done now;
- 1.5 of light lines around things: they part what space parts as well;
- nothing of what lies under an open dialog: it is dimmed to say that it is out of reach.
"""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.color import Color

from tui.app import LabApp

HIGH = "lab-contrast"
WORDS, WORDS_HIGH, SIGNS, FRAMES = 4.5, 7.0, 3.0, 1.5
_FRAME = frozenset("─│╭╮╰╯┌┐└┘├┤┬┴┼▁▔▏▕")


def contrast(one: Color, other: Color) -> float:
    """Of two colours, 1 to 21."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color.rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def faint_texts(app: LabApp) -> list[str]:
    """A sentence for each widget's style on the screen whose contrast is too low."""
    found: dict[tuple[str, Style], str] = {}
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            text, style = segment.text.strip(), segment.style or Style.null()
            if text and _of(style) < (least := _least(text, high=app.theme == HIGH)):
                by, _ = app.screen.get_widget_at(x, y)
                out_of_reach = by is app.screen and app.screen.is_modal
                if not out_of_reach and _of(style) < (SIGNS if by.is_disabled else least):
                    what = by.id or type(by).__name__
                    said = f"{what}: {_of(style):.2f} where {least:g} is least: {text!r} in {style}"
                    found.setdefault((what, style), said)
            x += segment.cell_length
    return list(found.values())


def _least(text: str, *, high: bool) -> float:
    if any(sign.isalnum() for sign in text):
        return WORDS_HIGH if high else WORDS
    return FRAMES if _FRAME.issuperset(text) else SIGNS


@lru_cache(maxsize=4096)
def _of(style: Style) -> float:
    """Of letters and ground; 1 where one of both is the terminal's, which nobody knows."""
    if style.color is None or style.bgcolor is None:
        return 1.0
    if style.color.is_default or style.bgcolor.is_default:
        return 1.0
    return contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
