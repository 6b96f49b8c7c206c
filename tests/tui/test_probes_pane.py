"""What the Probes pane opens with, and its grid."""

from __future__ import annotations

import time

import pytest

from engine.probes.plan import ProbePlan
from engine.probes.record import Record
from tests.tui.conftest import Lab, screen_text, shows, until
from tests.tui.probing import opened, put
from tui.bench.scripted_probes import answer, question
from tui.commands import available
from tui.panes.probes import ProbesPane
from tui.widgets.probe_detectors import ProbeDetectors
from tui.widgets.probe_grid import ProbeGrid
from tui.widgets.probe_name import NameBox

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
        for key, words in (
            ("o", f"{'tier':12}{'n':>6}"),
            ("d", "agreement"),
            ("w", "enter follows"),
            ("", ""),
        ):
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
        await until(pilot, lambda: pane.probes.shown, "the probe")
        assert pane.probes.shown is not None
        book = pane.probes.shown.book
        await until(pilot, lambda: book.n_answered == 40, "all answers")
        await until(pilot, lambda: not folder.records, "no more")
        await shows(app, pilot, f"{'all tiers':12}{40:>6}")
        await shows(app, pilot, "Detectors are measured when")
        # The last line was followed.
        await shows(app, pilot, "Person 39")


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
        for words in (
            "drawn, sample 2",
            "the fact stands on no page",
            "Dunbury",
            "▮▯▯ weakly known",
            "read as ashford",
            "agreement 0.50",
            "✗ wrong",
        ):
            await shows(app, pilot, words)
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


# Palette and keys


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


def test_every_key_can_be_bound_anew() -> None:
    ids = [
        binding.id
        for owner in (ProbesPane, ProbeGrid, ProbeDetectors, NameBox)
        for binding in owner.BINDINGS
    ]
    assert None not in ids
    assert len(set(ids)) == len(ids)
