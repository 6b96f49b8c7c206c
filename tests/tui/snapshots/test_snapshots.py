"""Every pane in four states, at three sizes, in a dark and a light theme, as it was last seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea

from tests.tui.conftest import Lab
from tests.tui.snapshots.contrast import HIGH, faint_texts
from tests.tui.snapshots.cuts import cut_texts
from tests.tui.snapshots.picture import FOLDER, Shot, check, shot, text_of
from tests.tui.snapshots.scenes import SCENES, Scene
from tui.app import LabApp
from tui.themes import ANSI_THEME

Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((200, 60), (120, 40), (80, 24))
LARGEST, SMALLEST = SIZES[0], SIZES[-1]
NOW = "2026-11-22T10:00:00.000+00:00"
THEMES = ("lab-dark", "lab-light")
STILL_FOR, LOOK_EVERY_S, MOST_PAINTS = 5, 0.06, 1000
"""A screen is still when so many looks in a row saw no paint: longer than the panes' own looks."""


@pytest.fixture(autouse=True)
def _nothing_of_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a time, nor a figure of this machine, nor what other shipped runs would change."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLMLAB_HOME", "home")
    monkeypatch.setattr("tui.state.clock.now", lambda: NOW)
    monkeypatch.setattr("tui.state.prompts.now", lambda: NOW)
    monkeypatch.setattr("tui.reader.time", SimpleNamespace(monotonic=lambda: 100.0))
    monkeypatch.setattr("tui.panes.runs.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(Input, "_toggle_cursor", lambda field: None)
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda field: None)
    monkeypatch.setattr("tui.export.files.time.strftime", lambda form: "20261122-100000")
    monkeypatch.setattr("engine.server.memory.resident_bytes", lambda: 75_000_000)
    monkeypatch.setattr("tui.runs.listing._shipped", list)


@pytest.fixture
def paints(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """As long as the screen was painted often."""
    found: list[None] = []
    display = App._display

    def counted(app: App[None], screen: Screen[object], renderable: object) -> None:
        found.append(None)
        display(app, screen, renderable)  # type: ignore[arg-type]

    monkeypatch.setattr(App, "_display", counted)
    return found


async def still(app: LabApp, pilot: Pilot[None], paints: Sequence[None]) -> Shot:
    """The screen, once it is painted no more."""
    # A scrollbar that came and went while things were read leaves with the next layout.
    app.screen.refresh(layout=True)
    await pilot.pause()
    pipeline = app.pipeline
    for _ in range(2):
        # How many samples it shows depends on sizes that its first drawing changes; its own next
        # one may come late on a busy machine.
        if pipeline is not None:
            await pipeline.redraw()
            await pilot.pause()
    looks = 0
    while looks < STILL_FOR:
        before = len(paints)
        await pilot.pause(LOOK_EVERY_S)
        looks = looks + 1 if len(paints) == before else 0
        assert len(paints) < MOST_PAINTS, "The screen never stood still."
    return shot(app)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scene looked like.

    Args:
        pictures: by their names.
        cut: what was said of text that is cut on the smallest screen.
        faint: and of what is too faint, on screens of both themes and of high contrast.
    """

    pictures: Mapping[str, str]
    cut: Sequence[str]
    faint: Sequence[str]


async def seen(scene: Scene, lab: Lab, paints: Sequence[None]) -> Seen:
    """All sizes and themes of a scene: one app, resized, in one theme after the other."""
    scene.prepare(lab)
    shots: dict[tuple[str, Size], Shot] = {}
    cut: list[str] = []
    faint: list[str] = []
    async with lab.open(LARGEST, answered=scene.answered) as (app, pilot):
        await scene.walk(app, pilot)
        for theme in THEMES:
            app.theme = theme
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await pilot.press(*scene.again)
                shots[theme, size] = await still(app, pilot, paints)
                faint += faint_texts(app)
        cut += cut_texts(app, shots[THEMES[1], SMALLEST], shots[THEMES[1], LARGEST])
        if scene.state in ("done", "open"):  # The other states are drawn by the same rules.
            app.theme = HIGH
            await pilot.press(*scene.again)
            await pilot.pause(LOOK_EVERY_S)
            faint += faint_texts(app)
        if scene.state == "done":  # With 16 colours nothing is seen through a dialog.
            app.theme = ANSI_THEME
            await pilot.pause(LOOK_EVERY_S)
            assert shot(app).lines == shots[THEMES[1], SMALLEST].lines
    pictures = {
        f"{scene.name}-{width}x{height}": text_of(
            f"{scene.pane} · {scene.state} · {width}x{height} · {' | '.join(THEMES)}",
            *(shots[theme, (width, height)] for theme in THEMES),
        )
        for width, height in SIZES
    }
    return Seen(pictures, cut, faint)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_it_looks_as_it_did_and_nothing_is_cut_or_faint(
    scene: Scene, lab: Lab, paints: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_COURSE_OFFER", str(scene.offered).lower())
    found = await seen(scene, lab, paints)
    for name, text in found.pictures.items():
        check(name, text)
    assert not found.cut, "Text is cut at 80x24:\n" + "\n".join(found.cut)
    assert not found.faint, "This is hard to read:\n" + "\n".join(found.faint)


def test_there_are_no_other_pictures() -> None:
    expected = {f"{scene.name}-{w}x{h}.txt" for scene in SCENES for w, h in SIZES}
    assert {path.name for path in FOLDER.iterdir()} == expected
