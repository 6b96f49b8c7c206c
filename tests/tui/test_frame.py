from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from textual.actions import parse

from engine.protocol import EngineStatus, Health
from tests.tui.conftest import Lab, closed, dialog, screen_text, settled, shows, until
from tui import settings
from tui.commands import available
from tui.keys.catalogue import keys_at_hand
from tui.screens.help import HelpScreen
from tui.widgets.status_line import Item, engine_items, engine_words, fitting
from tui.widgets.top_bar import PANES, bar


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (200, 60)])
async def test_both_panes_fit(lab: Lab, size: tuple[int, int]) -> None:
    lab.runs.add("base-0003", "running")
    async with lab.open(size) as (app, pilot):
        await pilot.pause(0.05)
        text = screen_text(app)
        assert "Where was Mira Veklon born?" in text
        assert "engine ready" in text
        assert "send" in text
        await pilot.press("escape", "1")
        await until(pilot, lambda: "running" in screen_text(app), "the run")
        text = screen_text(app)
        assert "stages" in text
        assert "train" in text
        lines = text.split("\n")
        assert len(lines) == size[1]
        assert "1 Pipe" in lines[0]
        assert "8 Runs" in lines[0]
        await pilot.press("4")
        assert app.shown_pane == "compare"


async def test_columns_become_tabs_where_they_do_not_fit(lab: Lab) -> None:
    async with lab.open((60, 20)) as (app, pilot):
        pane = await settled(app, pilot)
        shown = [column for column in pane.columns.all if column.display and column.size.width]
        assert len(shown) == 1
        assert "1/2 nano/base" in screen_text(app)
        await pilot.press("escape", "right_square_bracket")
        await shows(app, pilot, "2/2 nano/sft")
        await pilot.press("right", "space")
        await shows(app, pilot, "entropy")
        await pilot.press("escape")
        await until(pilot, lambda: "entropy" not in screen_text(app), "closed")


async def test_help_is_that_of_the_focused_pane(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("f1")
        await dialog(app, pilot, HelpScreen)
        await shows(app, pilot, "The prompt")
        await pilot.press("f1")
        await closed(app, pilot)


async def test_the_palette_follows_the_state(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        names = [command.name for command in available(app)]
        assert "Go to Pipeline" in names
        assert "Train base" in names
        assert "Add a column" in names
        assert "Remove the column of nano/base" not in names
        assert not any(name.startswith(("Stop", "Pause")) for name in names)
        lab.runs.add("base-0003", "running")
        await until(pilot, lambda: app.watch_runs.training is not None, "the run is seen")
        names = [command.name for command in available(app)]
        assert {"Pause base-0003", "Stop base-0003"} <= set(names)


async def test_the_palette_has_the_frame_and_the_shown_pane_first(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        commands = list(available(app))
        assert commands[0].pane == "compare"
        names = [command.name for command in commands]
        assert {"Jump to ...", "Course", "History ...", "Settings ...", "Keys ..."} <= set(names)
        assert {"Go to Runs", "Help", "Quit", "Theme ...", "Export what is shown ..."} <= set(names)
        assert "Go to Compare" not in names
        assert len(set(names)) == len(names)
        assert {command.binding for command in commands} - {""} <= set(keys_at_hand())
        await app.action_pane("tokens")
        commands = list(available(app))
        assert commands[0].pane == "tokens"
        assert "Another tokenizer ..." in [command.name for command in commands]
        for command in commands:
            if isinstance(command.run, partial) and command.run.func == app.run_action:
                _, action, _ = parse(command.run.args[0])
                there = (app, app.tokens_pane)
                assert any(hasattr(each, f"action_{action}") for each in there), command.name


async def test_the_palette_opens_what_is_named(lab: Lab) -> None:
    lab.runs.add("base-[bold]0003", "running")
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        await until(pilot, lambda: app.watch_runs.training is not None, "the run is seen")
        await pilot.press("ctrl+p", *"bold")
        await shows(app, pilot, "Open base-[bold]0003")
        await pilot.press("enter")
        await until(pilot, lambda: app.shown_pane == "pipeline", "the pane")
        pipeline = app.pipeline
        assert pipeline is not None
        await until(pilot, lambda: pipeline.looked_at == "base-[bold]0003", "the run")


async def test_the_palette_shows_the_key_that_holds(lab: Lab) -> None:
    path = settings.settings_path()
    path.parent.mkdir(parents=True)
    path.write_text('[keys]\n"compare.reseed" = "f10"\n')
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        await until(pilot, lambda: app.keys.own, "the keys are read")
        await pilot.press("ctrl+p", *"seed")
        await shows(app, pilot, "F10")


async def test_a_palette_command_runs(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"another seed")
        await until(pilot, lambda: "Repeat with another seed" in screen_text(app), "the hit")
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        assert lab.engine.requests[-1].params.seed == 8


async def test_the_theme_is_remembered(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        assert app.theme == "lab-dark"
        app.theme = "lab-light"
        await until(pilot, settings.settings_path().exists, "written")
    assert 'theme = "lab-light"' in settings.settings_path().read_text()
    async with lab.open() as (app, _):
        assert app.theme == "lab-light"


@pytest.mark.parametrize("content", ["", "{", "screen = 3", "[screen]\ntheme = 3", "theme = 1"])
async def test_damaged_settings_cost_only_the_theme(lab: Lab, content: str) -> None:
    settings.settings_path().parent.mkdir(parents=True)
    settings.settings_path().write_text(content)
    async with lab.open() as (app, _):
        assert app.theme == "lab-dark"


@pytest.mark.parametrize("theme", ["lab-light", "ansi-dark"])
async def test_any_theme_draws(lab: Lab, theme: str) -> None:
    async with lab.open() as (app, pilot):
        app.theme = theme
        await pilot.press("escape", "1")
        await until(pilot, lambda: "stages" in screen_text(app), "the pane")


async def test_no_color_is_respected(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with lab.open() as (app, pilot):
        await settled(app, pilot)
        strips = app.screen._compositor.render_strips()
        colours = {
            segment.style.color.triplet
            for strip in strips
            for segment in strip
            if segment.style and segment.style.color and segment.style.color.triplet
        }
        assert all(len({c.red, c.green, c.blue}) == 1 for c in colours)
        assert "✓" in screen_text(app)


@pytest.mark.parametrize("shown", PANES)
def test_panes_are_whole_at_any_width(shown: str) -> None:
    for width in range(60, 200):
        line = bar(shown, "nano · smollm2-135m · cuda:0 · 16 threads", width)
        assert line.cell_length <= width
        for key, title in PANES.values():
            assert f"{key} {title[:2]}" in line.plain
        ends = ("Runs", "Runs ", "nano", "smollm2-135m", "cuda:0", "16 threads")
        assert line.plain.endswith(ends), "a whole word"
    assert bar(shown, "", 200).plain.rstrip() == bar(shown, "", 96).plain.rstrip()


@pytest.mark.parametrize("width", [60, 70, 80, 100, 200])
def test_the_status_line_drops_whole_items(width: int) -> None:
    health = Health(
        pid=1, version="1", device="cuda:0", torch_version="2", threads=8,
        memory_bytes=1_512_000_000, loaded=(), active_requests=0, uptime_s=1.0,
    )  # fmt: skip
    items = [
        Item("! nothing is kept", 10),
        *engine_items(EngineStatus("ready", "", 3), health),
        Item("job base-0003 71 %", 8, "right"),
        Item("ETA 3:12", 6, "right"),
    ]
    kept = fitting(items, width)
    assert sum(len(item.words) + 3 for item in kept) - 3 <= width
    assert {item.words for item in kept} <= {item.words for item in items}
    assert kept[0].words == "! nothing is kept"
    assert width < 200 or kept == items
    assert width > 60 or "ETA 3:12" not in [item.words for item in kept]


def test_the_last_item_ends_behind_a_word() -> None:
    (kept,) = fitting([Item("engine lost and its log says why that was so", 9)], 24)
    assert kept.words == "engine lost and its …"


async def test_the_status_line_says_what_is_wrong(lab: Lab) -> None:
    async with lab.open((60, 16)) as (app, pilot):
        await until(pilot, lambda: app.status_line.memory_bytes > 10_000_000, "own memory")
        app.state.database.on_disk = False
        app.status_line.job = "import a very long name of a model · job base-0003 71 % · ETA 3:12"
        await shows(app, pilot, "! nothing is kept")
        line = next(line for line in screen_text(app).split("\n") if "nothing is kept" in line)
        assert "…" not in line


def test_engine_words() -> None:
    assert engine_words(None, None) == "engine not started yet"
    lost = EngineStatus("lost", "killed by signal 9", 0)
    assert engine_words(lost, None) == "engine lost · killed by signal 9"
    assert engine_words(EngineStatus("ready", "", 2), None) == "engine ready · restarted twice"


def test_the_app_imports_nothing_slow() -> None:
    code = (
        "import sys, tui.app\n"
        "slow = {'torch', 'numpy', 'httpx', 'tiktoken', 'textual_plot', 'transformers',"
        " 'multiprocessing', 'engine.data', 'engine.client', 'engine.train'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_stylesheets_are_there() -> None:
    import tui

    root = Path(tui.__file__).parent
    for name in ("app.tcss", "panes/pipeline.tcss", "screens/dialog.tcss"):
        assert (root / name).stat().st_size > 100
