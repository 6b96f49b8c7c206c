"""The finder of cut text finds it, and leaves alone what is meant."""

from __future__ import annotations

from typing import cast

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tests.tui.snapshots.cuts import cut_texts
from tests.tui.snapshots.picture import Shot, shot
from tui.app import LabApp

WORDS = "temperature and patience"


class Small(App[None]):
    """One widget in ten cells."""

    def __init__(self, widget: Widget, css: str) -> None:
        super().__init__()
        self.CSS = f"Screen {{ width: 100%; }} #it {{ width: 10; {css} }}"
        self._widget = widget

    def compose(self) -> ComposeResult:
        yield Horizontal(self._widget)


async def found(widget: Widget, css: str) -> list[str]:
    app = Small(widget, css)
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.pause()
        lab = cast(LabApp, app)
        return cut_texts(lab, shot(lab), Shot((WORDS,), ()))


class Drawn(Widget):
    """Draws its own line, as long as it is."""

    def render(self) -> str:
        return WORDS[: self.size.width]


@pytest.mark.parametrize(
    ("css", "said"),
    [
        ("height: 1;", "has 3 lines in 1"),
        ("height: 1; text-wrap: nowrap;", "is 24 cells wide in 10"),
        ("height: 3;", ""),
        ("height: 1; text-wrap: nowrap; text-overflow: ellipsis;", ""),
        ("display: none;", ""),
    ],
)
async def test_a_text(css: str, said: str) -> None:
    cut = await found(Static(WORDS, id="it"), css)
    assert said in "".join(cut)
    assert bool(cut) == bool(said)


@pytest.mark.parametrize(("around", "said"), [("hidden", "it: stands where nobody"), ("auto", "")])
async def test_a_widget_beyond_an_edge(around: str, said: str) -> None:
    css = f"margin-left: 35; height: 1; }} Horizontal {{ overflow-x: {around};"
    assert said in "".join(await found(Static("heat", id="it"), css))
    assert bool(await found(Static("heat", id="it"), css)) == bool(said)


async def test_a_line_that_ends_within_a_word() -> None:
    (said,) = await found(Drawn(id="it"), "height: 1;")
    assert "'temperatur' may be 'temperature'" in said


@pytest.mark.parametrize(("title", "n_cut"), [("temperature", 1), ("tem…", 0), ("heat", 0)])
async def test_a_title_that_the_border_has_no_room_for(title: str, n_cut: int) -> None:
    widget = Static("", id="it")
    widget.border_title = title
    assert len(await found(widget, "height: 3; border: round red;")) == n_cut
