from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from kept_runs import make_run

from engine import paths, run_keeping, trash
from engine.errors import LabError, RunError
from engine.run_keeping import (
    MOST_NOTE,
    children,
    delete_run,
    deleted_runs,
    find_deleted,
    free_name,
    read_note,
    restore_run,
    write_note,
)
from engine.runs import list_runs, read_status


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_deleted_run_comes_back_byte_for_byte() -> None:
    folder = make_run("one", events=[{"type": "state", "state": "done", "step": 1}])
    write_note(folder, "the first")
    before = content(folder)
    entry = delete_run("one")
    assert not folder.exists()
    assert list_runs() == []
    assert [(each.name, each.kind) for each in deleted_runs()] == [("one", "run")]
    assert restore_run(entry) == "one"
    assert content(folder) == before
    assert deleted_runs() == []
    assert list(paths.trash_folder().iterdir()) == []


def test_the_one_that_was_deleted_last_comes_first() -> None:
    for name in ("a", "c", "b"):
        make_run(name)
    for name in ("c", "a", "b"):
        delete_run(name)
    assert [entry.name for entry in deleted_runs()] == ["b", "a", "c"]


@pytest.mark.parametrize("state", ["running", "paused", "starting"])
def test_a_live_run_is_not_deleted(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run("alive", state=state, pid=os.getpid())
    monkeypatch.setattr("engine.runs.RunStatus.has_process", True)
    with pytest.raises(RunError, match=f"'alive' is {state}.*Stop it first"):
        delete_run("alive")
    assert (paths.runs_folder() / "alive").is_dir()


@pytest.mark.parametrize("status", ["{", "[]", '{"name": 1}', ""])
def test_a_damaged_run_can_be_deleted(status: str) -> None:
    folder = make_run("odd")
    (folder / "status.json").write_text(status)
    delete_run("odd")
    assert not folder.exists()
    assert find_deleted("odd").name == "odd"


@pytest.mark.parametrize("field", ["started", "step", "heartbeat", "pid", "parent", "stage"])
def test_a_status_with_a_value_of_another_kind_spoils_no_list(field: str) -> None:
    make_run("good")
    make_run("odd", **{field: {"not": "this"}})
    assert [run.name for run in list_runs()] == ["good"]
    with pytest.raises(RunError, match="cannot be read"):
        read_status("odd")


def test_a_step_that_is_no_number() -> None:
    folder = make_run("odd")
    text = (folder / "status.json").read_text()
    for value in ("NaN", "Infinity", '"7"', "null"):
        (folder / "status.json").write_text(text.replace('"step": 60', f'"step": {value}'))
        assert list_runs() == []


def test_a_copied_folder_is_a_run_of_its_own() -> None:
    folder = make_run("one")
    shutil.copytree(folder, folder.with_name("copy"))
    assert {run.name for run in list_runs()} == {"one", "copy"}


@pytest.mark.parametrize("name", ["../runs", "", ".", "nothing", "a/b", "x" * 300])
def test_only_a_run_is_deleted(name: str) -> None:
    make_run("one")
    with pytest.raises(RunError):
        delete_run(name)
    assert [run.name for run in list_runs()] == ["one"]


def test_a_name_that_is_taken_again_is_not_overwritten() -> None:
    make_run("one", preset="nano")
    entry = delete_run("one")
    make_run("one", preset="pico")
    with pytest.raises(RunError, match=r"again.*--as"):
        restore_run(entry)
    assert read_status("one").preset == "pico"
    assert restore_run(entry, name=free_name("one")) == "one.2"
    assert (read_status("one.2").name, read_status("one.2").preset) == ("one.2", "nano")


@pytest.mark.parametrize("name", ["../out", "", "a b", ".hidden"])
def test_nothing_comes_back_under_an_unusable_name(name: str) -> None:
    make_run("one")
    entry = delete_run("one")
    with pytest.raises(RunError, match="cannot name a run"):
        restore_run(entry, name=name)
    assert entry.folder.is_dir()


def test_a_move_that_fails_leaves_the_run_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run("one")

    def no_rename(source: object, target: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("engine.trash.os.rename", no_rename)
    with pytest.raises(LabError, match="another disk"):
        delete_run("one")
    assert folder.is_dir()
    assert deleted_runs() == []
    assert list(paths.trash_folder().iterdir()) == []


def test_an_entry_whose_words_are_lost_still_comes_back() -> None:
    make_run("one")
    entry = delete_run("one")
    (entry.folder.parent / trash.ENTRY).write_text("{")
    assert restore_run(find_deleted("one")) == "one"


def test_a_crash_before_the_move_leaves_nothing_to_bring_back() -> None:
    (paths.trash_folder() / "00000000000000000001-one").mkdir(parents=True)
    (paths.trash_folder() / "stray").write_text("")
    assert deleted_runs() == []
    trash.empty()
    assert list(paths.trash_folder().iterdir()) == []


def test_an_emptied_trash_gives_nothing_back() -> None:
    make_run("one")
    entry = delete_run("one")
    trash.empty()
    with pytest.raises(LabError, match="not in the trash any more"):
        restore_run(entry)
    with pytest.raises(RunError, match="no run 'one' in the trash"):
        find_deleted("one")


def test_children_are_named() -> None:
    make_run("base-0001")
    make_run("sft-0001", stage="sft", parent="base-0001", started="2026-11-20T11:00:00Z")
    make_run("sft-0002", stage="sft", parent="base-0001", started="2026-11-20T12:00:00Z")
    make_run("other", stage="sft", parent="nano/base")
    assert children("base-0001") == ["sft-0001", "sft-0002"]
    assert children("sft-0001") == []


def test_a_note_stays_with_the_run() -> None:
    folder = make_run("one")
    assert read_note(folder) == ""
    write_note(folder, "  lr 1e-3\nsecond line \x1b[31m\udc80 ")
    assert read_note(folder) == "lr 1e-3\nsecond line \x1b[31m?"
    restore_run(delete_run("one"), name="two")
    assert read_note(folder.with_name("two")).startswith("lr 1e-3")
    write_note(folder.with_name("two"), "  \n ")
    assert not (folder.with_name("two") / run_keeping.NOTE).exists()


def test_notes_that_cannot_be_kept() -> None:
    folder = make_run("one")
    with pytest.raises(RunError, match="too long"):
        write_note(folder, "x" * (MOST_NOTE + 1))
    with pytest.raises(RunError, match="comes with the lab"):
        write_note(paths.shipped_folder() / "nano" / "base", "mine")
    shutil.rmtree(folder)
    with pytest.raises(RunError, match="gone"):
        write_note(folder, "late")
    assert not folder.exists()


def test_a_note_of_another_program() -> None:
    folder = make_run("one")
    (folder / run_keeping.NOTE).write_bytes(b"\xff\xfe" + b"y" * 10_000_000)
    assert len(read_note(folder)) == MOST_NOTE
    (folder / run_keeping.NOTE).unlink()
    (folder / run_keeping.NOTE).mkdir()
    assert read_note(folder) == ""


def test_the_entry_says_what_it_was() -> None:
    make_run("one")
    entry = delete_run("one")
    assert json.loads((entry.folder.parent / trash.ENTRY).read_text())["name"] == "one"
