"""``llmlab bench rollouts``: reckoning on scripted sides, and real sides on a small assistant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted_contenders import Scripted, in_process

from engine.bench import rollouts
from engine.bench.attempts import Attempts, Learnt, Ours, Rules
from engine.bench.contenders import Say
from engine.bench.peer import TransformersPeer
from engine.bench.rl import OursAtRl
from engine.bench.rollouts import (
    OURS,
    Round,
    one_round,
    reckoned,
    rollouts_plan,
    run_rollouts_bench,
)
from engine.errors import LabError
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.rl.plan import RlPlan, plan
from tui.cli import main

ALL, SOME = "transformers@fp32, 256 rows", "transformers@fp32, 128 rows"


def a_round(own_s: float, all_s: float, some_s: float, *, learn_s: float = 1.0) -> Round:
    """Ours draws 100 tokens, and theirs 50 in each way."""
    return Round(
        ours=Ours(seconds=own_s, lengths=[[20, 30], [10, 40]], prompts=[[1], [2]]),
        learnt=Learnt(seconds=learn_s, n_positions=300, sampler_gap=2e-7),
        theirs={
            way: Attempts(seconds=seconds, lengths=[[10, 15], [5, 20]])
            for way, seconds in ((ALL, all_s), (SOME, some_s))
        },
    )


def test_ratios_are_of_tokens_a_second_within_a_round() -> None:
    # The machine is ten times as slow in the last round; the quicker way is another each time.
    report = reckoned([a_round(1, 3, 4), a_round(1, 4, 2.5), a_round(10, 50, 60)])
    assert report["rounds"] == 3
    assert report["times_faster"] == {ALL: 8.0, SOME: 8.0}
    assert report["times_faster_than_quickest"] == 6.0
    assert report["rollouts"][OURS] == {"seconds": 1.0, "tokens_per_s": 100.0, "mean_length": 25.0}
    assert report["rollouts"][SOME]["tokens_per_s"] == 12.5
    assert report["rollouts"][SOME]["mean_length"] == 12.5


def test_the_share_of_rollouts_is_of_their_own_step() -> None:
    rounds = [a_round(s, 9, 9, learn_s=t) for s, t in ((1.0, 3.0), (1.0, 1.0), (10.0, 30.0))]
    report = reckoned(rounds)
    assert report["step"] == {
        "rollout_s": 1.0, "learn_s": 3.0, "rollout_share": 0.25, "learn_tokens_per_s": 100.0,
    }  # fmt: skip
    assert report["sampler_gap"] == 2e-7


def test_answers_of_another_length_are_not_passed_over() -> None:
    report = reckoned([a_round(1, 3, 4)] * 9)
    assert {way: same["difference"] for way, same in report["same_length"].items()} == {
        ALL: 12.5, SOME: 12.5,
    }  # fmt: skip
    assert not report["same_length"][ALL]["within_chance"]


def test_without_a_peer_there_is_no_ratio() -> None:
    report = reckoned([replace(a_round(1, 3, 4), theirs={})])
    assert report["times_faster"] == report["same_length"] == {}
    assert report["times_faster_than_quickest"] is None
    assert set(report["rollouts"]) == {OURS}


class Side(Scripted):
    """Either side: writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__(lambda _: 1.0)

    def draw(self, **asked: Any) -> Ours:
        self.asked.append(asked)
        return Ours(seconds=1.0, lengths=[[1, 2]], prompts=[[1, 2, 3], [4, 5]])

    def learn(self) -> Learnt:
        self.asked.append({})
        return Learnt(seconds=1.0, n_positions=1, sampler_gap=0.0)


@pytest.mark.parametrize(
    ("n_prompts", "size", "rows", "at_once"),
    [(16, 16, 128, [16, 8]), (4, 4, 128, [4]), (16, 16, 256, [16]), (4, 200, 128, [4, 1])],
)
def test_the_peer_is_given_the_same_work_in_each_way(
    n_prompts: int, size: int, rows: int, at_once: list[int]
) -> None:
    ours, theirs = Side(), Side()
    chosen = plan("grpo", ("addition",), n_prompts=n_prompts, group_size=size, temperature=0.9)
    rules = Rules(max_tokens=80, stop_ids=[9], never=[7, 8], rows=rows)
    found = one_round(
        3, in_process(OURS, ours), in_process("transformers@fp32", theirs), rules, chosen
    )
    assert ours.asked == [{"step": 3}, {}]
    assert [asked.pop("at_once") for asked in theirs.asked] == at_once
    for asked in theirs.asked:
        assert asked == {
            "prompts": [[1, 2, 3], [4, 5]], "n": size, "temperature": 0.9, "max_tokens": 80,
            "stop_ids": [9], "never": [7, 8], "seed": 3,
        }  # fmt: skip
    assert list(found.theirs) == [f"transformers@fp32, {n * size} rows" for n in at_once]


@pytest.mark.parametrize("algorithm", ["grpo", "dapo"])
def test_no_problem_is_drawn_again(algorithm: str) -> None:
    chosen = rollouts_plan("word_problems", find_checkpoint("nano/sft"), algorithm=algorithm)
    assert not chosen.resample
    assert (chosen.n_prompts, chosen.group_size, chosen.temperature) == (16, 16, 1.0)


@pytest.mark.parametrize(
    ("task", "checkpoint", "said"),
    [
        ("tool_sums", "nano/sft", "without tools"),
        ("word_problem", "nano/sft", "no task 'word_problem'"),
        ("word_problems", "nano/base", "no assistant"),
    ],
)
def test_what_cannot_be_measured_is_a_sentence(task: str, checkpoint: str, said: str) -> None:
    with pytest.raises(LabError, match=said):
        rollouts_plan(task, find_checkpoint(checkpoint))


def pico_plan(**changes: Any) -> RlPlan:
    return plan("grpo", ("addition",), size="pico", **changes)


def test_every_round_draws_with_the_checkpoints_own_weights(pico_sft: Path) -> None:
    ours = OursAtRl(str(pico_sft), pico_plan().to_json())
    first, learnt = ours.draw(1), ours.learn()
    assert 0 < learnt["sampler_gap"] < 1e-5
    assert learnt["n_positions"] > sum(map(sum, first["lengths"]))
    again, learnt_again = ours.draw(1), ours.learn()
    assert again["lengths"] == first["lengths"]
    # With weights that had moved on, the trainer would differ from what drew.
    assert learnt_again["sampler_gap"] == pytest.approx(learnt["sampler_gap"], rel=0.01)
    assert ours.draw(2)["prompts"] != first["prompts"]


def test_both_sides_draw_the_same(pico_sft: Path) -> None:
    pytest.importorskip("transformers")
    # So cold that the likeliest token is always drawn: the lengths are then no matter of chance.
    ours = OursAtRl(str(pico_sft), pico_plan(temperature=1e-3).to_json())
    rules, drawn = ours.rules(), ours.draw(1)
    peer = TransformersPeer(str(pico_sft))
    work: dict[str, Any] = {
        "prompts": drawn["prompts"], "n": 4, "temperature": 1e-3, "seed": 1,
        "max_tokens": rules["max_tokens"], "never": rules["never"],
    }  # fmt: skip
    for at_once in (4, 3, 1):
        turn = peer.draw(**work, stop_ids=rules["stop_ids"], at_once=at_once)
        assert turn["lengths"] == drawn["lengths"]
        assert turn["seconds"] > 0
    assert len(drawn["prompts"]) == 4
    whole = [[rules["max_tokens"]] * 4] * 4
    barred = {**work, "never": [*rules["never"], *rules["stop_ids"]]}
    assert peer.draw(**barred, stop_ids=rules["stop_ids"], at_once=4)["lengths"] == whole
    anything = list(range(512))
    assert peer.draw(**work, stop_ids=anything, at_once=4)["lengths"] == [[1] * 4] * 4


def test_the_peer_draws_anew_with_another_seed(pico_sft: Path) -> None:
    pytest.importorskip("transformers")
    peer = TransformersPeer(str(pico_sft))
    # Half of all ids end an answer, so that its length is as good as its ids.
    work: dict[str, Any] = {
        "prompts": [[5, 6, 7], [8, 9]], "n": 8, "temperature": 1.0, "max_tokens": 20,
        "stop_ids": list(range(0, 512, 8)), "never": [], "at_once": 2,
    }  # fmt: skip
    first, second, other = (peer.draw(**work, seed=seed)["lengths"] for seed in (1, 1, 2))
    assert first == second != other


@pytest.fixture
def _no_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "transformers.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("_no_peer")
def test_without_transformers_ours_is_measured_and_that_is_said(pico_sft: Path) -> None:
    said: list[str] = []
    report = run_rollouts_bench(find_checkpoint(str(pico_sft)), pico_plan(), said.append, rounds=1)
    assert "rollouts: round 1 of 1" in said
    assert report["unavailable"] == {"transformers@fp32": "transformers is not installed"}
    assert report["times_faster_than_quickest"] is None
    assert set(report["contenders"]) == set(report["rollouts"]) == {OURS}
    assert (report["prompts"], report["samples"]) == (4, 4)
    assert report["rollouts"][OURS]["tokens_per_s"] > 0
    assert 0 < report["rollouts"][OURS]["mean_length"] <= report["max_tokens"]
    assert 0 < report["step"]["rollout_share"] < 1
    assert 0 < report["sampler_gap"] < 1e-5


def test_the_command_measures_what_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[CheckpointInfo, RlPlan, int | None]] = []

    def measure(info: CheckpointInfo, chosen: RlPlan, _: Say, *, rounds: int | None) -> Any:
        asked.append((info, chosen, rounds))
        return {"bench": "rollouts"}

    monkeypatch.setattr(rollouts, "run_rollouts_bench", measure)
    other = ["--checkpoint", "nano/idk", "--task", "parity", "--algorithm", "dr_grpo"]
    for argv in ([], [*other, "--rounds", "2"]):
        assert main(["bench", "rollouts", "--json", *argv]) == 0
        assert json.loads(capsys.readouterr().out) == {"bench": "rollouts"}
    found = [(info.name, plan.tasks, plan.algorithm, rounds) for info, plan, rounds in asked]
    assert found == [
        ("nano/sft", ("word_problems",), "grpo", None),
        ("nano/idk", ("parity",), "dr_grpo", 2),
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--checkpoint", "nano/nothing"], "no checkpoint"),
        (["--task", "tool_sums"], "without tools"),
        (["--rounds", "0"], "--rounds 0"),
    ],
)
def test_mistakes_are_a_sentence(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "rollouts", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("argv", [["--algorithm", "ppo"], ["--rounds", "few"], ["nano/sft"]])
def test_arguments_that_are_none_are_refused(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["bench", "rollouts", *argv])
    assert caught.value.code == 2
