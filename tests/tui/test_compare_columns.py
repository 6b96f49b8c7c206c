"""The columns of the Compare pane: which checkpoints they show, and what one says without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from engine.errors import CheckpointError
from engine.manifest import CheckpointInfo
from tests.tui.conftest import Lab, dialog, screen_text, settled, shows, until
from tui.bench.scripted import checkpoint
from tui.panes.compare import ComparePane
from tui.screens.picker import ModelPicker
from tui.widgets.prompt_box import PromptBox


async def test_newest_of_a_stage_is_taken_where_none_ships(lab: Lab) -> None:
    lab.checkpoints = lambda: [
        checkpoint("sft-0002", "sft", shipped=False),
        checkpoint("sft-0001", "sft", shipped=False),
        checkpoint("pico/base", "base", preset="pico"),
    ]
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        assert pane.column_names() == ["pico/base", "sft-0002"]


THREE = ("nano/base", "nano/sft", "nano/idk")


def shipped_three() -> list[CheckpointInfo]:
    return [checkpoint(name, name.removeprefix("nano/")) for name in THREE]


async def test_opens_with_the_model_that_refuses_as_well_where_there_is_room(lab: Lab) -> None:
    lab.checkpoints = shipped_three
    async with lab.open((108, 30)) as (app, pilot):
        pane = app.query_one(ComparePane)
        await until(pilot, lambda: len(lab.engine.requests) == 3, "all three asked")
        await settled(app, pilot)
        assert pane.column_names() == [*THREE]
        assert all(column.display for column in pane.columns.all)
        assert app.focused is app.query_one(PromptBox)
        words = "8 tok · 412 tok/s"
        await until(pilot, lambda: screen_text(app).count(words) == 3, "three whole answers")
        await pilot.press("escape", "right_square_bracket", "minus")
        await until(pilot, lambda: len(pane.columns.all) == 2, "one less")
        before = pane.checkpoints
        lab.runs.add("sft-0009", "done")
        await until(pilot, lambda: pane.checkpoints is not before, "checkpoints read again")
        assert len(pane.columns.all) == 2, "who takes it away does not get it back"


@pytest.mark.parametrize(
    ("width", "values"),
    [(107, {}), (160, {"shipped": False}), (160, {"preset": "pico"})],
)
async def test_two_columns_where_three_have_no_room_or_none_ships(
    lab: Lab, width: int, values: dict[str, Any]
) -> None:
    lab.checkpoints = lambda: [*shipped_three()[:2], checkpoint("nano/idk", "idk", **values)]
    async with lab.open((width, 30)) as (app, pilot):
        pane = await settled(app, pilot)
        await pilot.pause(0.1)
        assert pane.column_names() == [*THREE[:2]]
        if width == 107:
            await pilot.press("escape", "plus")
            await until(pilot, lambda: pane.column_names() == [*THREE], "added by hand")


async def test_columns_are_added_chosen_and_removed(lab: Lab) -> None:
    names = ("nano/base", "nano/sft", "base-0007")
    lab.checkpoints = lambda: [checkpoint(n, "sft" if "sft" in n else "base") for n in names]
    async with lab.open((160, 48)) as (app, pilot):
        pane = await settled(app, pilot)
        await pilot.press("escape", "plus")
        await until(pilot, lambda: pane.column_names() == [*names], "the third")
        await pilot.press("plus", "plus")
        await until(pilot, lambda: len(pane.columns.all) == 4, "the fourth and no fifth")
        await pilot.press("c")
        picker = await dialog(app, pilot, ModelPicker)
        assert picker.query_one(OptionList).highlighted == 0
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 3, "the chosen one is asked")
        assert pane.column_names()[-1] == "nano/sft"
        await pilot.press("minus", "minus", "minus", "minus")
        await until(pilot, lambda: len(pane.columns.all) == 2, "two less")
        assert pane.column_names() == ["nano/base", "nano/sft"]


async def test_a_damaged_checkpoint_fails_alone(lab: Lab) -> None:
    sentence = "checkpoints/nano/base/model.safetensors has 12 bytes where 99 were written."
    lab.engine.refusals["nano/base"] = CheckpointError(sentence)
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        await shows(app, pilot, "✗ checkpoints/nano/base")
        assert pane.columns.all[0].hint[0].text == f"✗ {sentence}"
        assert pane.columns.all[1].answer is not None
        assert pane.columns.all[1].answer.state == "done"


async def test_a_column_without_a_checkpoint_is_filled_as_soon_as_there_is_one(lab: Lab) -> None:
    made = [checkpoint("nano/base", "base")]
    lab.checkpoints = lambda: list(made)
    async with lab.open(answered=False) as (app, pilot):
        await shows(app, pilot, "There is no sft checkpoint")
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 2, "only base is asked")
        made.append(checkpoint("sft-0001", "sft", shipped=False))
        lab.runs.add("sft-0001", "done")
        await until(pilot, lambda: len(lab.engine.requests) == 3, "the new one is asked")
        assert lab.engine.requests[-1].model == "sft-0001"


async def test_without_checkpoints_the_way_on_is_said(lab: Lab) -> None:
    lab.checkpoints = list
    async with lab.open(answered=False) as (app, pilot):
        await shows(app, pilot, "There is no base checkpoint yet")
        assert lab.engine.requests == []
        await pilot.press("escape", "plus", "c")
        await shows(app, pilot, "There are no checkpoints yet")


async def test_a_checkpoints_name_is_only_text(lab: Lab) -> None:
    name = "/tmp/[bold]x[/bold] $name [@click=app.quit]"
    lab.checkpoints = lambda: [checkpoint(name, "base", path=Path("/tmp"))]
    async with lab.open((160, 48), answered=False) as (app, pilot):
        await shows(app, pilot, name)
        await pilot.press("escape", "c")
        picker = await dialog(app, pilot, ModelPicker)
        await until(pilot, lambda: picker.query_one(OptionList).option_count, "it is listed")
