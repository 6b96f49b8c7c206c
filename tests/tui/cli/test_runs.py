from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from kept_runs import add_checkpoint, make_run, steps

from engine import paths
from engine.run_keeping import deleted_runs, read_note
from tests.tui.cli.conftest import Run


@pytest.fixture(autouse=True)
def no_shipped(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "shipped" not in request.node.name:
        monkeypatch.setattr("engine.paths.shipped_folder", lambda: paths.home() / "shipped")


def test_the_list(run: Run) -> None:
    assert run("runs") == (
        0,
        "run  stage  size  state  steps  figure  time  on disk  started  note\n",
        "",
    )
    make_run("base-0001", events=steps(40))
    make_run("sft-0001", stage="sft", parent="base-0001", state="stopped", step=7)
    run("runs", "note", "base-0001", "two\nlines \x1b[2J")
    code, out, err = run("runs")
    assert (code, err) == (0, "")
    assert "2.000 bpb" in out
    assert "7/60" in out
    assert "\x1b" not in out
    records = [json.loads(line) for line in run("runs", "--json")[1].splitlines()]
    assert {each["name"]: each["step"] for each in records} == {"base-0001": 60, "sft-0001": 7}
    assert records[-1]["note"] == "two\nlines \x1b[2J" or records[0]["note"]


@pytest.mark.parametrize("before", [True, False])
def test_json_in_either_place(run: Run, before: bool) -> None:
    make_run("one", events=steps(4))
    argv = ("--json", "show", "one") if before else ("show", "one", "--json")
    shown = json.loads(run("runs", *argv)[1])
    assert (shown["name"], shown["figure"], shown["value"]) == ("one", "bpb", 2.0)


def test_show_says_all_of_one(run: Run) -> None:
    make_run("one", events=steps(4), message="Stopped at your wish.")
    out = run("runs", "show", "one")[1]
    assert "says     Stopped at your wish." in out
    assert str(paths.runs_folder() / "one") in out


@pytest.mark.parametrize(
    "argv",
    [("show", "gone"), ("note", "gone", "x"), ("delete", "gone"), ("restore", "gone"),
     ("export", "gone", "--csv", "-"), ("show", "../runs"), ("delete", ""), ("note", "a/b", "x"),
     ("delete", "a/b")],
)  # fmt: skip
def test_what_is_not_there_is_a_sentence(run: Run, argv: tuple[str, ...]) -> None:
    make_run("one")
    code, out, err = run("runs", *argv)
    assert (code, out) == (2, "")
    assert err.strip()


def test_notes(run: Run) -> None:
    folder = make_run("one")
    assert run("runs", "note", "one", "good")[0] == 0
    assert read_note(folder) == "good"
    assert run("runs", "note", "one", "") == (0, "", "The note is taken away.\n")
    assert run("runs", "note", "one", "x" * 3000)[0] == 2


def test_deleted_listed_restored_and_emptied(run: Run) -> None:
    make_run("one")
    assert run("runs", "delete", "one")[0] == 0
    assert "one" in run("runs", "trash")[1]
    assert json.loads(run("runs", "trash", "--json")[1])["name"] == "one"
    assert run("runs", "restore", "one") == (0, "", "one is back.\n")
    run("runs", "delete", "one")
    make_run("one")
    code, _, err = run("runs", "restore", "one")
    assert (code, "--as NAME" in err) == (2, True)
    assert run("runs", "restore", "one", "--as", "other") == (0, "", "other is back.\n")
    run("runs", "delete", "other")
    assert run("runs", "trash", "--empty") == (0, "", "Deleted for good: 1.\n")
    assert deleted_runs() == []
    assert run("runs", "trash") == (0, "", "The trash is empty.\n")


def test_a_parent_is_deleted_only_with_yes(run: Run) -> None:
    make_run("base-0001")
    make_run("sft-0001", stage="sft", parent="base-0001")
    code, _, err = run("runs", "delete", "base-0001")
    assert (code, "parent of sft-0001" in err) == (2, True)
    assert run("runs", "delete", "base-0001", "--yes")[0] == 0


def test_nothing_shipped_is_deleted_or_noted(run: Run) -> None:
    before = sorted(path.name for path in (paths.shipped_folder() / "nano").iterdir())
    for argv in (("delete", "nano/base"), ("note", "nano/base", "x"), ("delete", "nano")):
        code, _, err = run("runs", *argv)
        assert code == 2
        assert err
    assert sorted(path.name for path in (paths.shipped_folder() / "nano").iterdir()) == before
    assert "shipped" in run("runs", "show", "nano/base")[1]


def test_lineage(run: Run) -> None:
    base = add_checkpoint(make_run("base-0001"))
    add_checkpoint(make_run("sft-0001", stage="sft"), parent=("base-0001", base), stage="sft")
    out = run("runs", "lineage")[1]
    assert out.splitlines()[1].startswith("└─ sft-0001  sft  ")
    found = [json.loads(line) for line in run("runs", "lineage", "--json")[1].splitlines()]
    assert [(each["name"], each["above"]) for each in found] == [
        ("base-0001", None), ("sft-0001", "base-0001"),
    ]  # fmt: skip


def test_disk(run: Run) -> None:
    make_run("one", events=steps(100))
    use = json.loads(run("runs", "disk", "--json")[1])
    sizes = {share["name"]: share["size"] for share in use["shares"]}
    assert sizes["runs"] >= (paths.runs_folder() / "one" / "events.jsonl").stat().st_size
    assert use["total"] == sum(sizes.values())
    assert "free on the disk" in run("runs", "disk")[1]


def test_export(run: Run, tmp_path: Path) -> None:
    make_run("one", events=steps(5))
    make_run("two", events=steps(3))
    rows = list(
        csv.DictReader(io.StringIO(run("runs", "export", "one", "two", "one", "--csv", "-")[1]))
    )
    assert [row["run"] for row in rows] == ["one"] * 5 + ["two"] * 3
    target = tmp_path / "curves.jsonl"
    assert run("runs", "export", "one", "--jsonl", target)[0] == 0
    assert len(target.read_text().splitlines()) == 5
    assert run("runs", "export", "one", "--jsonl", target)[0] == 2
    board = tmp_path / "board"
    code, _, err = run("runs", "export", "one", "two", "--tensorboard", board)
    assert (code, f"24 scalars are in {board}" in err) == (0, True)
    assert {path.name for path in board.iterdir()} == {"one", "two"}


@pytest.mark.parametrize("argv", [("one",), ("one", "--csv", "-", "--jsonl", "-"), ("--csv", "-")])
def test_export_wants_one_form_and_a_run(run: Run, argv: tuple[str, ...]) -> None:
    assert run("runs", "export", *argv)[0] == 2


def test_damaged_runs_can_be_seen_and_deleted(run: Run) -> None:
    (make_run("odd") / "status.json").write_text("{")
    assert "damaged" in run("runs")[1]
    code, _, err = run("runs", "show", "odd")
    assert (code, "llmlab runs delete odd" in err) == (2, True)
    assert run("runs", "delete", "odd")[0] == 0
    shutil.rmtree(paths.trash_folder())
