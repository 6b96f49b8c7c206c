from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import paths
from tests.tui.chatting import asked, ends, engine_of, opened
from tests.tui.conftest import Lab, screen_text, settled, shows, until
from tests.tui.course.test_reading import GOOD, course
from tui.app import LabApp
from tui.journal import tell
from tui.notes import NOT_KEPT
from tui.state.database import Database
from tui.state.state import State

SIGN = "not kept yet"


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Makes the disk full, or gives it room again."""
    written = Database._attempt
    is_full = False

    def attempt(self: Database, work: object, begin: str) -> object:
        if is_full and begin == "BEGIN IMMEDIATE":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return written(self, work, begin)  # type: ignore[arg-type]

    def turn(now: bool) -> None:
        nonlocal is_full
        is_full = now

    monkeypatch.setattr(Database, "_attempt", attempt)
    monkeypatch.setattr("tui.panes.keeping.RETRY_S", 0.1)
    monkeypatch.setattr("tui.panes.answer_keeping.RETRY_S", 0.1)
    monkeypatch.setattr("tui.course.keeping.RETRY_S", 0.1)
    return turn


def sentences(app: LabApp) -> list[str]:
    return [each.message for each in app._notifications if "lab.sqlite" in each.message]


async def test_on_a_full_disk_the_sign_stays_until_there_is_room(
    talk: Lab, full: Callable[[bool], None]
) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "the first one")
        await until(pilot, lambda: SIGN not in screen_text(app), "the first is kept")
        full(True)
        await asked(pilot, pane, "the second one")
        await shows(app, pilot, SIGN)
        await asked(pilot, pane, "the third one")
        await pilot.pause(0.4)
        lines = [line for line in screen_text(app).splitlines() if " you" in line]
        assert [SIGN in line for line in lines] == [False, True, True]
        assert len(sentences(app)) == 1, "said once"
        assert "The disk is full" in sentences(app)[0]
        full(False)
        await until(pilot, lambda: SIGN not in screen_text(app), "kept after all")
        kept = app.state.conversations.load(pane.session.conversation.key)
        assert [each.question for each in kept.exchanges][1:] == ["the second one", "the third one"]


async def test_answers_of_columns_have_the_sign_as_well(
    lab: Lab, full: Callable[[bool], None]
) -> None:
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: SIGN not in screen_text(app), "all is kept")
        full(True)
        await pilot.press("enter")
        await settled(app, pilot)
        await pilot.pause(0.3)
        assert screen_text(app).count(SIGN) == len(app.compare.columns.all)
        assert len(sentences(app)) == 1
        full(False)
        await until(pilot, lambda: SIGN not in screen_text(app), "kept after all")
        keys = [c.lane.stream.key for c in app.compare.columns.all if c.lane.stream]
        assert set(app.state.prompts.answers(keys)) == set(keys)


async def test_a_step_of_the_course_has_the_sign_as_well(
    lab: Lab,
    full: Callable[[bool], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "course").mkdir()
    monkeypatch.setenv("LLMLAB_COURSE_FOLDER", str(course(tmp_path / "course", GOOD)))
    async with lab.open((100, 30)) as (app, pilot):
        app.course.act("next")
        await shows(app, pilot, "1/1 Press enter.")
        full(True)
        tell(app.compare, "answer", outcome="wrong", tokens=3, text="no", pages=0)
        await shows(app, pilot, f"1/1{NOT_KEPT} ✓ It said no")
        assert not app.state.course.steps(str(tmp_path / "course"))
        app.clear_notifications()  # They would lie over the strip.
        await pilot.press("f5")
        await shows(app, pilot, f"1 of 1 done{NOT_KEPT}")
        await pilot.press("escape")
        full(False)
        await shows(app, pilot, "1/1 ✓ It said no")
        assert list(app.state.course.steps(str(tmp_path / "course"))) == ["one"]


async def test_where_one_is_is_written_as_soon_as_there_is_room(
    lab: Lab, full: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.remembering.NOTE_EVERY_S", 0.1)
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: Database().read(_shown) == "compare", "noted")
        full(True)
        await pilot.press("escape", "1")
        await until(pilot, lambda: sentences(app), "said")
        assert Database().read(_shown) == "compare"
        full(False)
        await until(pilot, lambda: Database().read(_shown) == "pipeline", "written")


def _shown(database: sqlite3.Connection) -> str:
    row = database.execute("SELECT memory FROM session WHERE pane = ''").fetchone()
    return str(json.loads(row[0])["shown"]) if row else ""


async def test_without_a_home_the_lab_works_and_says_so_once(
    talk: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "hello")
        await shows(app, pilot, SIGN)
        assert len(sentences(app)) == 1
        await pilot.press("ctrl+l")
        await shows(app, pilot, "1 question")
    assert len(list(tmp_path.glob("lab-kept-*.sqlite"))) == 1


async def test_a_damaged_file_is_said_and_the_talk_is_kept(talk: Lab) -> None:
    path = paths.home() / "lab.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    async with opened(talk) as (app, pilot, pane):
        await until(pilot, lambda: any("was damaged" in each for each in sentences(app)), "said")
        await asked(pilot, pane)
        await until(pilot, lambda: len(app.state.conversations.listed()) == 1, "kept")


async def test_a_visit_without_a_disk_is_written_to_a_file_of_its_own_at_its_end(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, say: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    engine_of(talk).turns = ends
    with monkeypatch.context() as full:
        full.setattr("tui.state.database.open_file", no_room)
        async with opened(talk) as (app, pilot, pane):
            await asked(pilot, pane, "what nobody may lose")
            app.clear_notifications()  # They would lie over the status line.
            await shows(app, pilot, "nothing is kept")
    (aside,) = paths.home().glob("lab-kept-*.sqlite")
    assert str(aside) in app.remembering.last_words
    kept = State(aside)
    found = kept.conversations.load(pane.session.conversation.key)
    assert [each.question for each in found.exchanges] == ["what nobody may lose"]
    kept.database.close()
