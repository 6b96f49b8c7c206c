from __future__ import annotations

from typing import Any

import pytest

from engine import runs
from engine.rl.plan import plan
from tui import cli


class BegunError(Exception):
    pass


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a run would have been started with."""
    found: dict[str, Any] = {}

    def start_run(stage: str, **options: Any) -> None:
        found.update(options, stage=stage)
        raise BegunError

    monkeypatch.setattr(runs, "start_run", start_run)
    return found


@pytest.mark.parametrize(
    ("options", "preset", "algorithm"),
    [
        ([], "nano", "grpo"),
        (["--preset", "grpo"], "nano", "grpo"),
        (["--preset", "dapo"], "nano", "dapo"),
        (["--preset", "pico"], "pico", "grpo"),
        (["--preset", "pico", "--algorithm", "expert"], "pico", "expert"),
        (["--preset", "dr_grpo", "--algorithm", "dr_grpo"], "nano", "dr_grpo"),
    ],
)
def test_presets_and_algorithms(
    asked: dict[str, Any], options: list[str], preset: str, algorithm: str
) -> None:
    with pytest.raises(BegunError):
        cli.main(["train", "rl", "--task", "parity", "--task", "sorting", *options])
    assert (asked["stage"], asked["preset"]) == ("rl", preset)
    assert (asked["rl"].algorithm, asked["rl"].tasks) == (algorithm, ("parity", "sorting"))
    assert asked["rl"].group_size == (4 if preset == "pico" else 16)


def test_all_options_arrive(asked: dict[str, Any]) -> None:
    with pytest.raises(BegunError):
        cli.main(["train", "rl", "--task", "parity", "--task", "parity", "--reward", "format",
                  "--steps", "7", "--seed", "3", "--from", "nano/idk", "--out", "x"])  # fmt: skip
    assert (asked["steps"], asked["seed"], asked["name"]) == (7, 3, "x")
    assert asked["from_checkpoint"] == "nano/idk"
    assert (asked["rl"].reward, asked["rl"].tasks) == ("format", ("parity",))


def test_any_number_of_a_plan_can_be_set(asked: dict[str, Any]) -> None:
    changes = {"n_updates": 4, "kl": 0.1, "normalise": "token", "resample": False, "cold_start": 9}
    options = [f"--set={name}={str(value).lower()}" for name, value in changes.items()]
    with pytest.raises(BegunError):
        cli.main(["train", "rl", "--task", "parity", "--preset", "dapo", "--cold-start", "9",
                  *options[:-1]])  # fmt: skip
    assert asked["rl"] == plan("dapo", ("parity",), **changes)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rl"], "needs a task"),
        (["rl", "--task", "telepathy"], "no task 'telepathy'"),
        (["rl", "--task", "parity", "--preset", "huge"], "no preset 'huge'"),
        (["rl", "--task", "parity", "--preset", "grpo", "--algorithm", "dapo"], "two algorithms"),
        (["rl", "--task", "parity", "--preset", "rejection", "--reward", "format"],
         "would change nothing"),
        (["rl", "--task", "parity", "--steps", "0"], "steps = 0"),
        (["rl", "--task", "parity", "--cold-start", "-1"], "cold_start = -1"),
        (["rl", "--task", "parity", "--set", "luck=1"], "no 'luck' to set. There is: n_prompts,"),
        (["rl", "--task", "parity", "--set", "tasks=x"], "there is no 'tasks' to set"),
        (["rl", "--task", "parity", "--set", "n_updates=1.5"], "n_updates is a whole number"),
        (["rl", "--task", "parity", "--set", "kl=much"], "kl is a number, such as kl=1"),
        (["rl", "--task", "parity", "--set", "kl=nan"], "kl is a number, such as kl=1"),
        (["rl", "--task", "parity", "--set", "kl=1e9"], "kl must be a number below 1,000,000,000"),
        (["rl", "--task", "parity", "--set", "kl=-1"], "kl = -1.0 of the rl plan must be at"),
        (["rl", "--task", "parity", "--set", f"n_prompts={'1' * 40}"], "n_prompts must be a num"),
        (["rl", "--task", "parity", "--set", "resample=yes"], "one of true, false"),
        (["rl", "--task", "parity", "--set", "normalise=x"], "one of token, sequence, constant"),
        (["rl", "--task", "parity", "--set", "group_size=1"], "must be at least 2"),
        (["sft", "--set", "kl=1"], "--set is of the stage rl"),
        (["sft", "--task", "parity"], "--task is of the stage rl"),
        (["sft", "--reward", "format"], "--reward is of the stage rl"),
        (["--resume", "x", "--algorithm", "grpo"], "--algorithm changes nothing"),
        (["rl", "--task", "parity", "--from", "nano/base"], "no assistant of this lab"),
    ],
)  # fmt: skip
def test_mistakes_are_sentences(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.main(["train", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
