from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from kept_runs import make_run, steps

from engine import paths
from engine.errors import LabError
from engine.runs import EventTail
from engine.train.curve_files import lines_of, write_file, write_lines
from engine.train.figures import MOST_FIGURES, moments, moments_of
from engine.train.tensorboard import began_at, write_events

RL = {"type": "rl", "step": 3, "tokens": 10, "elapsed_s": 2.0, "reward": 0.5, "loss": 1.0,
      "reward_parts": {"correct": 0.25, "odd": None}, "length_correct": None}  # fmt: skip
HELD_OUT = {"type": "rl_eval", "step": 3, "tasks": {
    "parity": {"pass_at_1": 0.5, "k": 4}, "gcd": {"pass_at_1": 1.0}, "broken": 7}}  # fmt: skip


def test_figures_by_name() -> None:
    rl, held_out = moments([RL, HELD_OUT])
    assert rl.figures == {"reward": 0.5, "reward_parts/correct": 0.25}
    assert held_out.figures == {
        "held_out/pass_at_1": 0.75,
        "held_out/pass_at_1/parity": 0.5,
        "held_out/pass_at_1/gcd": 1.0,
    }
    assert (held_out.tokens, held_out.seconds) == (10, 2.0), "an evaluation is of the step before"


def test_time_goes_on_over_processes() -> None:
    events = [*steps(4), *steps(3, first=5, elapsed_s=1.0)]
    events[-1]["elapsed_s"] = 2.5
    found = [moment.seconds for moment in moments(events)]
    assert found == [0.5, 1.0, 1.5, 2.0, 3.0, 3.0, 4.5]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "step"},
        {"type": "step", "step": "7", "loss": 1.0},
        {"type": "step", "step": True, "loss": 1.0},
        {"type": "step", "step": -1, "loss": 1.0},
        {"type": "step", "step": 1, "loss": math.nan},
        {"type": "step", "step": 1, "loss": math.inf},
        {"type": "step", "step": 1, "loss": 10**400},
        {"type": "step", "step": 1, "loss": "low", "tokens": 5},
        {"type": "rl_eval", "step": 1, "tasks": ["parity"]},
        {"type": "sample", "step": 1, "text": "x"},
        {"type": ["step"], "step": 1, "loss": 1.0},
    ],
)
def test_events_without_a_figure(event: dict[str, Any]) -> None:
    assert list(moments([event])) == []


def test_a_log_of_names_without_end_is_cut() -> None:
    events = [{"type": "step", "step": i, f"x{i}": 1.0} for i in range(200)]
    assert len({name for m in moments(events) for name in m.figures}) == MOST_FIGURES


def test_a_checkpoint_has_curves_too() -> None:
    base = list(moments_of(paths.shipped_folder() / "nano" / "base"))
    assert {"loss", "val_bpb"} <= {name for moment in base for name in moment.figures}
    assert base[-1].step == 2000


def test_portions_are_what_one_read_gives() -> None:
    folder = make_run("one", events=[{"type": "sample", "step": i, "text": "é" * i}
                                     for i in range(300)])  # fmt: skip
    whole = EventTail(folder).read()
    in_parts = list(EventTail(folder).portions(most=100))
    assert [event for part in in_parts for event in part] == whole
    assert len(in_parts) > 50, "also where a line is longer than a portion"


def test_a_log_that_grows_while_it_is_read() -> None:
    folder = make_run("one", events=steps(3))
    log = folder / "events.jsonl"
    tail = EventTail(folder)
    assert len(tail.read()) == 3
    with log.open("a") as file:
        file.write('{"type": "step", "step": 4, "lo')
        file.flush()
        assert tail.read() == []
        file.write('ss": 1.0}\nrubbish\n')
        file.flush()
        assert [event["step"] for event in tail.read()] == [4]
    log.unlink()
    assert tail.read() == []


# Files


def test_csv_has_a_line_a_step() -> None:
    eval_ = {"type": "eval", "step": 2, "val_bpb": 2.5}
    one = make_run("one", events=[*steps(2), eval_])
    two = make_run("two", events=[{"type": "step", "step": 1, "tokens": 7, "entropy": 0.5}])
    out = io.StringIO(newline="")
    assert write_lines([("one", one), ("two", two)], "csv", out) == 3
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["run"] for row in rows] == ["one", "one", "two"]
    assert (rows[1]["val_bpb"], rows[1]["loss"], rows[1]["tokens"]) == ("2.5", "5.0", "4096")
    assert (rows[0]["val_bpb"], rows[2]["entropy"], rows[2]["loss"]) == ("", "0.5", "")


def test_jsonl_reads_back() -> None:
    one = make_run("one", events=steps(3))
    out = io.StringIO()
    write_lines([("one", one)], "jsonl", out)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert found == list(lines_of("one", one))
    assert found[2]["seconds"] == 1.5


def test_nothing_is_overwritten_and_nothing_half_is_left(tmp_path: Path) -> None:
    one = make_run("one", events=steps(3))
    target = tmp_path / "new" / "curves.csv"
    assert write_file([("one", one)], "csv", target) == 3
    before = target.read_bytes()
    with pytest.raises(LabError, match="exists already"):
        write_file([("one", one)], "csv", target)
    assert target.read_bytes() == before
    with pytest.raises(LabError, match="could not be written"):
        write_file([("one", one)], "csv", target / "below" / "x.csv")
    assert [path.name for path in target.parent.iterdir()] == ["curves.csv"]


def test_tensorboard_reads_what_was_written(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    one = make_run("one", events=[*steps(5), RL | {"step": 6}, HELD_OUT | {"step": 6}])
    began = began_at("2026-11-20T10:00:00Z")
    assert began == 1795168800.0
    assert write_events([("one", one)], tmp_path / "board", began=[began]) == 5 * 3 + 2 + 3
    board = EventAccumulator(str(tmp_path / "board" / "one"), size_guidance={"scalars": 0})
    board.Reload()
    assert set(board.Tags()["scalars"]) >= {"loss", "reward", "held_out/pass_at_1/parity"}
    losses = board.Scalars("loss")
    assert [each.step for each in losses] == [1, 2, 3, 4, 5]
    assert [round(each.value, 4) for each in losses] == [5.8, 5.6, 5.4, 5.2, 5.0]
    assert [each.wall_time - began for each in losses] == [0.5, 1.0, 1.5, 2.0, 2.5]
    with pytest.raises(LabError, match="exists already"):
        write_events([("one", one)], tmp_path / "board")


def test_without_the_library_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tensorboardX.event_file_writer", None)
    with pytest.raises(LabError, match=r"pip install 'llmlab\[tensorboard\]'"):
        write_events([("one", make_run("one", events=steps(2)))], tmp_path / "board")
    assert not (tmp_path / "board").exists()


def test_a_full_disk_leaves_no_half_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorboardX.record_writer import RecordWriter

    write, written = RecordWriter.write, []

    def full(self: RecordWriter, data: bytes) -> None:
        written.append(data)
        if len(written) > 3:
            raise OSError(28, "No space left on device")
        write(self, data)

    one = make_run("one", events=steps(2))
    monkeypatch.setattr(RecordWriter, "write", full)
    with pytest.raises(LabError, match="disk is full"):
        write_events([("one", one)], tmp_path / "board")
    assert list((tmp_path / "board").iterdir()) == []


@pytest.mark.parametrize("started", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_beginning_that_cannot_be_read(started: str) -> None:
    assert began_at(started) == 0.0
