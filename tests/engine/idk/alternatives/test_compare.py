"""The table end to end at the pico preset."""

import hashlib
import json
import time
from pathlib import Path

import pytest

from engine import runs
from engine.errors import CheckpointError, ProbeError
from engine.files import write_json
from engine.idk.alternatives import compare as comparing
from engine.idk.alternatives.asked_once import AskedOnce
from engine.idk.alternatives.compare import Comparison, compare
from engine.idk.alternatives.rows import in_order
from engine.manifest import find_checkpoint
from engine.train.recipe import recipe
from tui.cli import main

WANTED = Comparison(parent="sft-0001", idk="sft-0001", per_group=2, steps=2)


def test_all_rows_end_to_end_and_nothing_twice(
    home: Path, in_process: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    steps = AskedOnce.run

    def counted(self: AskedOnce, *args: object) -> None:
        nonlocal asked
        asked += 1
        steps(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(AskedOnce, "run", counted)
    rows = in_order(compare(WANTED, print))
    assert [row.way for row in rows] == [
        "parent", "sentence", "examples", "threshold", "rtuning", "dpo", "search", "idk",
    ]  # fmt: skip
    assert in_process == ["idk-rtuning-0001", "idk-dpo-0001"]
    by_way = {row.way: row for row in rows}
    assert by_way["idk"].wrong == by_way["parent"].wrong, "the same checkpoint here"
    assert all(by_way[way].training_s for way in ("rtuning", "dpo"))
    assert by_way["parent"].training_s == 0
    # Both runs were given what was found out once.
    answers = [
        (home / "runs" / name / "idk" / "3-answers.jsonl").read_bytes() for name in in_process
    ]
    assert answers[0] == answers[1]
    for name, stage in zip(in_process, ("rtuning", "dpo"), strict=True):
        assert find_checkpoint(name).parent == "sft-0001"
        assert runs.read_status(name).state == "done"
        assert by_way[stage].sha256 == find_checkpoint(name).sha256
    # Again: no model is loaded, nothing asked, nothing trained, and every figure is the same.
    monkeypatch.setattr(comparing, "LocalModel", None)
    count = asked
    assert in_order(compare(WANTED, print)) == rows
    assert asked == count == 2
    assert len(in_process) == 2


def test_other_weights_are_measured_anew(home: Path, in_process: list[str]) -> None:
    without = Comparison(parent="sft-0001", idk="sft-0001", per_group=1, methods=())
    first = list(compare(without, print))
    folders = set((home / "alternatives").iterdir())
    manifest = next((home / "runs" / "sft-0001" / "checkpoints").glob("*/run.json"))
    weights = manifest.with_name("model.safetensors")
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    about = json.loads(manifest.read_text())
    about["files"]["model.safetensors"]["sha256"] = hashlib.sha256(bytes(data)).hexdigest()
    write_json(manifest, about)
    again = list(compare(without, print))
    assert {row.sha256 for row in first}.isdisjoint(row.sha256 for row in again)
    assert len(set((home / "alternatives").iterdir()) - folders) == 1


def test_a_training_beside_it_ends_in_a_sentence_and_the_rows_before_are_shown(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = runs.create_run(recipe("sft", "pico"), from_checkpoint="sft-0001", name="other")
    write_json(other.path / "status.json", {
        **json.loads((other.path / "status.json").read_text()), "state": "paused", "pid": 1,
        "heartbeat": time.time(),
    })  # fmt: skip
    out = tmp_path / "table.md"
    argv = ["probe", "alternatives", "--from", "sft-0001", "--idk", "sft-0001", "--per-group", "1"]
    assert main([*argv, "--out", str(out), "--json"]) == 2
    printed, narrated = capsys.readouterr()
    assert [row["way"] for row in json.loads(printed)] == [
        "parent", "sentence", "examples", "threshold", "search", "idk",
    ]  # fmt: skip
    assert "two trainings would slow each other down" in narrated.splitlines()[-1]
    assert out.read_text().count("\n| ") == 7


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"parent": "nobody"}, CheckpointError, "no checkpoint 'nobody'"),
        ({"idk": "nobody"}, CheckpointError, "no checkpoint 'nobody'"),
        ({"idk": "nano/sft"}, ProbeError, "another web"),
        ({"parent": "nano/base", "idk": "nano/sft"}, ProbeError, "nano/base answers no questions"),
    ],
)
def test_what_cannot_be_compared(
    home: Path, changes: dict[str, str], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        next(compare(Comparison(**{"parent": "sft-0001", "idk": "sft-0001", **changes}), print))  # type: ignore[arg-type]


def test_no_question_is_no_comparison() -> None:
    with pytest.raises(ProbeError, match="0 questions a group"):
        Comparison(per_group=0)


def test_only_one_process_compares(home: Path) -> None:
    first = compare(Comparison(parent="sft-0001", idk="sft-0001", per_group=1, methods=()), print)
    next(first)
    with pytest.raises(ProbeError, match="Another process compares"):
        next(compare(WANTED, print))
    first.close()  # type: ignore[attr-defined]


def test_an_out_that_is_no_markdown_is_refused_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "alternatives", "--out", "t.csv"]) == 2
    assert "ends in .md" in capsys.readouterr().err
