import random
import sys
from types import ModuleType
from typing import Any

import pytest

from engine.errors import LabError
from engine.tasks.catalogue import task_named
from engine.tasks.task import Problem, Said


class ProceduralDataset:
    """As much of reasoning-gym's as the adapter touches."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def score_answer(self, answer: str, entry: dict[str, Any]) -> float:
        raise AssertionError("never called: some evaluate what a model says")


class Sums(ProceduralDataset):
    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"question": f"{index} + 1 = ?", "answer": str(index + 1), "metadata": {}}


class OwnSums(Sums):
    def score_answer(self, answer: str, entry: dict[str, Any]) -> float:
        raise AssertionError("never called")


class Words(ProceduralDataset):
    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"question": f"Which is word {index}?", "answer": "Yes\n3  4", "metadata": {}}


class OwnWords(Words):
    def score_answer(self, answer: str, entry: dict[str, Any]) -> float:
        raise AssertionError("never called")


DATASETS = {"sums": Sums, "own_sums": OwnSums, "words": Words, "own_words": OwnWords}


def create_dataset(name: str, **options: Any) -> ProceduralDataset:
    if name not in DATASETS:
        raise ValueError(f"Dataset '{name}' not registered")
    return DATASETS[name](**options)


@pytest.fixture(autouse=True)
def _gym(monkeypatch: pytest.MonkeyPatch) -> None:
    gym, base = ModuleType("reasoning_gym"), ModuleType("reasoning_gym.dataset")
    gym.create_dataset = create_dataset  # type: ignore[attr-defined]
    base.ProceduralDataset = ProceduralDataset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "reasoning_gym", gym)
    monkeypatch.setitem(sys.modules, "reasoning_gym.dataset", base)


def correct(name: str, text: str, *, ended: bool = True) -> float:
    task = task_named(name)
    return task.rewards(task.draw(random.Random(1)), Said(text=text, ended=ended))["correct"]


@pytest.mark.parametrize("name", ["gym:sums", "gym:own_sums"])
def test_numbers_are_compared_here(name: str) -> None:
    task = task_named(name)
    assert task.name == name
    problem = task.draw(random.Random(1))
    assert problem == task.draw(random.Random(1)) != task.draw(random.Random(2))
    assert problem.task == name
    assert correct(name, problem.worked) == 1
    assert correct(name, f"It is {problem.answer}.0!") == 1
    assert correct(name, f"It is {problem.answer}{problem.answer}.") == 0
    assert correct(name, f"It is {problem.answer} or 3.") == 0
    assert correct(name, "__import__('os').system('true')") == 0


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("Yes 3 4", 1),
        ("The answer is: Yes\n3 4.", 1),
        ("The answer is Yes\n3 4.", 1),
        ('Answer: "Yes 3 4"', 1),
        ("Yes 3 4 5", 0),
        ("No. Yes 3 4", 0),
        ("yes 3 4", 0),
        ("", 0),
    ],
)
def test_texts_are_compared_whole(text: str, is_right: int) -> None:
    assert correct("gym:words", text) == is_right
    assert correct("gym:words", text, ended=False) == 0


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("gym:nope", "makes no data set 'nope'"), ("gym:own_words", "answers in several forms")],
)
def test_what_it_cannot_do_is_told(name: str, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        task_named(name)


def test_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    with pytest.raises(LabError, match=r"pip install 'llmlab\[gym\]'"):
        task_named("gym:gcd")


def test_an_answer_of_another_problem_is_wrong() -> None:
    task = task_named("gym:sums")
    problem = Problem(task="gym:sums", question="1 + 1 = ?", answer="2", worked="2")
    assert task.rewards(problem, Said(text="1,000", ended=True))["correct"] == 0
