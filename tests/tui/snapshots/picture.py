"""A screen as a text that can be read in a review: what stands there, and in what colours.

An SVG of every pane, state, size and theme is 15 MB, and no one reads the difference of two. Here
a picture is the lines of the screen, and below them the same lines as runs of styles: ``b12 a68``
are twelve cells in the style b, then 68 in the style a. One legend names the styles of both
themes: a dark and a light screen say the same, so a file holds both.
"""

from __future__ import annotations

import difflib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path

from rich.style import Style
from textual.color import Color, ColorParseError

from tui.app import LabApp

FOLDER = Path(__file__).with_name("pictures")
WRITE = os.environ.get("LLMLAB_SNAPSHOTS") == "write"
"""Whether pictures are taken anew instead of compared."""
_SIGNS = ("bold", "dim", "italic", "underline", "strike", "reverse")
_MOST_LINES = 60
"""Of a difference, in the message of a test that failed."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A screen as of now: its lines, and each cell's style in words."""

    lines: tuple[str, ...]
    styles: tuple[tuple[str, ...], ...]


def shot(app: LabApp) -> Shot:
    """What stands on the screen."""
    names = _names(app)
    lines, styles = [], []
    for strip in app.screen._compositor.render_strips():
        lines.append(strip.text.rstrip())
        styles.append(tuple(
            itertools.chain.from_iterable(
                [_words(segment.style, names)] * segment.cell_length for segment in strip
            )
        ))  # fmt: skip
    return Shot(tuple(lines), tuple(styles))


def _names(app: LabApp) -> dict[str, str]:
    """What the theme calls its colours; the shortest name where there are several."""
    names: dict[str, str] = {}
    variables = app.get_css_variables()
    for name in sorted(variables, key=lambda name: (len(name), name)):
        try:
            colour = Color.parse(variables[name])
        except ColorParseError:
            continue  # Not all of a theme's variables are colours.
        if colour.a == 1 and colour.ansi is None:
            names.setdefault(colour.hex.lower(), name)
    return names


def _words(style: Style | None, names: dict[str, str]) -> str:
    style = style or Style.null()

    def named(colour: str) -> str:
        return f"{names[colour]} {colour}" if colour in names else colour

    ink, ground = (
        named(colour.get_truecolor().hex) if colour is not None else "default"
        for colour in (style.color, style.bgcolor)
    )
    signs = [sign for sign in _SIGNS if getattr(style, sign)]
    return " ".join([*signs, f"{ink} on {ground}"])


def text_of(title: str, dark: Shot, light: Shot) -> str:
    """The picture as a file: the text, the styles of both themes as runs, their legend."""
    rows = [[*zip(*each, strict=True)] for each in zip(dark.styles, light.styles, strict=True)]
    order = dict.fromkeys(itertools.chain.from_iterable(rows))
    letters = {pair: _letter(number) for number, pair in enumerate(order)}
    runs = (
        " ".join(f"{letters[pair]}{len([*cells])}" for pair, cells in itertools.groupby(row))
        for row in rows
    )
    legend = (f"{letter} {dark_words} | {light_words}"
              for (dark_words, light_words), letter in letters.items())  # fmt: skip
    others = [] if light.lines == dark.lines else ["otherwise in light:", *light.lines, ""]
    return "\n".join([title, "", *dark.lines, "", *others, *runs, "", *legend, ""])


def _letter(number: int) -> str:
    """a, b, ... z, then A ... Z, then aa, ab."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    more, last = divmod(number, len(letters))
    return (_letter(more - 1) if more else "") + letters[last]


def check(name: str, text: str) -> None:
    """Compare a picture with the one that is kept, or keep it.

    Raises:
        AssertionError: they differ, or there is none yet; says where, line by line.
    """
    path = FOLDER / f"{name}.txt"
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return
    assert path.exists(), f"There is no picture {path.name}. LLMLAB_SNAPSHOTS=write takes it."
    kept = path.read_text("utf-8")
    if kept != text:
        changes = difflib.unified_diff(
            kept.split("\n"), text.split("\n"), "kept", "now", lineterm="", n=1
        )
        shown = "\n".join(itertools.islice(changes, _MOST_LINES))
        raise AssertionError(
            f"{path.name} looks otherwise. If it is meant to, LLMLAB_SNAPSHOTS=write takes the "
            f"picture anew.\n{shown}"
        )
