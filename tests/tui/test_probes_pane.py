from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, RadioSet, Select

from engine.errors import LabError, ProbeError
from engine.files import write_json
from engine.probes import store
from engine.probes.plan import ProbePlan
from engine.probes.record import Record
from tests.tui.conftest import Lab, screen_text, until
from tui.app import LabApp
from tui.bench.scripted import checkpoint
from tui.bench.scripted_probes import ScriptedFolder, answer, probe_status, question, record
from tui.commands import available
from tui.panes import probes as pane_module
from tui.panes.probes import ProbesPane
from tui.screens.probe_form import ProbeForm

FIGURES: dict[str, Any] = {
    "headline": {"refusal_unseen": 0.95},
    "detectors": {
        "agreement": {"auroc": 0.96, "ece": 0.04, "roc": [[0, 0], [0.1, 0.9], [1, 1]]},
        "p_true": {"auroc": 0.71, "ece": 0.19, "roc": [[0, 0], [1, 1]]},
    },
}


@asynccontextmanager
async def opened(
    lab: Lab, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[LabApp, Pilot[None], ProbesPane]]:
    async with lab.open(size) as (app, pilot):
        await pilot.press("escape", "6")
        await until(pilot, lambda: app.probes_pane is not None, "the pane")
        pane = app.probes_pane
        assert pane is not None
        if lab.probes.all:
            await until(pilot, lambda: pane.views.grid.lines, "its lines")
        yield app, pilot, pane


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pane_module, "LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(pane_module, "IDLE_LOOKS", 1)


def put(lab: Lab, state: str = "done", n: int = 40, **values: Any) -> ScriptedFolder:
    """A probe of nano/idk, compared with nano/sft."""
    rng = random.Random(1)
    asked = [question(number) for number in range(n)]
    made = {"records": [record(each, rng) for each in asked],
            "before": [record(each, rng) for each in asked],
            "found": FIGURES if state == "done" else None,
            "plan": ProbePlan(checkpoint="nano/idk", against="nano/sft"), **values}  # fmt: skip
    folder = ScriptedFolder(asked, made.pop("records"), **made)
    lab.probes.add(
        probe_status("facts-0001", state, checkpoint="nano/idk", done=9, total=n), folder
    )
    return folder


async def shows(app: LabApp, pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: words in screen_text(app), f"{words!r} on the screen")


# What it opens with


async def test_it_opens_with_something_true_in_it(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "nano/sft → nano/idk")
        await shows(app, pilot, "agreement           0.96   0.04")
        for words in ("40 questions", "K 8 · T 0.8", "the world's facts", "✓ done",
                      "Person 0 · birthplace", "all tiers", "Where was Person 0"):  # fmt: skip
            await shows(app, pilot, words)


async def test_without_any_probe_it_says_how_to_begin(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "no probe yet: n starts one")


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (160, 48)])
async def test_all_views_fit(lab: Lab, size: tuple[int, int]) -> None:
    put(lab)
    async with opened(lab, size) as (app, pilot, _):
        await shows(app, pilot, "Person 0")
        for key, words in (("o", "tier"), ("d", "agreement"), ("w", "enter follows"), ("", "")):
            if key:
                await pilot.press(key)
                await shows(app, pilot, words)
            lines = screen_text(app).split("\n")
            assert len(lines) == size[1]
            assert "g answers" in lines[2]
            assert "✓ done" in lines[1]
        await pilot.press("escape", "escape")
        assert app.probes_pane is not None
        assert app.probes_pane.views.view == "answers"


async def test_on_a_low_screen_a_cell_opens_in_place_of_the_grid(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (80, 24)) as (app, pilot, _):
        await shows(app, pilot, "Person 0 · birthplace")
        assert "Where was Person" not in screen_text(app)
        await pilot.press("down", "down", "enter")
        await shows(app, pilot, "Where was Person 1 born?")
        await pilot.press("escape")
        await until(pilot, lambda: "Where was Person" not in screen_text(app), "closed")


# The grid


async def test_it_fills_as_answers_come_and_the_sums_with_it(lab: Lab) -> None:
    folder = put(lab, "running", pace=3)
    async with opened(lab) as (app, pilot, pane):
        await shows(app, pilot, "tier")
        assert pane.probes.shown is not None
        book = pane.probes.shown.book
        await until(pilot, lambda: book.n_answered == 40, "all answers")
        await until(pilot, lambda: not folder.records, "no more")
        await until(pilot, lambda: " 40 " in screen_text(app), "the sum of all")
        assert "Detectors are measured when" in screen_text(app)
        # The last line was followed.
        assert "Person 39" in screen_text(app)


async def test_a_cell_shows_its_text_truth_exposures_and_scores(lab: Lab) -> None:
    asked = question(0)
    odd = "[bold]Ashford[/] \x1b[2J"
    made = Record(
        id=asked.id, greedy=answer("wrong"), contexts=(answer("correct"),),
        samples=(answer("abstained"), answer("wrong", odd, "ashford")),
        category="weakly known", scores={"agreement": 0.5},
    )  # fmt: skip
    put(lab, n=1, records=[made], before=[], plan=ProbePlan(checkpoint="nano/idk", samples=2))
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("down", "right", "right", "right")
        await shows(app, pilot, "[bold]Ashford[/] ␛[2J")
        text = screen_text(app)
        for words in (
            "drawn, sample 2",
            "the fact stands on no page",
            "Dunbury",
            "▮▯▯ weakly known",
            "read as ashford",
            "agreement 0.50",
            "✗ wrong",
        ):
            assert words in text, (words, text[text.find("K 8") - 120 : text.find("K 8") + 60])
        await pilot.press("left", "left")
        await shows(app, pilot, "in another wording")
        grid = pane.views.grid
        await pilot.press("right", "right", "right", "right", "right")
        assert grid.cell == len(grid.layout_of.cells) - 1


async def test_filters_by_outcome_and_tier(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await shows(app, pilot, "Person 0")
        await pilot.press("f", "f")
        await shows(app, pilot, "only wrong")
        grid = pane.views.grid
        assert pane.probes.shown is not None
        records = pane.probes.shown.book.records
        assert grid.lines
        assert all(
            (r := records[p]) is not None and r.greedy.outcome == "wrong" for p in grid.lines
        )
        n_wrong = len(grid.lines)
        await pilot.press("t")
        await shows(app, pilot, "only head · only wrong")
        assert len(grid.lines) < n_wrong
        await pilot.press("f", "f", "t", "t", "t", "t")
        await until(pilot, lambda: len(grid.lines) == 40, "all again")


async def test_the_mouse_chooses_a_cell_and_a_view(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (160, 48)) as (app, pilot, pane):
        await shows(app, pilot, "Person 5")
        lines = screen_text(app).split("\n")
        y = next(i for i, line in enumerate(lines) if "Person 5 " in line)
        line = lines[y]
        x = max(i for i, c in enumerate(line) if c in "✓✗○")
        await pilot.click(offset=(x, y))
        grid = pane.views.grid
        await until(pilot, lambda: grid.row == 5, "the row")
        assert grid.cell == len(grid.layout_of.cells) - 1
        await pilot.click(offset=(lines[2].index("o outcomes") + 3, 2))
        await until(pilot, lambda: pane.views.view == "outcomes", "the view")
        await shows(app, pilot, "refuses the unseen")


async def test_ten_thousand_records_do_not_hold_up_a_key(lab: Lab) -> None:
    put(lab, n=10_000)
    async with opened(lab, (160, 48)) as (_, pilot, pane):
        grid = pane.views.grid
        await until(pilot, lambda: grid.book.n_answered == 10_000, "all answers")
        began = time.process_time()
        for key in ("end", "up", "pageup", "home", "down", "right"):
            await pilot.press(key)
        took = time.process_time() - began
        assert grid.row == 1
        assert len(grid._strips) < 500  # Only what was in sight was ever drawn.
        # 6 keys; process time, so that a busy machine does not count. Drawing all would take 10 s.
        assert took < 3.0


# Probes


async def test_a_probe_is_started_watched_stopped_and_resumed(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, ProbeForm), "the form")
        app.screen.query_one("#samples", Input).value = "4"
        await pilot.press("enter")
        await until(pilot, lambda: lab.probes.calls, "started")
        (_, plan), *_ = lab.probes.calls
        assert plan == ProbePlan(checkpoint="nano/sft", samples=4)
        await shows(app, pilot, "● 33%")
        await until(pilot, lambda: "probe facts-0001 33%" in screen_text(app), "the status line")
        assert "x stop" in screen_text(app).replace("  ", " ")
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
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, ProbeForm), "the form")
        form = app.screen
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
        ("samples", "-3", "'-3'"),
        ("samples", "9999", "outside 0 to 256"),
        ("temperature", "hot", "temperature is 'hot'"),
        ("temperature", "nan", "cannot be drawn at"),
        ("per-group", "0", "at least 1 of each"),
        ("per-group", "٣", "type a whole number"),
        ("path", "~no-such-user/x", "no user"),
    ],
)
async def test_what_cannot_be_planned_is_a_sentence(
    lab: Lab, field: str, typed: str, words: str
) -> None:
    async with opened(lab) as (app, pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, ProbeForm), "the form")
        app.screen.query_one(f"#{field}", Input).value = typed
        await pilot.pause()
        await pilot.press("enter")
        await shows(app, pilot, "✗ ")
        assert words in " ".join(screen_text(app).replace("│", " ").split())
        assert not lab.probes.calls


async def test_a_probe_that_cannot_start_is_a_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(plan: ProbePlan) -> str:
        raise ProbeError("The disk is [bold]full.")

    monkeypatch.setattr(lab.probes, "start", full)
    async with opened(lab) as (app, pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, ProbeForm), "the form")
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
    from engine.probes.figures import figures

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
            await shows(app, pilot, "export facts-0001")
            app.screen.query_one("#path", Input).value = str(tmp_path / ending)
            await pilot.press("enter")
            await shows(app, pilot, words)
            await pilot.press("escape")
        assert target.read_text().count("\n") >= 5


# One name


async def test_a_name_is_followed_through_the_lab(lab: Lab) -> None:
    put(lab)
    lab.checkpoints = lambda: [
        checkpoint("nano/base", "base"),
        checkpoint("nano/sft", "sft"),
        checkpoint("nano/idk", "idk", parent="nano/sft"),
    ]
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("w")
        pane.views.name_view.box.value = "Mira Veklon"
        lab.engine.requests.clear()
        await pilot.press("enter")
        await until(pilot, lambda: pane.follower.chain and not pane.follower.running, "the chain")
        await shows(app, pilot, "person · head")
        text = screen_text(app)
        for words in ("Where was Mira Veklon born?", "birthplace", "Dunbury", "on 81 pages",
                      "nano/base", "nano/sft", "nano/idk", "8 samples", "agreement 0.75",
                      "search"):  # fmt: skip
            assert words in text, (words, text[text.find("K 8") - 120 : text.find("K 8") + 60])
        requests = {(r.model, r.n, r.params.temperature) for r in lab.engine.requests}
        assert requests == {
            (f"nano/{stage}", n, temperature)
            for stage in ("base", "sft", "idk")
            for n, temperature in ((1, 0.0), (8, 0.8))
        }
        base = next(r for r in lab.engine.requests if r.model == "nano/base")
        assert base.prompt == "Q: a\nA: b\nQ: Where was Mira Veklon born?\nA:"
        assert base.params.stop == ("\n",)
        await pilot.press("escape", "down", "enter")
        await shows(app, pilot, "Where was Mira Veklon taught?")
        await until(pilot, lambda: not pane.follower.running, "asked again")
        assert pane.follower.chain is not None
        assert all(lane.state == "done" for lane in pane.follower.chain.lanes)


async def test_the_grids_name_is_followed_and_a_failure_is_a_sentence(lab: Lab) -> None:
    put(lab)
    lab.engine.refusals["nano/sft"] = LabError("[bold]No memory.")
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("down", "down", "l")
        await until(pilot, lambda: pane.follower.chain and not pane.follower.running, "the chain")
        await shows(app, pilot, "✗ [bold]No memory.")
        text = screen_text(app)
        assert "Person 1   stands on no page" in text
        assert "There is no tool 'search'" in text


async def test_escape_stops_what_is_asked(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        lab.engine.hold = True
        await pilot.press("w", "enter")
        await shows(app, pilot, "answers …")
        await pilot.press("escape", "escape")
        await shows(app, pilot, "✗ stopped")
        assert not pane.follower.running


async def test_without_the_truth_it_says_why(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(self: object, name: str) -> None:
        raise LabError("The process that knows [red]the truth was lost.")

    monkeypatch.setattr("tui.bench.scripted.ScriptedTruth.about", lost)
    async with opened(lab) as (app, pilot, _):
        await pilot.press("w", "enter")
        await shows(app, pilot, "✗ The process that knows [red]the truth was lost.")


async def test_the_palette_and_the_bindings(lab: Lab) -> None:
    put(lab, "stopped")
    async with lab.open() as (app, pilot):
        names = [command.name for command in available(app)]
        assert "New probe ..." in names
        assert "Probes of before ..." not in names
        await pilot.press("escape", "6")
        await until(pilot, lambda: app.probes_pane and app.probes_pane.probes.shown, "shown")
        names = [command.name for command in available(app)]
        assert "Resume the probe facts-0001" in names
        assert not any(name.startswith(("Stop the probe", "Export the probe")) for name in names)
    from tui.widgets.probe_detectors import ProbeDetectors
    from tui.widgets.probe_grid import ProbeGrid
    from tui.widgets.probe_name import NameBox

    ids = [
        binding.id
        for owner in (ProbesPane, ProbeGrid, ProbeDetectors, NameBox)
        for binding in owner.BINDINGS
    ]
    assert None not in ids
    assert len(set(ids)) == len(ids)
