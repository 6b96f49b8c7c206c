from __future__ import annotations

import json

import pytest

from engine import runs
from engine.files import write_json
from engine.rl.plan import plan
from engine.rl.record import Group
from engine.rl.store import write_step
from engine.runs import RunStatus
from engine.train.recipe import recipe
from tests.engine.rl.toys import attempt, group
from tui import cli
from tui.cli.rollouts import _ranges

EVIL = "\x1b]0;x\x07[red]"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> RunStatus:
    monkeypatch.setattr(runs, "find_checkpoint", lambda name: None)
    monkeypatch.setattr("engine.rl.check.check_parent", lambda own, info: None)
    own = recipe("rl", "pico", rl=plan("grpo", ("parity",)))
    return runs.create_run(own, from_checkpoint="somebody", name="mine")


def groups(step: int) -> list[Group]:
    right = attempt(1.0, pieces=(EVIL, "ä", "\n"), advantage=0.5)
    return [group(right, attempt(0.0, advantage=-0.5), step=step), group(attempt(), attempt())]


def test_a_line_an_attempt(run: RunStatus, capsys: pytest.CaptureFixture[str]) -> None:
    write_step(run.path, 3, groups(3))
    assert cli.main(["rollouts", "mine", "--step", "3", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["group"] for line in lines] == [0, 0, 1, 1]
    assert lines[0]["pieces"] == [EVIL, "ä", "\n"]
    assert {"step", "task", "question", "answer", "reward", "rewards", "advantage", "correct",
            "ids", "logprobs", "logprobs_after", "drawn", "ended"} <= lines[0].keys()  # fmt: skip
    assert (lines[0]["reward"], lines[0]["advantage"]) == (1.0, 0.5)


def test_for_people_the_last_step_and_nothing_that_steers(
    run: RunStatus, capsys: pytest.CaptureFixture[str]
) -> None:
    for step in (1, 2, 5):
        write_step(run.path, step, groups(step))
    assert cli.main(["rollouts", "mine"]) == 0
    out, err = capsys.readouterr()
    assert "1 of 2 right" in out
    assert "all were worth the same: nothing to learn" in out
    assert "\x1b" not in out + err
    assert "step 5 of mine; there are the steps 1 to 2, 5" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mine", "--step", "9"], "no rollouts of step 9. There are those of the steps 1 to 2, 5."),
        (["mine", "--step", "0"], "no rollouts of step 0. There are those of the steps 1 to 2, 5."),
        (["mine", "--step", "3"], "step 3 is not on disk any more"),
        (["other"], "no run 'other'"),
    ],
)
def test_what_there_is_not_is_a_sentence(
    run: RunStatus, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    for step in (1, 2, 5):
        write_step(run.path, step, groups(step))
    assert cli.main(["rollouts", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([4], "4"),
        ([4, 9], "4, 9"),
        ([1, 10, 20, 30, 40, 41, 42], "1, 10 to 40 by 10, 41 to 42"),
        ([1, *range(10, 951, 10), *range(951, 1001)], "1, 10 to 950 by 10, 951 to 1000"),
        ([3, 5, 6, 7], "3, 5 to 7"),
    ],
)
def test_many_steps_are_said_in_few_words(steps: list[int], said: str) -> None:
    assert _ranges(steps) == said


def test_runs_without_rollouts(run: RunStatus, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rollouts", "mine"]) == 2
    assert "no rollouts yet. Wait" in capsys.readouterr().err
    cold = recipe("rl", "pico", rl=plan("grpo", ("parity",), cold_start=7))
    write_json(run.path / "recipe.json", cold.to_json())
    assert cli.main(["rollouts", "mine"]) == 2
    assert "no rollouts yet: its attempts begin behind step 7" in capsys.readouterr().err
    runs.new_status(recipe("base", "pico"), run.path, None).save()
    assert cli.main(["rollouts", "mine"]) == 2
    assert "of the stage base" in capsys.readouterr().err


def test_a_garbled_file_is_a_sentence(run: RunStatus, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_step(run.path, 1, groups(1))
    path.write_bytes(path.read_bytes()[:100])
    assert cli.main(["rollouts", "mine"]) == 2
    assert str(path) in capsys.readouterr().err
