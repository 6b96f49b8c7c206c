"""Probes as the pane starts, stops, lists and exports them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from textual.widgets import Input, RadioSet, Select

from engine.errors import LabError, ProbeError
from engine.files import write_json
from engine.probes import store
from engine.probes.figures import figures
from engine.probes.plan import ProbePlan
from tests.tui.conftest import Lab, screen_text, shows, until
from tests.tui.probing import asked_for_a_plan, opened, put
from tui.bench.scripted import checkpoint
from tui.bench.scripted_probes import ScriptedFolder, probe_status, question, record


async def test_a_probe_is_started_watched_stopped_and_resumed(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, _):
        form = await asked_for_a_plan(app, pilot)
        form.query_one("#samples", Input).value = "4"
        await pilot.press("enter")
        await until(pilot, lambda: lab.probes.calls, "started")
        (_, plan), *_ = lab.probes.calls
        assert plan == ProbePlan(checkpoint="nano/sft", samples=4)
        await shows(app, pilot, "● 33%")
        await until(pilot, lambda: "probe facts-0001 33%" in screen_text(app), "the status line")
        await until(
            pilot, lambda: "x stop" in screen_text(app).replace("  ", " "), "the key in the footer"
        )
        await pilot.press("x")
        await shows(app, pilot, "■ stopped")
        await shows(app, pilot, "r goes on from there")
        await pilot.press("r")
        await until(pilot, lambda: len(lab.probes.calls) == 3, "resumed")
        assert [call[0] for call in lab.probes.calls] == ["start", "stop", "resume"]


async def test_the_form_compares_with_the_parent_and_asks_a_file_of_an_imported_model(
    lab: Lab,
) -> None:
    lab.checkpoints = lambda: [
        checkpoint("nano/base", "base"),
        checkpoint("nano/sft", "sft"),
        checkpoint("nano/idk", "idk", parent="nano/sft"),
        checkpoint("smollm2", "imported", shipped=False, parent=None, chats=True),
    ]
    put(lab)
    async with opened(lab) as (app, pilot, _):
        form = await asked_for_a_plan(app, pilot)
        against = form.query_one("#against", Select)
        assert form.query_one("#checkpoint", Select).value == "nano/idk"
        assert against.value == "nano/sft"
        form.query_one("#checkpoint", Select).value = "nano/sft"
        await until(pilot, lambda: against.value != "nano/sft", "a base is no before")
        form.query_one("#checkpoint", Select).value = "smollm2"
        await until(pilot, lambda: form.query_one(RadioSet).pressed_index == 1, "a file")
        await pilot.press("enter")
        await shows(app, pilot, "No file of questions is named")
        path = form.query_one("#path", Input)
        path.value = "~/[bold]q.jsonl"
        path.focus()
        await until(pilot, lambda: path.has_focus, "the cursor is where one types")
        await pilot.press("enter")
        await until(pilot, lambda: lab.probes.calls, "started")
        plan = lab.probes.calls[0][1]
        assert (plan.checkpoint, plan.source, plan.against) == ("smollm2", "file", None)
        assert plan.questions_path == str(Path("~/[bold]q.jsonl").expanduser())


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("samples", "[bold]x", "samples is '[bold]x'"),
        ("samples", "-3", "outside 0 to 256"),
        ("samples", "9999", "outside 0 to 256"),
        ("temperature", "hot", "temperature is 'hot'"),
        ("temperature", "nan", "type a number"),
        ("temperature", "1e999", "cannot be drawn at"),
        ("per-group", "0", "at least 1 of each"),
        ("per-group", "٣", "type a whole number"),
        ("path", "~no-such-user/x", "no user"),
    ],
)
async def test_what_cannot_be_planned_is_a_sentence(
    lab: Lab, field: str, typed: str, words: str
) -> None:
    async with opened(lab) as (app, pilot, _):
        form = await asked_for_a_plan(app, pilot)
        form.query_one(f"#{field}", Input).value = typed
        await pilot.pause()
        await pilot.press("enter")
        await shows(app, pilot, "✗ ")

        def unbroken() -> str:
            return " ".join(screen_text(app).replace("│", " ").split())

        await until(pilot, lambda: words in unbroken(), f"{words!r} in the form")
        assert not lab.probes.calls


async def test_a_probe_that_cannot_start_is_a_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(plan: ProbePlan) -> str:
        raise ProbeError("The disk is [bold]full.")

    monkeypatch.setattr(lab.probes, "start", full)
    async with opened(lab) as (app, pilot, _):
        await asked_for_a_plan(app, pilot)
        await pilot.press("enter")
        await shows(app, pilot, "The disk is [bold]full.")


async def test_the_list_goes_to_another_probe(lab: Lab) -> None:
    put(lab)
    rng = random.Random(2)
    asked = [question(number, entity=f"Other {number}") for number in range(3)]
    folder = ScriptedFolder(asked, [record(each, rng) for each in asked])
    status = probe_status("other", "failed", message="[bold]It ended.\x1b[2J", total=3)
    lab.probes.all.reverse()
    lab.probes.add(status, folder, shipped=False)
    lab.probes.all.reverse()
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "Person 0")
        await pilot.press("p")
        await shows(app, pilot, "look at it")
        await pilot.press("down", "enter")
        await shows(app, pilot, "Other 0")
        await shows(app, pilot, "[bold]It ended.␛[2J · r tries again from there")


async def test_a_probe_that_cannot_be_read_is_a_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lab)

    def damaged(listed: object) -> ScriptedFolder:
        raise LabError("plan.json is damaged.")

    monkeypatch.setattr(lab.probes, "folder", damaged)
    async with lab.open() as (app, pilot):
        await pilot.press("escape", "6")
        await shows(app, pilot, "plan.json is damaged.")


async def test_export_writes_a_report_and_overwrites_nothing(lab: Lab, tmp_path: Path) -> None:
    folder = put(lab, n=4)
    path = tmp_path / "facts-0001"
    path.mkdir()
    write_json(path / "plan.json", folder.plan.to_json())
    store.write_questions(path / store.QUESTIONS, folder.asked)
    rng = random.Random(3)
    made = [record(each, rng) for each in folder.asked]
    store.AnswerFile(path / store.ANSWERS).append(made)
    write_json(path / store.FIGURES, figures(folder.asked, made))
    status = probe_status("facts-0001", "done", path=path, done=4, total=4)
    lab.probes.all.clear()
    lab.probes.add(status, folder)
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "Person 0")
        target = tmp_path / "out.csv"
        for ending, words in (("out.odd", "ends in '.odd'"), ("out.csv", "Written to")):
            await pilot.press("e")
            await shows(app, pilot, "export · facts-0001")
            app.screen.query_one("#path", Input).value = str(tmp_path / ending)
            await pilot.press("enter")
            await shows(app, pilot, words)
            await pilot.press("escape")
        assert target.read_text().count("\n") >= 5
