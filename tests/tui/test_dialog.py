"""A dialog takes itself away: once, and no other screen in its place."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from textual.widgets import Input

from tests.tui.conftest import Lab, closed, dialog, screen_text, shows
from tui import screens
from tui.sampling import Sampling
from tui.screens.call_editor import CallEditor
from tui.screens.card import Card
from tui.screens.confirm import Confirm
from tui.screens.dialog import AskingDialog, Dialog
from tui.screens.help import HelpScreen
from tui.screens.sampling_form import SamplingForm


async def test_the_second_of_two_quick_answers_closes_nothing_else(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        said: list[bool | None] = []
        below, above = Confirm("the first?", "Yes"), Confirm("the second?", "Yes")
        app.push_screen(below, said.append)
        await dialog(app, pilot, Confirm)
        app.push_screen(above, said.append)
        await pilot.pause()
        above.action_yes()
        above.action_yes()
        await pilot.pause()
        assert app.screen is below
        assert said == [True]


async def test_what_ends_under_another_screen_gives_its_result_when_that_is_gone(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        said: list[bool | None] = []
        confirm = Confirm("still there?", "Yes")
        app.push_screen(confirm, said.append)
        await dialog(app, pilot, Confirm)
        await pilot.press("f1")
        await dialog(app, pilot, HelpScreen)
        confirm.dismiss(True)
        confirm.dismiss(True)
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert said == []
        await pilot.press("escape")
        await closed(app, pilot)
        assert said == [True]


EVIL = "be\x1b[2Jgin\x07 \x9b31m \u202eten\u202c \ud83d end"


@pytest.mark.parametrize(
    "screen",
    [
        CallEditor("edit the call", "It runs as you leave it.", EVIL, "Run"),
        Card("model card", f"# {EVIL}\n\n{EVIL}\n\n```\n{EVIL}\n```\n"),
        SamplingForm(Sampling(), EVIL),
    ],
    ids=["an editor", "a card", "a title"],
)
async def test_nothing_in_a_dialog_steers_the_terminal(lab: Lab, screen: Dialog[Any]) -> None:
    async with lab.open() as (app, pilot):
        app.push_screen(screen)
        await pilot.pause()
        for line in screen.query(Input):
            line.value = EVIL
        await shows(app, pilot, "end")
        found = {sign for sign in screen_text(app) if not sign.isprintable()} - {"\n"}
        assert not found
        screen_text(app).encode()  # as the driver does


async def test_half_a_surrogate_pair_is_copied_as_something_that_can_be_sent(lab: Lab) -> None:
    async with lab.open() as (app, _):
        app.copy_to_clipboard("a\ud83db")
        assert app.clipboard == "a?b"


def test_every_dialog_that_asks_can_be_finished() -> None:
    for module in pkgutil.iter_modules(screens.__path__, "tui.screens."):
        importlib.import_module(module.name)
    todo: list[type[Any]] = [AskingDialog]
    while todo:
        todo += (found := todo.pop()).__subclasses__()
        is_a_form = not found.__subclasses__()
        assert not is_a_form or found.finish is not AskingDialog.finish, found
