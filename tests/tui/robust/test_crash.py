"""Errors that nobody has foreseen: written down, said, and survived where that is possible."""

import signal
import time
from pathlib import Path
from typing import NoReturn

import pytest

from engine import files, paths
from engine.errors import LabError
from tests.tui.conftest import Lab, screen_text, until
from tui import crash
from tui.background import in_background
from tui.bench.terminal import Terminal
from tui.crash import UnforeseenError, last_report, write_report


async def burst() -> NoReturn:
    raise ZeroDivisionError("nobody has foreseen this")


async def test_a_fault_in_background_work_costs_only_that_work(lab: Lab) -> None:
    lab.may_crash = True
    async with lab.open() as (app, pilot):
        in_background(app, burst, "bursting")
        await until(pilot, lambda: "the rest goes on" in screen_text(app), "the sentence")
        report = last_report()
        assert report is not None
        text = report.read_text()
        assert "ZeroDivisionError: nobody has foreseen this" in text
        assert "llmlab: " in text
        assert "terminal: " in text
        assert "bursting" in text
        assert report.stat().st_mode & 0o077 == 0
        await pilot.press("escape", "1")
        assert app.shown_pane == "pipeline"


async def test_the_same_fault_again_is_not_said_again(lab: Lab) -> None:
    lab.may_crash = True
    begun = 0

    async def counted() -> None:
        nonlocal begun
        begun += 1
        await burst()

    async with lab.open() as (app, pilot):
        for _ in range(3):
            in_background(app, counted, "bursting")
        await until(pilot, lambda: begun == 3, "all three")
        await until(pilot, lambda: last_report() is not None, "the report")
        await pilot.pause(0.1)
        assert len(list(crash.reports_folder().glob("crash-*"))) == 1
        assert len(app.crashes.met) == 1  # An error holds all that its frames held.


def test_a_home_that_became_read_only_takes_no_report_and_loses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(crash.KEPT + 2):
        path = crash.reports_folder() / f"crash-2020-{number:02d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refused)
    assert write_report(ZeroDivisionError(), "a test") is not None


async def test_a_fault_in_a_handler_ends_the_app_and_leaves_a_report(lab: Lab) -> None:
    async def opened_and_broken() -> None:
        async with lab.open() as (app, pilot):
            app.call_next(burst)
            await pilot.pause()
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await opened_and_broken()
    report = last_report()
    assert report is not None
    assert "a handler of the app" in report.read_text()


@pytest.mark.parametrize("also_elsewhere", [False, True])
def test_a_home_that_takes_no_report(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, also_elsewhere: bool
) -> None:
    whole = files.write_atomic

    def full(path: Path, data: bytes, *, private: bool = False) -> None:
        if also_elsewhere or paths.home() in path.parents:
            raise LabError("The disk is full.")
        whole(path, data, private=private)

    monkeypatch.setattr("engine.files.write_atomic", full)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    report = write_report(ValueError("x"), "a test")
    if also_elsewhere:
        assert report is None
    else:
        assert report is not None
        assert report.parent == tmp_path


def test_old_reports_are_thinned_out(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash, "KEPT", 3)
    crash.reports_folder().mkdir(parents=True)
    for number in range(5):
        (crash.reports_folder() / f"crash-2000010{number}-000000-000.txt").write_text("old")
    newest = write_report(ValueError("x"), "a test")
    left = sorted(crash.reports_folder().iterdir())
    assert left[-1] == newest
    assert len(left) == 3


def test_a_sentence_for_the_terminal_holds_no_markup() -> None:
    assert UnforeseenError("see [bold]/home/[x]").__rich__() == "see \\[bold]/home/\\[x]"


OPEN = """
from pathlib import Path
from tui import start
from tui.bench.scripted import ScriptedEngine, ScriptedRuns, scripted_services
services = scripted_services(ScriptedEngine(), ScriptedRuns(Path('/nowhere')), None)
print('left with', start.run(services))
"""

FAILING = f"""
from tui.app import LabApp
def action_help(self):
    raise ZeroDivisionError('unforeseen')
LabApp.action_help = action_help
{OPEN}
"""


def opened(code: str) -> Terminal:
    return Terminal(code, width=80, height=24, env={"LLMLAB_HOME": str(paths.home())})


def test_what_ends_the_app_leaves_a_sentence_in_a_terminal_that_works(lab: Lab) -> None:
    with opened(FAILING) as terminal:
        terminal.wait_for("engine ready", 30)
        time.sleep(0.2)
        terminal.type("\x1bOP")
        terminal.wait_for("left with 1", 30, beside="The report:")
    report = last_report()
    assert report is not None
    assert "ZeroDivisionError: unforeseen" in report.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_leaves_in_order(lab: Lab, number: signal.Signals) -> None:
    with opened(OPEN) as terminal:
        terminal.wait_for("engine ready", 30)
        terminal.send(number)
        terminal.wait_for(f"left with {128 + number}", 20, beside="\x1b[?1049l")


def test_stopped_and_brought_back_it_draws_itself_whole(lab: Lab) -> None:
    with opened(OPEN) as terminal:
        terminal.wait_for("engine ready", 30)
        terminal.drain(0.3)
        terminal.send(signal.SIGTSTP)
        terminal.drain(0.3)
        terminal.send(signal.SIGCONT)
        terminal.wait_for("5 Chat", 20, beside="F1")
