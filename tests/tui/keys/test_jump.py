"""Jump mode: on every pane, inside of text, in dialogs, by key and by mouse."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import Lab, closed, dialog, screen_text, settled, shows, until
from tui.app import LabApp
from tui.keys.targets import LETTERS, Target, labels, places
from tui.panes.compare import ComparePane
from tui.screens.jump import JumpScreen
from tui.screens.sampling_form import SamplingForm
from tui.widgets.column import Column
from tui.widgets.prompt_box import PromptBox
from tui.widgets.top_bar import PANES


async def letters(app: LabApp, pilot: Pilot[None]) -> dict[str, Target]:
    """Open the mode; what each letter leads to."""
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(app.screen, JumpScreen), "the letters")
    assert isinstance(app.screen, JumpScreen)
    return {label.letters: label.target for label in app.screen._labels}


@pytest.mark.parametrize("count", [0, 1, 25, 26, 27, 51, 100, 600])
def test_no_label_begins_another(count: int) -> None:
    made = labels(count)
    assert len(set(made)) == len(made) == count
    assert not [one for one in made for other in made if one != other and other.startswith(one)]
    assert made[:3] == list("asd")[:count], "the home row first"
    assert set("".join(made)) <= set(LETTERS)


def test_labels_do_not_hide_each_other() -> None:
    at_once = [Target("click", None, 58, 3)] * 4  # type: ignore[arg-type]
    assert places(at_once[:3], [1, 1, 1], 80) == [(58, 3), (59, 3), (60, 3)]
    assert max(x for x, _ in places(at_once, [2] * 4, 60)) <= 58, "none leaves the screen"


async def test_a_letter_goes_there_also_out_of_the_prompt(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        pane = await settled(app, pilot)
        assert isinstance(app.focused, PromptBox)
        found = await letters(app, pilot)
        assert set(found) >= {key for key, _ in PANES.values()}
        key, column = next((k, t) for k, t in found.items() if t.widget is pane.columns.all[1])
        await pilot.press(key)
        await closed(app, pilot)
        assert app.focused is column.widget
        assert pane.query_one(PromptBox).text == "Where was Mira Veklon born?", "nothing was typed"
        again = await letters(app, pilot)
        assert [*again] == [*found], "the same letters in the same places"
        await pilot.press("escape")
        await closed(app, pilot)
        assert app.focused is column.widget


async def test_links_and_clicks_are_found(lab: Lab) -> None:
    async with lab.open((120, 40)) as (app, pilot):
        pane = await settled(app, pilot)
        found = await letters(app, pilot)
        kinds = {type(each.widget).__name__: each.kind for each in found.values()}
        assert kinds["SamplingStrip"] == "click"
        link = next(
            k for k, t in found.items() if isinstance(t.widget, Column) and t.kind == "link"
        )
        await pilot.press(link)  # The column's name: another model in its place.
        await shows(app, pilot, "type to filter")
        await pilot.press("escape")
        strip = next(k for k, t in found.items() if type(t.widget).__name__ == "SamplingStrip")
        await letters(app, pilot)
        await pilot.press(strip)
        await until(pilot, lambda: len(app.screen_stack) == 2 or not pane.columns.chat, "clicked")


async def test_in_a_dialog_only_its_own(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("f2")
        await dialog(app, pilot, SamplingForm)
        found = await letters(app, pilot)
        assert all(each.widget.screen is app.screen_stack[-2] for each in found.values())
        assert "pane" not in screen_text(app).splitlines()[-1]
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, SamplingForm), "back in the dialog")
        assert app.focused is found["d"].widget


@pytest.mark.parametrize("key", ["escape", "ctrl+o", "f1", "ctrl+p", "f5", "up", "backspace"])
async def test_any_key_that_writes_nothing_leaves(lab: Lab, key: str) -> None:
    async with lab.open((60, 16)) as (app, pilot):
        await letters(app, pilot)
        await shows(app, pilot, "or a pane's number · esc leaves")
        await pilot.press("0", "?", "é", key)
        await closed(app, pilot)
        assert app.shown_pane == "compare"


async def test_by_mouse_and_when_the_screen_changes(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        found = await letters(app, pilot)
        target = next(t for t in found.values() if t.pane == "probes")
        await pilot.click(offset=(target.x, target.y))
        await until(pilot, lambda: app.shown_pane == "probes", "the pane")
        await letters(app, pilot)
        await pilot.click(offset=(40, 12))
        await closed(app, pilot)
        await letters(app, pilot)
        await pilot.resize_terminal(100, 30)
        await closed(app, pilot)


async def test_two_letters_where_there_are_too_few(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.keys.targets.LETTERS", "asdf")
    async with lab.open((80, 24)) as (app, pilot):
        found = await letters(app, pilot)
        pair = next(each for each in found if len(each) == 2)
        await pilot.press(pair[0])
        assert isinstance(app.screen, JumpScreen)
        shown = [each.letters for each in app.screen._labels if each.display]
        assert set(map(len, shown)) == {2}
        assert {each[0] for each in shown} == {pair[0]}
        await pilot.press(pair[1])
        await closed(app, pilot)


async def test_what_is_gone_is_not_gone_to(lab: Lab) -> None:
    async with lab.open((120, 40)) as (app, pilot):
        await pilot.press("escape", "plus")
        pane = app.query_one(ComparePane)
        await until(pilot, lambda: len(pane.columns.all) == 3, "three columns")
        last = pane.columns.all[-1]
        found = await letters(app, pilot)
        key = next(k for k, t in found.items() if t.widget is last and t.kind == "focus")
        await pane.columns.take_away(last)
        await pilot.press(key)
        await closed(app, pilot)
        assert app.focused is not last
