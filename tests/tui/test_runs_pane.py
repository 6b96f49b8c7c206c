from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from kept_runs import add_checkpoint, make_run, steps
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from engine import paths, runs
from engine.run_keeping import deleted_runs, read_note, write_note
from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tui.app import LabApp
from tui.panes.runs import RunsPane
from tui.runs.watch import Plotted, Wish
from tui.screens.call_editor import CallEditor
from tui.screens.confirm import Confirm
from tui.screens.runs_export import ExportRuns
from tui.screens.runs_figure import FigureDialog

Opened = tuple[LabApp, Pilot[None], RunsPane]


@pytest.fixture
def disk_lab(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab whose runs are those on disk, without what comes with the package."""
    lab.runs = cast("Any", runs)
    shipped = lab.root / "shipped"
    shipped.mkdir()
    monkeypatch.setattr("engine.paths.shipped_folder", lambda: shipped)
    monkeypatch.setattr("tui.panes.runs.LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("tui.panes.runs.IDLE_LOOKS", 1)
    return lab


@asynccontextmanager
async def opened(lab: Lab, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Opened]:
    async with lab.open(size, answered=False) as (app, pilot):
        await app.action_pane("runs")
        pane = app.runs_pane
        assert pane is not None
        await until(pilot, lambda: pane.known.looked, "the runs were read")
        await until(pilot, lambda: all(row.extra for row in pane.known.rows), "what they say too")
        yield app, pilot, pane


def three_runs() -> None:
    make_run("base-0001", events=steps(40), started="2026-11-20T10:00:00Z")
    make_run("base-0002", events=steps(60, lr=0.02), started="2026-11-20T11:00:00Z")
    make_run("sft-0001", stage="sft", parent="base-0002", events=steps(20),
             started="2026-11-20T12:00:00Z", step=20, state="stopped")  # fmt: skip


async def test_curves_are_drawn_by_one_worker_however_often_it_is_asked(
    disk_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_runs()
    async with opened(disk_lab) as (_, pilot, pane):
        await until(pilot, lambda: not pane.drawer._drawing, "the first drawing")
        plot, at_once, most, done = pane.known.plot, 0, 0, 0

        async def counted(wish: Wish) -> Plotted:
            nonlocal at_once, most, done
            at_once += 1
            most = max(most, at_once)
            plotted = await plot(wish)
            at_once -= 1
            done += 1
            return plotted

        monkeypatch.setattr(pane.known, "plot", counted)
        for _ in range(5):
            pane.drawer.draw()
        await until(pilot, lambda: done and not pane.drawer._drawing, "drawn")
        assert most == 1


def names(pane: RunsPane) -> list[str]:
    return [row.name for row in pane.views.table._rows]


async def test_all_runs_stand_there_and_are_sorted(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab, (80, 24)) as (app, pilot, pane):
        assert names(pane) == ["sft-0001", "base-0002", "base-0001"]
        for words in ("base-0001", "■ stopped", "✓ done", "2.000 bpb", "20/60", "on disk"):
            await shows(app, pilot, words)
        assert "…" not in screen_text(app)
        await pilot.press("S")
        assert names(pane) == ["base-0001", "base-0002", "sft-0001"]
        head = screen_text(app).splitlines()
        y, x = next((i, line.index("steps")) for i, line in enumerate(head) if " steps" in line)
        await pilot.click(offset=(x, y))
        assert pane.finder.order.key == "steps"
        assert names(pane)[-1] == "sft-0001"


async def test_nothing_yet_says_what_to_do(disk_lab: Lab) -> None:
    async with opened(disk_lab) as (app, pilot, _pane):
        await shows(app, pilot, "No run yet: 1, then t trains one.")
        await pilot.press("space", "delete", "n", "p", "r", "x", "e", "enter", "s", "m")
        assert len(app.screen_stack) <= 2


async def test_y_copies_what_the_cursor_stands_on(disk_lab: Lab) -> None:
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("y")
        assert app.clipboard == "", "there is no run"
    three_runs()
    async with opened(disk_lab) as (app, pilot, pane):
        for view, words in (("table", "sft-0001"), ("disk", "all of it")):
            pane.action_view(view)
            await shows(app, pilot, words)
            await pilot.press("y")
            await until(pilot, lambda words=words: words in app.clipboard, view)  # type: ignore[misc]
            app.copy_to_clipboard("")


async def test_marked_runs_are_drawn_in_one_plot(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("space", "down", "space", "c")
        await until(pilot, lambda: len(pane.views.plot.shown.drawn) == 2, "two curves")
        await shows(app, pilot, "A ━ sft-0001")
        await shows(app, pilot, "B ━ base-0002")
        assert pane.views.plot.has_focus
        await pilot.press("k")
        await until(pilot, lambda: len(pane.views.plot.shown.drawn) == 1, "the chosen one alone")


async def test_figure_axis_smoothing_and_scale(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, _pane):
        await pilot.press("c", "m")
        chooser = await dialog(app, pilot, FigureDialog)
        assert chooser.names == ["loss", "bpb", "lr"]
        await pilot.press("down", "enter")
        await closed(app, pilot)
        await shows(app, pilot, "bpb · by step")
        await pilot.press("a", "plus", "plus", "l")
        await shows(app, pilot, "bpb · by tokens · smoothed 0.6 · log")
        await pilot.press("a", "minus", "minus", "minus", "l")
        await shows(app, pilot, "bpb · by time")
        assert "smoothed" not in screen_text(app)


async def test_the_cursor_reads_values_and_the_zoom_is_about_it(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab, (80, 24)) as (app, pilot, pane):
        plot = pane.views.plot
        await pilot.press("c")
        await until(pilot, lambda: plot.shown.drawn, "a curve")
        await pilot.press("home")
        await shows(app, pilot, "at step 1")
        await shows(app, pilot, "5.95")
        await pilot.press("end")
        await shows(app, pilot, "at step 20")
        await pilot.press("up", "up")
        await shows(app, pilot, "zoom 4x")
        await pilot.press("escape")
        await until(pilot, lambda: "zoom" not in screen_text(app), "the whole again")
        assert pane.views.view == "curves"
        await pilot.press("escape")
        assert pane.views.view == "table"


async def test_a_live_run_grows_on_the_screen(disk_lab: Lab) -> None:
    folder = make_run("base-0001", events=steps(10), step=10)
    async with opened(disk_lab) as (_app, pilot, pane):
        await pilot.press("c")
        plot = pane.views.plot
        await until(pilot, lambda: plot.shown.drawn, "a curve")
        with (folder / "events.jsonl").open("a") as file:
            for event in steps(10, first=11, loss=1.0):
                file.write(json.dumps(event) + "\n")
        await until(pilot, lambda: plot.shown.drawn[0].points.xs[-1] == 20, "the steps since")


async def test_a_note_is_written_and_shown(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("n")
        editor = await dialog(app, pilot, CallEditor)
        editor.query_one(TextArea).text = "[bold]the $first[/] \x1b[31m try"
        await pilot.press("ctrl+s")
        await closed(app, pilot)
        await shows(app, pilot, "[bold]the $first[/] ␛[31m try")
        assert read_note(paths.runs_folder() / "sft-0001").startswith("[bold]")
        await pilot.press("slash", *"first")
        await until(pilot, lambda: names(pane) == ["sft-0001"], "notes are searched")


async def test_undo_also_after_a_restart_and_under_a_taken_name(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("end", "delete")
        await until(pilot, lambda: "base-0001" not in names(pane), "it is gone")
        assert [entry.name for entry in deleted_runs()] == ["base-0001"]
        await shows(app, pilot, "1 in the trash")
        await pilot.press("u")
        await until(pilot, lambda: "base-0001" in names(pane), "it is back")
        assert deleted_runs() == []
        await pilot.press("end", "delete")
        await until(pilot, lambda: "base-0001" not in names(pane), "it is gone again")
    make_run("base-0001", preset="nano")
    async with opened(disk_lab) as (_app, pilot, pane):
        await until(pilot, lambda: pane.known.deleted, "the trash was read")
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "base-0001.2" in names(pane), "it is back under another name")


async def test_a_parent_is_deleted_only_after_a_yes(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("down", "delete")
        question = await dialog(app, pilot, Confirm)
        assert "parent of sft-0001" in question.question
        await pilot.press("escape")
        await closed(app, pilot)
        assert deleted_runs() == []
        await pilot.press("delete")
        await dialog(app, pilot, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: "base-0002" not in names(pane), "it is gone")


async def test_a_run_that_trains_is_not_deleted(
    disk_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run("base-0001", state="running", pid=1)
    monkeypatch.setattr("engine.runs.RunStatus.has_process", True)
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("delete")
        await shows(app, pilot, "is running (step 60 of 60)")
        assert names(pane) == ["base-0001"]
        await pilot.press("p")
        control = paths.runs_folder() / "base-0001" / "control.json"
        await until(pilot, control.exists, "it was asked to pause")
        assert json.loads(control.read_text()) == {"action": "pause"}


async def test_emptying_the_trash_asks(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("delete")
        await until(pilot, lambda: pane.known.deleted, "one in the trash")
        await pilot.press("d")
        await shows(app, pilot, "free on the disk")
        await shows(app, pilot, "In the trash")
        await pilot.press("E")
        await dialog(app, pilot, Confirm)
        await pilot.press("y")
        await shows(app, pilot, "The trash is empty: what is deleted here goes there first.")
        assert deleted_runs() == []


async def test_damaged_and_vanishing_runs_are_borne(disk_lab: Lab) -> None:
    three_runs()
    (make_run("odd") / "status.json").write_text("\x1b[2J{")
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("end")
        await shows(app, pilot, "! damaged")
        await shows(app, pilot, "cannot be read")
        await pilot.press("space", "c", "t")
        shutil.rmtree(paths.runs_folder())
        await until(pilot, lambda: names(pane) == [], "all are gone")
        await pilot.press("n", "delete", "c", "e", "m")
        assert app.is_running


async def test_the_filter_goes_by_escape(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab, (80, 24)) as (app, pilot, pane):
        await pilot.press("slash", *"sft")
        await until(pilot, lambda: names(pane) == ["sft-0001"], "filtered as one types")
        await pilot.press("enter")
        await until(pilot, lambda: pane.views.table.has_focus, "the keys are the table's again")
        await shows(app, pilot, "1 of 3 runs")
        await pilot.press("escape")
        await until(pilot, lambda: len(names(pane)) == 3, "all again")
        await pilot.press("slash", *"none")
        await shows(app, pilot, "No run is called so")


async def test_lineage_leads_to_the_run_and_to_compare(disk_lab: Lab) -> None:
    base = add_checkpoint(make_run("base-0001"))
    add_checkpoint(make_run("sft-0001", stage="sft", parent="base-0001"), stage="sft",
                   parent=("base-0001", base), chats=True)  # fmt: skip
    from engine.manifest import list_checkpoints

    disk_lab.checkpoints = list_checkpoints
    async with opened(disk_lab) as (app, pilot, pane):
        await pilot.press("g")
        await shows(app, pilot, "└─ sft-0001")
        await shows(app, pilot, "bpb 2.500 ← 2.500")
        await pilot.press("down", "enter")
        await until(pilot, lambda: pane.views.view == "table", "the table")
        assert pane.chosen is not None
        assert pane.chosen.name == "sft-0001"
        await pilot.press("g", "w")
        await until(pilot, lambda: app.shown_pane == "compare", "Compare")
        assert [column.lane.name for column in app.compare.columns.all[:2]] == [
            "base-0001", "sft-0001",
        ]  # fmt: skip


async def test_curves_are_written_to_a_file(disk_lab: Lab, tmp_path: Path) -> None:
    three_runs()
    async with opened(disk_lab) as (app, pilot, _pane):
        await pilot.press("space", "e")
        form = await dialog(app, pilot, ExportRuns)
        await pilot.press("enter")
        await shows(app, pilot, "Type where to")
        form.query_one(Input).value = str(tmp_path / "curves.csv")
        await pilot.press("enter")
        await closed(app, pilot)
        await shows(app, pilot, "20 lines are in")
        assert len((tmp_path / "curves.csv").read_text().splitlines()) == 21
        await pilot.press("e")
        form = await dialog(app, pilot, ExportRuns)
        form.query_one(Input).value = str(tmp_path / "curves.csv")
        await pilot.press("enter")
        await shows(app, pilot, "exists already")
        assert form.query_one(Input).value.endswith("curves.csv")


async def test_it_comes_back_as_it_was_left(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (_app, pilot, pane):
        await pilot.press("space", "down", "space", "s", "a", "plus", "l")
        await pilot.press("slash", *"00", "enter", "c")
        memory = json.loads(json.dumps(pane.memory()))
    async with opened(disk_lab) as (_app, pilot, pane):
        await pane.recall(memory)
        assert {**pane.memory()} == memory
        assert pane.views.view == "curves"
        await until(pilot, lambda: len(pane.views.plot.shown.drawn) == 2, "the marked ones")


async def test_memories_of_another_version(disk_lab: Lab) -> None:
    three_runs()
    memories: list[dict[str, Any]] = [
        {"view": "nowhere", "marked": "base", "sort": ["x"], "filter": 7, "run": None},
        {"marked": [1, None, "gone"], "axis": {}, "smoothing": 99, "log": "yes", "figure": 3},
        {"view": 3, "smoothing": True, "sort": "none", "reverse": "x"},
    ]
    async with opened(disk_lab) as (_app, pilot, pane):
        for memory in memories:
            await pane.recall(memory)
            assert len(names(pane)) == 3
        await pilot.press("c")
        await until(pilot, lambda: pane.views.plot.shown.drawn, "a curve")


async def test_what_is_shown_can_be_taken_away(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab) as (_app, pilot, pane):
        found = pane.contents()
        assert found is not None
        assert [row["name"] for row in found.rows] == ["sft-0001", "base-0002", "base-0001"]
        assert "| sft-0001 |" in "".join(found.blocks)
        await pilot.press("c")
        await until(pilot, lambda: pane.views.plot.shown.drawn, "a curve")
        found = pane.contents()
        assert found is not None
        assert len(list(found.rows)) == 20
        for view, title in (("g", "Lineage"), ("d", "Disk use")):
            await pilot.press(view)
            await until(pilot, lambda: pane.contents() is not None, "something")
            found = pane.contents()
            assert found is not None
            assert found.title == title
            json.dumps([dict(row) for row in found.rows])


async def test_sizes_change_under_it(disk_lab: Lab) -> None:
    three_runs()
    async with opened(disk_lab, (200, 60)) as (app, pilot, pane):
        assert pane.views.plot.display
        await pilot.press("space", "c", "left", "up")
        for size in ((60, 16), (200, 60)):
            await pilot.resize_terminal(*size)
            for view in "tcgd":
                await pilot.press(view)
                await asyncio.sleep(0)
        assert app.is_running


async def test_a_note_stands_in_pipeline_too(disk_lab: Lab) -> None:
    three_runs()
    write_note(paths.runs_folder() / "sft-0001", "[b]too hot[/]")
    async with disk_lab.open((120, 40), answered=False) as (app, pilot):
        await app.action_pane("pipeline")
        pipeline = app.pipeline
        assert pipeline is not None
        await until(pilot, lambda: app.watch_runs.runs, "the runs")
        await pipeline.go_to("run:sft-0001")
        await shows(app, pilot, "[b]too hot[/]")
