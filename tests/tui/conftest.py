from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from engine.manifest import CheckpointInfo
from engine.protocol import GenerateRequest
from engine.vocab.find import FoundTokenizer
from tui.app import LabApp
from tui.bench.scripted import ScriptedEngine, ScriptedRuns, scripted_services, training_events
from tui.bench.scripted_chat import ScriptedChat
from tui.bench.scripted_funnels import ScriptedFunnels
from tui.bench.scripted_probes import ScriptedProbes
from tui.panes import chat
from tui.panes.compare import ComparePane
from tui.screens.small_terminal import USABLE, WHOLE, SmallTerminal
from tui.tokens.names import open_named

S = TypeVar("S", bound=Screen[Any])

PATIENCE_S = 30.0
"""A machine that trains beside the tests gives them little; only failures wait for so long."""

ANSWER = ("Mira", " Vek", "lon", " comes", " from", " Dun", "bury", ".")


def short_answer(request: GenerateRequest) -> tuple[str, ...]:
    """What all the columns say unless a test wants otherwise."""
    return ANSWER


class Lab:
    """An app with scripted parts, and ways to wait for what a test needs."""

    def __init__(self, root: Path) -> None:
        self.engine = ScriptedEngine(script=short_answer, tokens_per_s=1e5)
        self.root = root
        self.runs = ScriptedRuns(root)
        self.probes = ScriptedProbes()
        self.funnels = ScriptedFunnels()
        self.checkpoints: Callable[[], list[CheckpointInfo]] | None = None
        self.import_command: tuple[str, ...] | None = None
        self.build_command: tuple[str, ...] | None = None
        self.whatif_command: tuple[str, ...] | None = None
        self.tokenizer: Callable[[str], FoundTokenizer] = open_named
        self.events: Callable[[], Iterator[dict[str, Any]]] = lambda: training_events(200)
        self.may_crash = False
        """Whether background work may fail in a way that nobody has foreseen."""

    @asynccontextmanager
    async def open(
        self, size: tuple[int, int] = (120, 40), *, answered: bool = True
    ) -> AsyncIterator[tuple[LabApp, Pilot[None]]]:
        """The app on a screen of ``size``, its first question answered."""
        services = scripted_services(
            self.engine,
            self.runs,
            self.checkpoints,
            events=self.events,
            lines=10_000,
            probes=lambda: self.probes,
            funnels=lambda: self.funnels,
        )
        services = replace(services, tokenizer=self.tokenizer)
        if self.import_command is not None:
            services = replace(services, import_command=self.import_command)
        if self.build_command is not None:
            services = replace(services, build_command=self.build_command)
        if self.whatif_command is not None:
            services = replace(services, whatif_command=self.whatif_command)
        app = LabApp(services)
        async with app.run_test(size=size, notifications=True) as pilot:
            small = size[0] < WHOLE[0] or size[1] < WHOLE[1]
            if small and size[0] >= USABLE[0] and size[1] >= USABLE[1]:
                await go_on_though_small(app, pilot)
            if answered:
                await settled(app, pilot)
            yield app, pilot
        if app.crashes.met and not self.may_crash:
            raise app.crashes.met[0]


async def go_on_though_small(app: LabApp, pilot: Pilot[None]) -> None:
    """Put away the notice that the terminal is smaller than the lab is laid out for."""
    await on_top(app, pilot, SmallTerminal)
    await pilot.press("enter")


async def on_top(app: LabApp, pilot: Pilot[None], kind: type[Screen[Any]]) -> None:
    """Wait until a screen without anything to focus is on top."""
    await until(pilot, lambda: isinstance(app.screen, kind), kind.__name__)


async def until(pilot: Pilot[None], condition: Callable[[], object], what: str) -> None:
    """Wait for something that the app does by itself."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never happened: {what}")


def places(app: App[Any], words: str) -> list[tuple[int, int]]:
    """Where words stand on the screen."""
    return [
        (cell_len(line[:column]), y)
        for y, line in enumerate(screen_text(app).split("\n"))
        for column in range(len(line))
        if line.startswith(words, column)
    ]


async def settled(app: LabApp, pilot: Pilot[None]) -> ComparePane:
    """Wait until every column has its whole answer."""
    pane = app.query_one(ComparePane)

    def done() -> bool:
        streams = [column.lane.stream for column in pane.columns.all]
        return all(
            s is not None and s.answer.state not in ("waiting", "streaming") for s in streams
        )

    await until(pilot, done, "all columns answered")
    await until(pilot, lambda: not pane.streamer.running, "streams drained")
    return pane


def screen_text(app: App[Any]) -> str:
    """What stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def shows(app: LabApp, pilot: Pilot[None], words: str) -> None:
    """Wait until some words stand on the screen."""
    await until(pilot, lambda: words in screen_text(app), f"{words!r} on the screen")


async def dialog(app: LabApp, pilot: Pilot[None], kind: type[S]) -> S:
    """Wait until a dialog is open and the cursor stands in it."""
    await until(
        pilot, lambda: isinstance(app.screen, kind) and app.focused is not None, kind.__name__
    )
    assert isinstance(app.screen, kind)
    return app.screen


async def closed(app: LabApp, pilot: Pilot[None]) -> None:
    """Wait until no dialog is open."""
    await until(pilot, lambda: len(app.screen_stack) == 1, "the dialog is closed")


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LLMLAB_COURSE_OFFER", "off")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("tui.lab_watch.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("tui.engine_care.HEALTH_EVERY_S", 0.2)
    monkeypatch.setattr("tui.screens.picker.LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("tui.screens.import_form.LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("tui.panes.pipeline.REDRAWS_PER_S", 8)
    monkeypatch.setattr("tui.panes.data.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("tui.panes.data.IDLE_LOOKS", 1)
    monkeypatch.setattr("tui.panes.probes.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("tui.panes.probes.IDLE_LOOKS", 1)
    monkeypatch.setattr("engine.rl.reader.shipped_rl_runs", list)
    monkeypatch.setattr("tui.panes.rl.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("tui.panes.rl.IDLE_LOOKS", 1)
    return Lab(tmp_path)


@pytest.fixture
def talk(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab.engine = ScriptedChat(script=lambda request: [" word"], tokens_per_s=1e5)
    monkeypatch.setattr(chat, "UNARMED_S", 0.0)
    return lab
