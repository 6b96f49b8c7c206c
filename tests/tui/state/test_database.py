from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui.chat.conversation import Conversation, Exchange
from tui.chat.record import to_json
from tui.chat.reply import Reply
from tui.chat.store import pack
from tui.state import opening, schema
from tui.state.database import Database
from tui.state.errors import StateError
from tui.state.state import State


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "lab.sqlite"


def said(question: str, n: int = 1) -> Conversation:
    return Conversation("nano/sft", [Exchange(f"{question} {i}", Reply()) for i in range(n)])


def filled(path: Path, n: int = 60) -> State:
    state = State(path)
    for number in range(n):
        state.conversations.save(pack(said(f"q{number} " + "long " * 40)))
        state.kept.put(f"name-{number}", "value " * 40)
    return state


def spoil(path: Path, first: int, last: int) -> None:
    data = bytearray(path.read_bytes())
    data[first:last] = os.urandom(last - first)
    path.write_bytes(data)


def test_only_the_owner_may_read_any_of_it(path: Path) -> None:
    before = os.umask(0)
    try:
        state = filled(path, 3)
    finally:
        os.umask(before)
    names = {each.name for each in path.parent.iterdir()}
    assert names == {"lab.sqlite", "lab.sqlite-wal", "lab.sqlite-shm"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    state.database.close()


@pytest.mark.parametrize("version", range(1, schema.SCHEMA))
def test_each_older_version_is_brought_to_this_one_and_backed_up(path: Path, version: int) -> None:
    path.parent.mkdir()
    talk = said("where was Mira born")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        schema.migrate(database, to=version)
        database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", pack(talk).head)
        body = to_json(talk.exchanges[0])
        database.execute("INSERT INTO exchanges VALUES (?, ?, ?)", (talk.key, 0, body))
    state = State(path)
    assert state.conversations.load(talk.key).exchanges[0].question == "where was Mira born 0"
    assert [each.key for each in state.history.search("MIRA  where")] == [talk.key]
    (backup,) = path.parent.glob("*.backup-*")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with contextlib.closing(sqlite3.connect(backup)) as database:
        assert schema.version_of(database) == version
        assert database.execute("SELECT count(*) FROM exchanges").fetchone() == (1,)
    state.database.close()


def test_a_migration_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        schema.migrate(database, to=1)

    def breaks(database: sqlite3.Connection) -> None:
        database.execute("CREATE TABLE half (a)")
        database.execute("INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(schema, "STEPS", (schema.STEPS[0], breaks))
    state = State(path)
    with pytest.raises(StateError, match="nowhere"):  # Nor are there such tables in memory.
        state.kept.put("a", 1)
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert schema.version_of(database) == 1
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert "half" not in tables


def test_few_backups_are_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    for _ in range(6):
        path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            schema.migrate(database, to=1)
        lab = Database(path)
        lab.read(lambda _: None)
        lab.close()
    assert len(list(path.parent.glob("*.backup-*"))) == opening.BACKUPS_KEPT


def test_chats_of_before_are_taken_over_once(path: Path) -> None:
    old = path.with_name("chats.sqlite")
    path.parent.mkdir()
    talks = [said("first"), said("second", 3)]
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as database:
        schema.migrate(database, to=1)
        for talk in talks:
            database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", pack(talk).head)
            for place, exchange in enumerate(talk.exchanges):
                row = (talk.key, place, to_json(exchange))
                database.execute("INSERT INTO exchanges VALUES (?, ?, ?)", row)
    state = State(path)
    assert {each.key for each in state.conversations.listed()} == {talk.key for talk in talks}
    assert len(state.conversations.load(talks[1].key).exchanges) == 3
    assert state.history.search("second")[0].key == talks[1].key
    (notice,) = state.database.take_notices()
    assert notice.startswith("2 conversations came along")
    assert not old.exists()
    beside = path.with_name("chats.sqlite.taken-over")
    assert beside.exists()
    state.database.close()
    # An older llmlab went on with one of them, and this one as well.
    beside.rename(old)
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as database:
        database.execute("UPDATE conversations SET updated = 'z' WHERE key = ?", (talks[0].key,))
    again = State(path)
    assert sorted(each.title for each in again.conversations.listed()) == [
        "first 0",
        "first 0",
        "second 0",
    ]
    again.database.close()


@pytest.mark.parametrize("content", [b"garbage " * 200, b"SQLite format 3\0" + b"\xff" * 4096])
def test_what_is_no_database_is_set_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    state = State(path)
    state.kept.put("a", 1)
    assert state.kept.get("a") == 1
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == content
    (notice,) = state.database.take_notices()
    assert str(aside) in notice
    assert "0 rows" in notice
    state.database.close()


@pytest.mark.parametrize("pages", [(4, 6), (10, 30), (20, 21)])
def test_of_a_damaged_file_most_is_read(path: Path, pages: tuple[int, int]) -> None:
    filled(path).database.close()
    spoil(path, 4096 * pages[0], 4096 * pages[1])
    state = State(path)
    state.database.check()
    n_left = len(state.conversations.listed()) + sum(
        state.kept.get(f"name-{number}") is not None for number in range(60)
    )
    assert 30 < n_left <= 120
    for each in state.conversations.listed():
        state.conversations.load(each.key)
    assert "was damaged" in state.database.take_notices()[0]
    assert list(path.parent.glob("*.damaged-*"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    state.database.close()


def test_exchanges_that_lost_their_conversation_can_be_opened(path: Path) -> None:
    state = filled(path, 2)
    state.database.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DELETE FROM conversations WHERE title LIKE 'q1%'")
    state.database.read(lambda _: None)
    state.database._mend(sqlite3.DatabaseError("a test says so"))
    titles = {each.title[:2] for each in state.conversations.listed()}
    assert titles == {"q0", "(w"}
    state.database.close()


def test_a_file_that_another_one_has_set_aside_is_left(path: Path) -> None:
    mine, theirs = filled(path, 2), State(path)
    theirs.kept.put("theirs", 1)
    path.rename(path.with_name("gone"))
    mine.kept.put("mine", 1)
    theirs.kept.put("theirs", 2)
    assert (theirs.kept.get("mine"), mine.kept.get("theirs")) == (1, 2)
    mine.database.close()
    theirs.database.close()
    fresh = State(path)
    assert (fresh.kept.get("mine"), fresh.kept.get("theirs")) == (1, 2), "in the file of that name"
    fresh.database.close()


def test_a_newer_file_is_left_alone_and_the_lab_works_on(path: Path) -> None:
    filled(path, 2).database.close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    state = State(path)
    state.kept.put("a", 1)
    assert state.kept.get("a") == 1
    assert not state.on_disk
    (notice,) = state.database.take_notices()
    assert "newer llmlab" in notice
    assert "a file of its own when you quit" in notice
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_costs_only_what_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    state = State(tmp_path / "file" / "lab.sqlite")
    state.kept.put("a", 1)
    assert state.kept.get("a") == 1
    assert not state.on_disk
    assert len(state.database.take_notices()) == 1


def test_what_is_only_in_memory_is_written_aside_with_what_was_there(path: Path) -> None:
    filled(path, 2).database.close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    state = State(path)
    assert len(state.conversations.listed()) == 2
    assert state.database.keep_aside() == "", "nothing was done"
    state.conversations.save(pack(said("new")))
    assert str(path) in state.database.keep_aside()
    (aside,) = path.parent.glob("lab-kept-*.sqlite")
    assert aside.stat().st_mode & 0o077 == 0
    again = State(aside)
    assert len(again.conversations.listed()) == 3
    assert again.on_disk
    again.database.close()


def test_where_no_folder_takes_a_file_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    state = State(tmp_path / "file" / "lab.sqlite")
    state.conversations.save(pack(said("new")))
    assert "could not be kept, neither in" in state.database.keep_aside()


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write")
@pytest.mark.parametrize("closed", [True, False])
def test_a_home_that_may_only_be_read_is_read(path: Path, closed: bool) -> None:
    first = filled(path, 3)
    if closed:
        first.database.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        state = State(path)
        assert len(state.conversations.listed()) == 3
        state.conversations.save(pack(said("new")))
        assert len(state.conversations.listed()) == 4
        assert not state.on_disk
        assert len(state.database.take_notices()) == 1
    finally:
        path.parent.chmod(0o700)


def test_a_full_disk_is_a_sentence_and_nothing_is_half_written(path: Path) -> None:
    state = filled(path, 3)
    state.database.read(lambda database: database.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(StateError, match="The disk is full"):
        state.conversations.save(pack(said("x" * 100_000)))
    assert len(state.conversations.listed()) == 3
    state.database.read(lambda database: database.execute("PRAGMA max_page_count = 100000"))
    state.conversations.save(pack(said("x" * 100_000)))
    assert len(state.conversations.listed()) == 4
    state.database.close()


def test_a_program_that_holds_the_file_is_waited_for_and_then_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_S", 0.05)
    state = filled(path, 1)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateError, match="locked"):
            state.kept.put("a", 1)
        with pytest.raises(StateError, match="locked"):
            State(path).kept.put("a", 1)
        assert state.on_disk
        other.execute("ROLLBACK")
    state.kept.put("a", 1)
    state.database.close()


def test_what_was_written_survives_a_kill(path: Path) -> None:
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom tui.state.state import State\n"
        "state = State(Path(sys.argv[1]))\n"
        "for i in range(1000):\n"
        "    state.kept.put('n', i)\n"
        "    print(i, flush=True)\n"
        "    if i == 20: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False)
    assert run.returncode < 0
    state = State(path)
    state.database.check()
    assert state.kept.get("n") == int(run.stdout.split()[-1]) == 20
    assert state.database.take_notices() == []
    state.database.close()


async def test_calls_are_done_in_their_order(path: Path) -> None:
    state = State(path)
    await asyncio.gather(*(state.do(state.kept.put, "n", number) for number in range(50)))
    assert await state.do(state.kept.get, "n") == 49
    await state.close()
    assert await state.do(state.kept.get, "n") == 49, "and it can be opened again"
    await state.close()
