from __future__ import annotations

import pytest

from engine.protocol import EngineStatus
from engine.remote.client import RemoteModel
from tests.tui.conftest import Lab, screen_text, settled, until
from tui.bench.scripted import checkpoint
from tui.format import squeezed
from tui.models import Model
from tui.screens.picker import ModelPicker, model_line


def imported(n_params: int = 1_720_000_000) -> Model:
    info = checkpoint("qwen3", "imported", shipped=False, chats=True, n_params=n_params)
    return Model.of_checkpoint(info)


def test_a_line_says_where_it_is_its_size_and_whether_it_chats() -> None:
    line = model_line(imported()).plain
    assert line.split() == ["qwen3", "imported", "1.72", "G", "chat", "2026-11-20"]
    line = model_line(Model.of_checkpoint(checkpoint("nano/base", "base"))).plain
    assert line.split() == ["nano/base", "base", "2.82", "M", "raw", "shipped"]
    remote = Model.of_server("box", "http://gpu:8000/v1", RemoteModel(id="org/x"))
    assert model_line(remote).plain.split() == ["box:", "org/x", "server", "gpu:8000"]


def test_names_and_what_is_asked_for() -> None:
    model = Model.of_checkpoint(checkpoint("nano/sft", "sft"))
    names = [model.name]
    for _ in range(5):
        model = model.turned(1)
        names.append(model.asked_as)
    assert names == [
        "nano/sft", "nano/sft@fp32", "nano/sft@bf16", "nano/sft@int8", "nano/sft@int4", "nano/sft",
    ]  # fmt: skip
    assert model.turned(-1).name == "nano/sft@int4"
    remote = Model.of_server("box", "http://gpu:8000/v1", RemoteModel(id="a@b"))
    assert remote.turned(1) == remote
    assert (remote.name, remote.asked_as) == ("box: a@b", "a@b")


@pytest.mark.parametrize(
    ("n_params", "device", "words"),
    [(2_000_000, "cpu", ""), (1_720_000_000, "cpu", "bf16"), (2_000_000, "cuda", "bf16"),
     (1_720_000_000, "", "")],
)  # fmt: skip
def test_the_engines_own_choice_is_said_where_it_is_not_fp32(
    n_params: int, device: str, words: str
) -> None:
    assert imported(n_params).computed_in(device) == words
    assert imported(n_params).turned(1).computed_in(device) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [("short", "short"), ("abcdefghij", "abcd…hij"), ("漢字" * 9, "漢字漢字…字漢字")],
)
def test_squeezed(text: str, shown: str) -> None:
    assert squeezed(text, 8) == shown


async def test_arrows_change_the_precision_and_the_title_says_it(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("escape", "right_square_bracket", "c")
        await until(pilot, lambda: "← → precision" in screen_text(app), "the keys")
        await pilot.press("right", "right", "right", "left", "right")
        await until(pilot, lambda: "nano/sft@int8" in screen_text(app), "the precision")
        await pilot.press("enter")
        pane = await settled(app, pilot)
        assert lab.engine.requests[-1].model == "nano/sft@int8"
        assert lab.engine.requests[-1].messages is not None
        assert pane.column_names() == ["nano/base", "nano/sft@int8"]
        assert "nano/sft@int8 ▾ · chat" in screen_text(app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker), "the list")
        await pilot.press("left", "enter")
        await settled(app, pilot)
        assert pane.column_names() == ["nano/base", "nano/sft@bf16"], "it began at int8"


async def test_a_model_that_comes_late_is_gone_to_unless_the_person_has_moved(lab: Lab) -> None:
    made = [checkpoint("nano/base", "base"), checkpoint("nano/sft", "sft")]
    lab.checkpoints = lambda: list(made)
    chosen = []
    async with lab.open() as (app, pilot):
        for late, moved in (("one", False), ("two", True)):
            app.compare.chooser.open(at=late)
            await until(pilot, lambda: isinstance(app.screen, ModelPicker), "the list")
            if moved:
                await pilot.press("down", "up")
            made.append(checkpoint(late, "imported", shipped=False, chats=True))
            await app.lab_watch.read_checkpoints()
            await until(pilot, lambda: f" {late} " in screen_text(app), "it")  # noqa: B023
            await pilot.press("enter")
            await pilot.pause()
            chosen.append(app.compare.column_names()[0])
    assert chosen == ["one", "nano/base"]


async def test_typing_filters_and_the_doors_stay(lab: Lab) -> None:
    names = ("nano/base", "nano/sft", "smollm2")
    lab.checkpoints = lambda: [checkpoint(n, "sft" if "sft" in n else "base") for n in names]
    async with lab.open() as (app, pilot):
        await pilot.press("escape", "c", *"SMOL")
        await until(pilot, lambda: "smollm2" in screen_text(app), "the one")
        picker = app.screen
        assert isinstance(picker, ModelPicker)
        assert [key for key, _, _ in picker._shown] == ["smollm2", "connect", "import"]
        await pilot.press("pagedown", "pageup", "enter")
        pane = await settled(app, pilot)
        assert pane.column_names()[0] == "smollm2"


async def test_an_imported_model_chats_or_not_as_its_template_says(lab: Lab) -> None:
    lab.checkpoints = lambda: [
        checkpoint("nano/base", "base"),
        checkpoint("nano/sft", "sft"),
        checkpoint("smol", "imported", shipped=False, chats=True),
        checkpoint("gpt", "imported", shipped=False, chats=False),
    ]
    async with lab.open((160, 48)) as (app, pilot):
        await pilot.press("escape", "plus", "plus", "/", "enter")
        pane = await settled(app, pilot)
        assert pane.column_names() == ["nano/base", "nano/sft", "smol", "gpt"]
        asked = {r.model: r.messages is not None for r in lab.engine.requests[-4:]}
        assert asked == {"nano/base": False, "nano/sft": True, "smol": True, "gpt": False}
        assert "smol ▾ · chat" in screen_text(app)
        assert "gpt ▾ · raw" in screen_text(app)


async def test_a_waiting_column_says_what_else_the_engine_does(lab: Lab) -> None:
    lab.engine.active_requests = 5
    lab.engine.hold = True
    async with lab.open((160, 48), answered=False) as (app, pilot):
        await until(pilot, lambda: "3 other requests" in screen_text(app), "the queue")
        lab.engine.active_requests = 3
        await until(pilot, lambda: "1 other request " in screen_text(app), "it moves")
        lab.engine.hold = False
        await settled(app, pilot)
        assert "other request" not in screen_text(app)
        assert app.status_line.status == EngineStatus("ready", "scripted", 0)


def test_a_line_that_is_there_is_not_made_again() -> None:
    assert model_line(imported()) is model_line(imported())
    assert model_line(imported()) is not model_line(imported(n_params=7))
