"""The screen as an SVG: a picture that is text, whose letters can be searched and copied."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from textual.screen import Screen


def picture(screen: Screen[Any], title: str) -> Callable[[], str]:
    """What a screen shows; also one that a dialog covers.

    It is taken now, on the event loop; what this gives writes it as SVG, in a thread.

    Textual's own way takes the screen that is in front only. Text is escaped by the console.
    """
    from rich.console import Console

    console = Console(
        width=screen.size.width,
        height=screen.size.height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    console.print(screen._compositor.render_update(full=True))
    return lambda: console.export_svg(title=title)
