import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from scripted_model import calling, follow, in_turn, local_model, said

from engine.errors import LabError
from engine.evals.tasks import run_task
from engine.evals.verified import attempts, heldout, verified
from engine.local import LocalModel
from engine.tasks.catalogue import TASKS
from engine.tasks.task import Problem, Rewards, Said, Task

PARITY, SUMS = TASKS["parity"], TASKS["tool_sums"]
N = 6


def answer_with(
    monkeypatch: pytest.MonkeyPatch, task: Task, script: Callable[[Problem], list[int]]
) -> LocalModel:
    """A model that says a script to each held-out problem that the evaluation draws."""
    local = local_model()
    drawn = heldout(task, N, random.Random(f"eval:{task.name}"))

    def say_next(ids: list[int]) -> int:
        text = local.tokenizer.decode(ids)
        (problem,) = [problem for problem in drawn if problem.question in text]
        return in_turn(script(problem))(ids)

    follow(monkeypatch, say_next)  # type: ignore[arg-type]
    return local


def test_who_always_answers_right(monkeypatch: pytest.MonkeyPatch) -> None:
    local = answer_with(monkeypatch, PARITY, lambda problem: said(f"It is {problem.answer}."))
    figures = verified(local, PARITY, n_problems=N, n_samples=3)
    assert figures["n"] == N
    assert figures["k"] == 3
    assert figures["pass_at_1"] == figures["pass_at_k"] == figures["greedy"] == 1
    assert figures["ended"] == 1
    assert figures["reward"] == pytest.approx(1.1)
    assert figures["mean_length_wrong"] is None
    assert figures["mean_length"] == figures["mean_length_correct"]


def test_lengths_of_right_and_wrong_answers_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = said("It is even."), said("It is even. " * 5)
    local = answer_with(monkeypatch, PARITY, lambda p: short if p.answer == "even" else long)
    figures = verified(local, PARITY, n_problems=N, n_samples=2)
    # The stop token is counted.
    assert figures["mean_length_correct"] == len(short) + 1
    assert figures["mean_length_wrong"] == len(long) + 1
    n_right = round(figures["pass_at_1"] * N)
    assert 0 < n_right < N
    total = n_right * (len(short) + 1) + (N - n_right) * (len(long) + 1)
    assert figures["mean_length"] == pytest.approx(total / N)


def test_an_answer_without_an_end_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    local = answer_with(monkeypatch, PARITY, lambda p: said(f"It is {p.answer}. " * 90))
    figures = verified(local, PARITY, n_problems=N, n_samples=1)
    assert figures["ended"] == figures["pass_at_1"] == 0
    assert figures["mean_length"] == PARITY.max_tokens


def test_tools_run_and_what_they_say_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(problem: Problem) -> list[int]:
        call = calling("calc", problem.worked.split(" = ")[0])
        return [*call, *call, *said(f"It is {problem.answer}.")]

    local = answer_with(monkeypatch, SUMS, script)
    problems = heldout(SUMS, N, random.Random("eval:tool_sums"))
    groups = attempts(local, SUMS, problems, 2, temperature=1.0, seed="eval")
    for problem, group in zip(problems, groups, strict=True):
        for marked in group:
            assert marked.said.n_calls == 2
            assert marked.is_correct
            assert marked.reward == pytest.approx(1.0), "one call too many"
            assert marked.length == len(script(problem)) + 1


def test_the_problems_are_held_out_different_and_the_same_every_time() -> None:
    for task in TASKS.values():
        drawn = heldout(task, 30, random.Random(1))
        assert {problem.split for problem in drawn} == {"heldout"}
        assert len({problem.question for problem in drawn}) == 30
        assert drawn == heldout(task, 30, random.Random(1))


@dataclass(frozen=True)
class Few:
    """A task of a few problems."""

    questions: tuple[str, ...]
    name: str = "few"
    tools: tuple[str, ...] = ()
    max_tokens: int = 4

    def draw(self, rng: random.Random) -> Problem:
        return Problem(task="few", question=rng.choice(self.questions), answer="1", worked="1")

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        return {"correct": 0.0}


def test_a_small_task_gives_what_it_has_and_one_without_held_out_problems_says_so() -> None:
    problems = [Problem(task="", question=f"{i}?", answer="", worked="") for i in range(60)]
    train = tuple(p.question for p in problems if p.split == "train")
    held = tuple(p.question for p in problems if p.split == "heldout")
    assert len(heldout(Few(train + held), 100, random.Random(1))) == len(held) > 3
    with pytest.raises(LabError, match="No problem of few is held out"):
        heldout(Few(train), 5, random.Random(1))


def test_samples_of_one_seed_are_the_same_and_problems_have_their_own_luck(pico_sft: Path) -> None:
    local = LocalModel.load(str(pico_sft))
    drawn = heldout(PARITY, 4, random.Random(2))

    def answers(seed: str) -> list[list[str]]:
        groups = attempts(local, PARITY, drawn, 3, temperature=1.0, seed=seed)
        return [[marked.said.text for marked in group] for group in groups]

    assert answers("a") == answers("a") != answers("b")
    twice = attempts(local, PARITY, [drawn[0]] * 2, 3, temperature=1.0, seed="a")
    assert [m.said for m in twice[0]] == [m.said for m in twice[1]]
    assert len({m.said.text for m in twice[0]}) > 1


def test_a_base_model_answers_behind_examples_and_without_tools(pico_base: Path) -> None:
    local = LocalModel.load(str(pico_base))
    figures = verified(local, Few(tuple(map(str, range(99)))), n_problems=2, n_samples=2)
    assert 0 < figures["mean_length"] <= 4
    with pytest.raises(LabError, match="calls no tools"):
        verified(local, SUMS, n_problems=1, n_samples=1)


@pytest.mark.parametrize(
    ("name", "numbers", "sentence"),
    [
        ("word_problems", {"n_problems": 0}, r"n = 0, .*--n"),
        ("word_problems", {"n_samples": -1}, r"samples = -1, .*--samples"),
        ("facts", {"n_problems": 5}, "The task facts has its own number"),
        ("nope", {"n_samples": 5}, r"no task 'nope'.*word_problems"),
    ],
)
def test_mistakes_are_told(
    pico_sft: Path, name: str, numbers: dict[str, int], sentence: str
) -> None:
    with pytest.raises(LabError, match=sentence):
        run_task(name, LocalModel.load(str(pico_sft)), **numbers)
