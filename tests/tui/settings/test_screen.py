from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.conftest import Lab, dialog, screen_text, shows, until
from tui import settings
from tui.app import LabApp
from tui.chat.policy import Policies
from tui.screens.keys import KeysScreen
from tui.screens.settings import SettingsScreen
from tui.settings import schema
from tui.settings.catalog import Catalog
from tui.settings.rows import rows
from tui.settings.schema import SETTINGS
from tui.settings.setting import Setting
from tui.settings.store import Settings


async def opened(app: LabApp, pilot: Pilot[None]) -> SettingsScreen:
    await pilot.press("f8")
    return await dialog(app, pilot, SettingsScreen)


async def found(screen: SettingsScreen, pilot: Pilot[None], words: str) -> None:
    """Search for a setting."""
    screen.query_one("#filter", Input).value = words
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_all_settings_are_there_and_nothing_is_cut(lab: Lab, size: tuple[int, int]) -> None:
    async with lab.open(size) as (app, pilot):
        screen = await opened(app, pilot)
        seen = []
        for _ in range(len(SETTINGS) + 2):
            text = screen_text(app)
            seen.append(text)
            assert "esc close" in text
            assert "type to search" in text
            screen.action_move(1)
            await pilot.pause()
        whole = "\n".join(seen)
        for each in SETTINGS:
            assert f"  {each.title} " in whole, each.key
            for word in each.help.split():
                assert word in whole, each.key
        dialog_box = screen.query_one(".dialog")
        assert all(
            child.region.bottom <= dialog_box.region.bottom - 1 for child in dialog_box.children
        )


async def test_the_theme_turns_at_once_and_is_kept(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        await pilot.press(*"theme", "right")
        await until(pilot, lambda: app.theme == "lab-light", "the next theme")
        await until(pilot, settings.settings_path().exists, "kept")
        await pilot.press("left", "left")
        await until(pilot, lambda: app.theme == schema.THEME.choices()[-1], "round the end")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.theme == "lab-dark", "the default")
        await until(
            pilot, lambda: "theme" not in settings.settings_path().read_text(), "taken back"
        )
        assert screen.query_one("#filter", Input).value == "theme"


async def test_a_value_is_typed_and_a_mistake_is_said_and_nothing_lost(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        await found(screen, pilot, "compare temperature")
        await pilot.press("enter")
        assert screen.query_one("#value", Input).value == "0.8"
        await pilot.press(*"hot", "enter")
        await shows(app, pilot, "✗ compare.temperature is 'hot'")
        assert screen.query_one("#value", Input).value == "hot"
        await pilot.press(*["backspace"] * 3, *"0.5", "enter")
        await until(pilot, lambda: app.compare.sampling.params.temperature == 0.5, "in Compare")
        await shows(app, pilot, "yours")
        await pilot.press("enter", "9", "escape")
        assert isinstance(app.screen, SettingsScreen)
        assert settings.value(schema.TEMPERATURE) == 0.5
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_by_mouse(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        options = screen.query_one(OptionList)
        place = next(i for i, row in enumerate(screen._rows) if row.key == "screen.animations")
        await pilot.click(options, offset=(5, place))
        await until(pilot, lambda: app.animation_level == "none", "animations are off")
        await pilot.click(options, offset=(5, place))
        await until(pilot, lambda: app.animation_level == "full", "on again")
        await pilot.click(options, offset=(5, 0))  # a heading
        assert settings.value(schema.ANIMATIONS) is True
        keys = screen.query_one("#keys")
        await pilot.click(keys, offset=(0, 0))
        await until(pilot, lambda: app.animation_level == "none", "turned by the arrow")
        await pilot.click(keys, offset=(str(keys.render()).index("default"), 0))
        await until(pilot, lambda: app.animation_level == "full", "the default")
        await pilot.click(keys, offset=(str(keys.render()).index("close"), 0))
        await until(pilot, lambda: len(app.screen_stack) == 1, "closed")


async def test_what_the_environment_says_is_shown_as_fixed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_CHAT_MAX_CALLS", "2")
    async with lab.open((80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        await found(screen, pilot, "calls in a turn")
        await shows(app, pilot, "fixed")
        await shows(app, pilot, "Fixed by LLMLAB_CHAT_MAX_CALLS")
        for key in ("enter", "ctrl+r"):
            await pilot.press(key)
            await shows(app, pilot, "✗ chat.max_calls is fixed")
        assert not screen.query_one("#typing").display
        assert not settings.settings_path().exists()


async def test_problems_are_said_at_the_start_and_stand_on_the_screen(lab: Lab) -> None:
    settings.settings_path().parent.mkdir(parents=True)
    settings.settings_path().write_text("[screen]\ntheme = 'no such [b]'\n")
    async with lab.open() as (app, pilot):
        (said,) = (n.message for n in app._notifications)
        assert "line 2: screen.theme is 'no such [b]'" in said
        await opened(app, pilot)
        await pilot.press(*["pagedown"] * 6)
        await until(pilot, lambda: "settings.toml, line 2" in _unwrapped(app), "the problem")


def _unwrapped(app: LabApp) -> str:
    return " ".join(screen_text(app).replace("│", " ").split())


async def test_what_cannot_be_kept_holds_for_the_visit(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        settings.settings_path().mkdir(parents=True)
        await opened(app, pilot)
        await pilot.press(*"theme", "right")
        await until(pilot, lambda: app.theme == "lab-light", "it holds")
        await until(
            pilot, lambda: any("could not be kept" in n.message for n in app._notifications), "said"
        )
        await shows(app, pilot, "not kept")
        settings.settings_path().rmdir()
        await pilot.press("right")
        await shows(app, pilot, "yours")
        assert settings.settings_path().exists()


async def test_a_policy_chosen_here_holds_in_chat(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("escape", "5")
        await until(pilot, lambda: app.chat is not None, "the pane")
        app.settings.change("policies.calc (pure)", "never")
        app.settings.change("chat.max_tokens", 33)
        assert app.chat is not None
        assert app.chat.session.policies == Policies({"calc (pure)": "never"})
        assert app.chat.session.sampling.params.max_tokens == 33
        await until(pilot, settings.settings_path().exists, "kept")


async def test_settings_hold_from_the_first_frame(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_COMPARE_COLUMNS", "nano/sft,nano/base")
    monkeypatch.setenv("LLMLAB_COMPARE_CHAT", "off")
    monkeypatch.setenv("LLMLAB_COMPARE_SEED", "random")
    monkeypatch.setenv("LLMLAB_SCREEN_THEME", "lab-contrast")
    async with lab.open((160, 40)) as (app, pilot):
        assert app.theme == "lab-contrast"
        names = [column.lane.name for column in app.compare.columns.all]
        assert names == ["nano/sft", "nano/base"]
        assert {request.params.seed for request in lab.engine.requests} == {None}
        assert not any(request.messages for request in lab.engine.requests)
        app.theme = "lab-light"
        await until(
            pilot,
            lambda: any("LLMLAB_SCREEN_THEME" in n.message for n in app._notifications),
            "said",
        )


async def test_keys_have_a_screen_of_their_own_behind_a_line(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        await found(screen, pilot, "keys all of them")
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: isinstance(app.screen, KeysScreen), "the keys")
        await app.keys.choose("app.quit", "f12")
        await pilot.press("escape")
        await found(screen, pilot, "keys app.quit")
        await shows(app, pilot, "f12")
        await pilot.press("down", "ctrl+r")
        await until(pilot, lambda: not settings.keys(), "taken back")


class _Holder:
    def __init__(self, opened: Settings) -> None:
        self.opened = opened

    def change(self, key: str, value: object, kept: Callable[[], None]) -> None:
        self.opened.take(key, value)


async def test_a_new_setting_is_on_the_screen_by_itself(lab: Lab, tmp_path: Path) -> None:
    mine = [
        Setting(key=f"mine.{name}", title=name, help=f"What {name} is.", default=default, kind=kind)
        for name, default, kind in (("pace", 3, "whole"), ("loud", False, "switch"))
    ]  # type: ignore[var-annotated]
    holder = _Holder(Settings(tmp_path / "settings.toml", {}, catalog=Catalog(mine, [])))
    async with lab.open((80, 24)) as (app, pilot):
        await app.push_screen(SettingsScreen(holder))
        await pilot.pause()
        text = screen_text(app)
        assert "pace" in text
        assert "What pace is." in text
        await pilot.press("down", "enter")
        assert holder.opened.held("mine.loud") is True
        await pilot.press("up", "enter", "7", "enter")
        assert holder.opened.held("mine.pace") == 7
    assert [row.key for row in rows(holder.opened, "LOUD what")] == ["", "mine.loud"]
    assert rows(holder.opened, "loud nothing") == []
