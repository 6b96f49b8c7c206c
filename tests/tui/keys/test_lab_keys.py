"""A person's own keys in the running app."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList

from engine.errors import LabError
from tests.tui.conftest import Lab, closed, dialog, screen_text, settled, shows, until
from tui import settings
from tui.app import LabApp
from tui.screens.help import HelpScreen
from tui.screens.keys import KeysScreen
from tui.screens.press_key import PressKey
from tui.screens.sampling_form import SamplingForm
from tui.widgets.prompt_box import PromptBox


def choose(**keys: str) -> None:
    """Write a settings file with these keys; ``__`` stands for the dot of an id."""
    path = settings.settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'"{id_.replace("__", ".")}" = "{text}"' for id_, text in keys.items()]
    path.write_text("\n".join(["[keys]", *lines]) + "\n")


def mode(app: LabApp) -> bool:
    return app.compare.columns.chat


async def test_other_keys_hold_also_inside_of_text(lab: Lab) -> None:
    choose(compare__mode="f10", compare__own="ctrl+g", app__jump="alt+j")
    async with lab.open((120, 30)) as (app, pilot):
        await until(pilot, lambda: len(app.keys.own) == 3, "the keys are read")
        assert isinstance(app.focused, PromptBox)
        await shows(app, pilot, "F10 raw/chat")
        before = mode(app)
        await pilot.press("ctrl+t")
        assert mode(app) is before, "the old key does nothing any more"
        await pilot.press("f10")
        assert mode(app) is not before
        await pilot.press("ctrl+g")  # It was a letter, which the prompt takes as text.
        await dialog(app, pilot, SamplingForm)
        await pilot.press("ctrl+g", "escape")
        await closed(app, pilot)
        await pilot.press("alt+j")
        await shows(app, pilot, "jump: press a letter")


async def test_what_is_wrong_is_said_once_and_the_rest_holds(lab: Lab) -> None:
    choose(compare__mode="f10", compare__own="7", compare__resed="f12", app__help="x")
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: len(app._notifications) == 1, "one notification")
        (said,) = (each.message for each in app._notifications)
        assert said.count("\n") == 2, "three sentences"
        assert "'go to RL' (Everywhere, pane.rl)" in said
        assert set(app.keys.own) == {"compare.mode"}
        assert set(app.keys.problems) == {"compare.own", "compare.resed", "app.help"}


@pytest.mark.parametrize("text", ["keys = 3", "[keys]\n'compare.mode' = 3", "[keys\n", "[keys]\n"])
async def test_odd_tables_cost_only_themselves(lab: Lab, text: str) -> None:
    path = settings.settings_path()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        assert app.keys.own == {}
        assert mode(app)


async def test_a_key_is_given_on_the_screen_and_kept(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        app.action_keys()
        await dialog(app, pilot, KeysScreen)
        await pilot.press(*"compare.mode")
        await shows(app, pilot, "compare.mode")
        await pilot.press("enter")
        await dialog_of_key(app, pilot)
        await pilot.press("c")  # Another model, in the same pane.
        await shows(app, pilot, "compare.choose")
        assert app.keys.own == {}
        for key in ("f1", "enter"):  # The frame's own, and what would press a button.
            await pilot.press("enter")
            await dialog_of_key(app, pilot)
            await pilot.press(key)
            await shows(app, pilot, "cannot be")
        await pilot.press("ctrl+n")
        await dialog_of_key(app, pilot)
        await pilot.press("f10")
        await until(pilot, lambda: app.keys.own, "it holds")
        assert app.keys.own == {"compare.mode": ("ctrl+t", "m", "f10")}
        await shows(app, pilot, "from the start ^t m")
        path = settings.settings_path()
        await until(pilot, lambda: path.exists() and "f10" in path.read_text(), "kept")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: not app.keys.own, "as it was")
        await until(pilot, lambda: "f10" not in path.read_text(), "kept")
        await pilot.press("escape")
        await closed(app, pilot)


async def dialog_of_key(app: LabApp, pilot: object) -> None:
    await until(pilot, lambda: isinstance(app.screen, PressKey), "a key is waited for")  # type: ignore[arg-type]


async def test_the_screen_by_mouse_at_the_smallest_size(lab: Lab) -> None:
    async with lab.open((60, 16)) as (app, pilot):
        app.action_keys()
        screen = await dialog(app, pilot, KeysScreen)
        await shows(app, pilot, "Change ⏎")
        await pilot.click(OptionList, offset=(4, 1))
        await dialog_of_key(app, pilot)
        await pilot.press("escape")
        assert app.screen is screen
        await pilot.click("#more")
        await dialog_of_key(app, pilot)
        await pilot.press("f10")
        await until(pilot, lambda: app.keys.own, "it holds")
        await pilot.click("#reset")
        await until(pilot, lambda: not app.keys.own, "as it was")


async def test_a_key_that_cannot_be_kept_holds_for_this_visit(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_KEYS", "compare.own=f12")
    async with lab.open((80, 24)) as (app, pilot):
        await until(pilot, lambda: app.keys.own, "the keys are read")
        with pytest.raises(LabError, match="LLMLAB_KEYS"):
            await app.keys.choose("compare.own", "f10")
        assert app.keys.own == {"compare.own": ("f12",)}

        def full(*keys: str) -> str:
            raise LabError("The disk is full.")

        monkeypatch.setattr(settings.current(), "keep", full)
        with pytest.raises(LabError, match="full"):
            await app.keys.choose("compare.mode", "f10")
        assert app.keys.shown("compare.mode") == "F10"


async def test_a_click_in_the_footer_presses_the_key(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        footer = screen_text(app).split("\n")[-1]
        await pilot.click(offset=(footer.index("F1 help") + 4, 23))
        await dialog(app, pilot, HelpScreen)


async def test_a_search_that_finds_nothing(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        app.action_keys()
        await dialog(app, pilot, KeysScreen)
        await pilot.press(*"qqqq", "down", "enter", "ctrl+n", "ctrl+r", "pageup")
        assert "Nothing is called so." in screen_text(app)
        assert isinstance(app.screen, KeysScreen)


async def test_help_shows_the_keys_that_hold(lab: Lab) -> None:
    choose(compare__mode="f10", app__help="f11")
    async with lab.open((100, 40)) as (app, pilot):
        await until(pilot, lambda: app.keys.own, "the keys are read")
        await pilot.press("f11")
        await dialog(app, pilot, HelpScreen)
        assert "F10" in screen_text(app)
        await pilot.press("f11")
        await closed(app, pilot)
