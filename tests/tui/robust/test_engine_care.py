"""What the app does when the engine is lost, hangs, or stops again and again."""

import asyncio
import time

import pytest
from textual.pilot import Pilot

from engine.errors import LabError, RunError
from tests.tui.conftest import Lab, screen_text, shows, until
from tui.background import every


async def test_an_engine_that_keeps_stopping_is_left_alone_until_somebody_asks(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await shows(app, pilot, "engine ready")
        for _ in range(2):
            lab.engine.gone = True
            await until(pilot, lambda: not lab.engine.gone, "found gone")
            await until(pilot, lambda: lab.engine.status.state == "ready", "started again")
        lab.engine.gone = True
        await shows(app, pilot, "it is left alone until you ask")
        await pilot.pause(0.5)
        assert lab.engine.status.state == "lost", "it was started once more"
        await pilot.press("enter")
        await until(pilot, lambda: lab.engine.status.state == "ready", "an answer was asked for")


async def shows_more_restarts(pilot: Pilot[None], lab: Lab, before: int) -> None:
    await until(pilot, lambda: lab.engine.status.restarts > before, "restarted")


async def test_the_palette_restarts_it_whatever_was_before(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await shows(app, pilot, "engine ready")
        for _ in range(5):
            before = lab.engine.status.restarts
            app.engine_care.restart()
            await shows_more_restarts(pilot, lab, before)


async def test_a_start_that_another_has_replaced_does_not_stand_for_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lab.open() as (app, pilot):
        await shows(app, pilot, "engine ready")
        health = await lab.engine.health()
        begun, ensured, gate = 0, 0, asyncio.Event()

        async def slow() -> object:
            nonlocal begun
            begun += 1
            await gate.wait()
            return health

        async def ensure() -> object:
            nonlocal ensured
            ensured += 1
            return health

        monkeypatch.setattr(lab.engine, "restart", slow)
        monkeypatch.setattr(lab.engine, "ensure", ensure)
        app.engine_care.restart()
        await until(pilot, lambda: begun == 1, "the first")
        app.engine_care.restart()
        await until(pilot, lambda: begun == 2, "the one in its place")
        app.engine_care.revive()  # a column has found the engine gone
        await pilot.pause()
        assert ensured == 0, "the restart goes on"
        gate.set()
        await pilot.pause()
        app.engine_care.revive()
        await until(pilot, lambda: ensured == 1, "it has ended")


async def test_keys_work_while_the_engine_does_not_answer(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lab.open() as (app, pilot):
        await shows(app, pilot, "engine ready")
        asked = asyncio.Event()

        async def never() -> None:
            asked.set()
            await asyncio.sleep(60)

        monkeypatch.setattr(lab.engine, "health", never)
        await asked.wait()
        began = time.monotonic()
        await pilot.press("escape", "1")
        assert app.shown_pane == "pipeline"
        assert time.monotonic() - began < 5


async def test_regular_work_never_runs_twice_at_once(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        at_once, most, done = 0, 0, 0

        async def work() -> None:
            nonlocal at_once, most, done
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.05)
            at_once -= 1
            done += 1

        every(app, 0.01, work, "regular")
        await until(pilot, lambda: done >= 3, "it went on")
        assert most == 1


async def test_runs_that_cannot_be_read_are_said_once_and_the_app_goes_on(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lab.open() as (app, pilot):

        def unreadable() -> None:
            raise RunError("/x/runs cannot be read: [Permission] denied. Check its owner.")

        monkeypatch.setattr(lab.runs, "list_runs", unreadable)
        await pilot.press("escape", "1")
        await shows(app, pilot, "cannot be read: [Permission]")
        await pilot.pause(0.4)
        assert screen_text(app).count("cannot be read") == 1


@pytest.mark.parametrize(("key", "pane"), [("2", "funnels"), ("6", "probes")])
async def test_a_folder_that_cannot_be_read_is_said_by_every_pane_that_looks_into_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, key: str, pane: str
) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("escape", key)

        def unreadable() -> None:
            raise LabError("/x cannot be read: denied. Check its owner.")

        monkeypatch.setattr(getattr(lab, pane), "listed", unreadable)
        await shows(app, pilot, "/x cannot be read: denied")
        await pilot.press("1")
        assert app.shown_pane == "pipeline"
