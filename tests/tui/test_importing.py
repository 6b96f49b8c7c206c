"""Importing from the app: a child process stands in for ``llmlab import``."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from engine.manifest import CheckpointInfo
from tests.tui.conftest import Lab, screen_text, settled, until
from tui.app import LabApp
from tui.bench.scripted import checkpoint
from tui.importing import ImportJob
from tui.screens.import_form import ImportForm
from tui.screens.picker import ModelPicker
from tui.widgets.status_line import StatusLine

CHILD = """
import json, os, pathlib, signal, sys, time
folder, *rest = sys.argv[1:]
source = rest[-1]
(pathlib.Path(folder) / "pid").write_text(str(os.getpid()))
(pathlib.Path(folder) / "argv").write_text(json.dumps(rest))
try:
    for n in range(3):
        end = "\\r" if n < 2 else "\\n"
        print(f"reading {source}: {n} of 3", end=end, file=sys.stderr, flush=True)
        time.sleep(0.02)
    if "slow" in source:
        time.sleep(60)
    if "stubborn" in source:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        time.sleep(60)
    if "killed" in source:
        os.kill(os.getpid(), signal.SIGKILL)
    if "silent" in source:
        os._exit(7)
    if "bad" in source:
        print(f"{source} is a [pickle] file. \\x1b[31mNothing was imported.", file=sys.stderr)
        sys.exit(2)
    name = rest[rest.index("--name") + 1] if "--name" in rest else "smol"
    (pathlib.Path(folder) / "made").write_text(name)
    print(json.dumps({"name": name}))
except KeyboardInterrupt:
    (pathlib.Path(folder) / "cleaned").touch()
    sys.exit(130)
"""


def command(folder: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", CHILD, str(folder))


@pytest.fixture
def made(lab: Lab, tmp_path: Path) -> Path:
    """Where the child leaves its traces; the model it makes is a checkpoint from then on."""
    folder = tmp_path / "child"
    folder.mkdir()
    lab.import_command = command(folder)

    def checkpoints() -> list[CheckpointInfo]:
        found = [checkpoint("nano/base", "base"), checkpoint("nano/sft", "sft")]
        if (folder / "made").exists():
            name = (folder / "made").read_text()
            found.append(checkpoint(name, "imported", shipped=False, chats=True))
        return found

    lab.checkpoints = checkpoints
    return folder


async def open_form(app: LabApp, pilot: Pilot[None]) -> ImportForm:
    app.compare.chooser.import_model()
    await until(pilot, lambda: isinstance(app.screen, ImportForm), "the form")
    assert isinstance(app.screen, ImportForm)
    return app.screen


def alive(folder: Path) -> bool:
    try:
        os.kill(int((folder / "pid").read_text()), 0)
    except ProcessLookupError:
        return False
    return True


async def test_an_imported_model_can_be_chosen_at_once(lab: Lab, made: Path) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("escape", "c")
        await until(pilot, lambda: "Import a model" in screen_text(app), "the door")
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ImportForm), "the form")
        await pilot.press("enter")
        assert "Say what to import" in screen_text(app)
        await pilot.press(*"hf:o/m", "down", *"mine", "enter")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker), "the list again")
        await until(pilot, lambda: "mine" in screen_text(app), "the new model")
        assert (made / "argv").read_text() == '["--name", "mine", "--", "hf:o/m"]'
        await pilot.press("enter")
        pane = await settled(app, pilot)
        assert pane.column_names()[0] == "mine"
        assert lab.engine.requests[-1].messages is not None


async def test_progress_shows_in_the_form_and_after_it_was_closed(lab: Lab, made: Path) -> None:
    async with lab.open() as (app, pilot):
        form = await open_form(app, pilot)
        await pilot.press(*"slow.gguf", "enter")
        await until(pilot, lambda: "reading slow.gguf: 2 of 3" in screen_text(app), "progress")
        assert str(form.query_one("#do", Button).label) == "Cancel"
        await pilot.press("escape")
        await until(
            pilot, lambda: "import reading slow" in app.query_one(StatusLine).job, "status line"
        )
        await open_form(app, pilot)
        await until(pilot, lambda: "reading slow.gguf: 2 of 3" in screen_text(app), "again")
        await pilot.click("#do")
        await until(pilot, (made / "cleaned").exists, "it cleans up behind itself")
        await until(pilot, lambda: "Cancelled." in screen_text(app), "said")
        await until(pilot, lambda: app.query_one(StatusLine).job == "", "the line is clear")
        assert not alive(made)


async def test_a_failure_is_its_sentence_and_what_was_typed_stays(lab: Lab, made: Path) -> None:
    async with lab.open() as (app, pilot):
        form = await open_form(app, pilot)
        await pilot.press(*"bad.bin", "enter")
        await until(pilot, lambda: "is a [pickle] file" in screen_text(app), "the sentence")
        assert "\x1b" not in screen_text(app)
        assert form.query_one("#origin", Input).value == "bad.bin"
        assert str(form.query_one("#do", Button).label) == "Import"
        await pilot.press("escape")
        again = await open_form(app, pilot)
        assert again.query_one("#origin", Input).value == "bad.bin"
        again.query_one("#origin", Input).value = "good.gguf"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker), "the list")


async def test_a_failure_after_the_form_was_closed_is_said(lab: Lab, made: Path) -> None:
    async with lab.open() as (app, pilot):
        await open_form(app, pilot)
        await pilot.press(*"bad", "enter", "escape")
        await until(pilot, lambda: "Nothing was imported." in screen_text(app), "the sentence")


async def test_no_child_is_left_when_the_app_closes(lab: Lab, made: Path) -> None:
    async with lab.open() as (app, pilot):
        await open_form(app, pilot)
        await pilot.press(*"slow", "enter")
        await until(pilot, lambda: "2 of 3" in screen_text(app), "progress")
    for _ in range(200):
        if not alive(made):
            break
        await asyncio.sleep(0.02)
    assert not alive(made)
    assert (made / "cleaned").exists()


@pytest.mark.parametrize(
    ("origin", "state", "words"),
    [
        ("fine", "done", "reading fine: 2 of 3"),
        ("silent", "failed", "lost (exit code 7). The last that it said: reading silent: 2 of 3"),
        ("killed", "failed", "lost (signal 9)"),
        ("bad", "failed", "bad is a [pickle] file. ␛[31mNothing was imported."),
        ("--remove", "done", "reading --remove: 2 of 3"),
        ("a\0b", "failed", "could not be started"),
    ],
)
async def test_a_job_ends_in_a_state_and_words(
    tmp_path: Path, origin: str, state: str, words: str
) -> None:
    job = ImportJob(command(tmp_path), origin)
    await job.run()
    assert job.state == state
    assert words in job.words
    assert job.imported == ("smol" if state == "done" else "")


async def stubborn(folder: Path) -> tuple[ImportJob, asyncio.Task[None]]:
    """A job at work whose child does not hear an interrupt, and who waits for it."""
    job = ImportJob(command(folder), "stubborn")
    task = asyncio.create_task(job.run())
    async with asyncio.timeout(10):
        while "2 of 3" not in job.words:
            await asyncio.sleep(0.01)
    return job, task


async def test_a_stubborn_child_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.child_job.GRACE_S", 0.2)
    _, task = await stubborn(tmp_path)
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(tmp_path)


async def test_one_that_does_not_hear_an_interrupt_is_cancelled_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.child_job.GRACE_S", 0.2)
    job, task = await stubborn(tmp_path)
    job.cancel()
    await asyncio.wait_for(task, 10)
    assert job.state == "cancelled"
    assert not alive(tmp_path)


async def test_cancelled_before_the_child_has_begun(tmp_path: Path) -> None:
    job = ImportJob(command(tmp_path), "slow")
    task = asyncio.create_task(job.run())
    await asyncio.sleep(0)
    job.cancel()
    await asyncio.wait_for(task, 10)
    assert job.state == "cancelled"
