"""A walk through all panes and views: nothing in the footer is cut, and help tells every key."""

from __future__ import annotations

from collections.abc import AsyncIterator

from textual.actions import parse
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen

from tests.tui import filtering, probing, reinforcing
from tests.tui.conftest import Lab, closed, settled, until
from tui.app import LabApp
from tui.keys.catalogue import all_bindings, keys_of
from tui.keys.help_text import sections
from tui.keys.targets import targets
from tui.panes.chat import ChatPane
from tui.panes.pane import LabPane
from tui.screens.jump import JumpScreen
from tui.widgets.key_line import KeyLine, fitting, keys_now
from tui.widgets.top_bar import PANES

DEEPER = {
    "compare": ("escape", "right", "space"),
    "tokens": ("m", "e"),
    "chat": ("escape", "ctrl+f"),
}
"""Keys to what is not there at first: alternatives to a token, a word to be typed, a search."""


def told(app: LabApp) -> set[str | None]:
    """Ids of the bindings of which F1 tells where the focus is."""
    return {line.id for each in sections(app.screen, {}) for line in each.lines}


def footer_is_whole(app: LabApp) -> None:
    line = app.query_one(KeyLine)
    assert line.size.width == 80
    words = line.render().plain
    assert Content(words).cell_length <= 80, app.shown_pane
    for key in keys_now(app.screen):
        words = words.replace(f" {key.shown} {key.words} ", "", 1)
    assert not words.strip(), f"cut: {words!r}"
    for width in (60, 80, 160):
        kept = {key.id for key in fitting(keys_now(app.screen), width)}
        assert {"app.help", "app.palette"} <= kept


async def views(app: LabApp, pilot: Pilot[None], pane: LabPane) -> AsyncIterator[str]:
    """Go through the views of a pane by the actions of its keys, and the focus through each."""
    ways = [""]
    for binding, _ in keys_of(type(pane)).values():
        _, action, _ = parse(binding.action)
        if action == "view":
            ways.append(binding.action)
    for way in ways:
        if way:
            await app.run_action(way, pane)
            await pilot.pause(0.05)
        for widget in app.screen.focus_chain:
            widget.focus()
            await pilot.pause()
            yield way


async def test_every_pane_and_view(talk: Lab) -> None:
    lab = talk
    probing.put(lab)
    filtering.put(lab)
    reinforcing.put(lab)
    found: set[str | None] = set()
    async with lab.open((80, 24)) as (app, pilot):
        await settled(app, pilot)
        for name, (key, _) in PANES.items():
            await pilot.press("ctrl+o")
            await until(pilot, lambda: isinstance(app.screen, JumpScreen), "the letters")
            await pilot.press(key)
            await until(pilot, lambda name=name: app.shown_pane == name, name)  # type: ignore[misc]
            await closed(app, pilot)
            pane = app.query_one(f"#{name}", LabPane)
            if name == "chat":
                app.query_one(ChatPane).ask("Who is Mira Veklon?")
            await pilot.pause(0.3)  # What it reads of the disk, what is answered.
            assert [each for each in targets(app.screen) if each.widget in pane.query("*")]
            async for _ in views(app, pilot, pane):
                found |= told(app)
                footer_is_whole(app)
            pane.focus_view()
            for key in DEEPER.get(name, ()):
                await pilot.press(key)
                await pilot.pause(0.05)
                found |= told(app)
                footer_is_whole(app)
    dialogs = {id_ for id_, each in all_bindings().items() if issubclass(each.owner, Screen)}
    assert sorted(set(all_bindings()) - dialogs - found) == []
