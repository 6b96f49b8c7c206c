import itertools
import random
import re
import subprocess
import sys
from collections import Counter

import pytest

from engine.data.letter_words import letter_words
from engine.errors import LabError
from engine.tasks.catalogue import TASKS, demonstration, task_named
from engine.tasks.task import HELDOUT_OF, Problem, Said, Split, Task, problems

N = 1_500
NAMES = sorted(TASKS)


def drawn(task: Task, seed: object = 1, n: int = N) -> list[Problem]:
    rng = random.Random(repr(seed))
    return [task.draw(rng) for _ in range(n)]


def said(text: str, *, ended: bool = True, n_calls: int = 0) -> Said:
    return Said(text=text, ended=ended, n_calls=n_calls)


@pytest.mark.parametrize("name", NAMES)
def test_what_fine_tuning_shows_is_right_by_the_tasks_own_verifier(name: str) -> None:
    task = TASKS[name]
    for problem in drawn(task):
        assert problem.task == name == task.name
        for answer in filter(None, (problem.worked, problem.direct)):
            rewards = task.rewards(problem, said(answer))
            assert rewards["correct"] == 1, (problem, answer)
            assert sum(rewards.values()) == pytest.approx(1.1)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_to_another_problem_is_wrong(name: str) -> None:
    task = TASKS[name]
    for problem, other in itertools.pairwise(drawn(task, n=400)):
        if problem.answer != other.answer:
            assert task.rewards(problem, said(other.worked))["correct"] == 0, (problem, other)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "I do not know.",
        " ".join(map(str, range(1000))),
        "even odd even",
        "It is even or odd.",
        "It is " + " or ".join(map(str, range(200))) + ".",
        "9" * 5_000,
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
        "\ud800 \N{ARABIC-INDIC DIGIT THREE}",
        "=" * 3_000,
        "1/0",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_saying_everything_or_nothing_is_wrong(name: str, text: str) -> None:
    for problem in drawn(TASKS[name], n=100):
        assert TASKS[name].rewards(problem, said(text))["correct"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_question_given_back_is_wrong(name: str) -> None:
    task = TASKS[name]
    for problem in drawn(task, n=400):
        assert task.rewards(problem, said(problem.question))["correct"] == 0, problem


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_cut_off_is_wrong_even_if_it_reads_right(name: str) -> None:
    for problem in drawn(TASKS[name], n=50):
        rewards = TASKS[name].rewards(problem, said(problem.worked, ended=False))
        assert rewards["correct"] == rewards["format"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_draws_the_same_problems_and_another_one_others(name: str) -> None:
    task = TASKS[name]
    assert drawn(task, "a", 50) == drawn(task, "a", 50) != drawn(task, "b", 50)


@pytest.mark.parametrize("name", NAMES)
def test_one_problem_in_so_many_is_held_out_and_no_question_is_in_both_splits(name: str) -> None:
    splits: dict[str, set[Split]] = {}
    for problem in drawn(TASKS[name]):
        splits.setdefault(problem.question, set()).add(problem.split)
    assert all(len(split) == 1 for split in splits.values())
    share = sum("heldout" in split for split in splits.values()) / len(splits)
    assert abs(share - 1 / HELDOUT_OF) < 0.06
    assert len(splits) > 0.45 * N, "a task is learned from many problems"
    for split in ("train", "heldout"):
        first = list(itertools.islice(problems(TASKS[name], split, random.Random(2)), 20))
        assert {problem.split for problem in first} == {split}


def content(problem: Problem) -> str:
    """What a problem asks for, whatever its wording."""
    if problem.task == "spell_backwards":
        return problem.answer
    if problem.task == "comparing":
        return " ".join(sorted(re.findall(r"\d+\.\d+", problem.question)))
    return problem.worked


@pytest.mark.parametrize("name", sorted({*NAMES} - {"word_problems"}))
def test_no_sum_and_no_word_stands_in_both_splits_in_other_words(name: str) -> None:
    # Of a story the steps alone are no problem: different forms share them.
    splits: dict[str, set[Split]] = {}
    for problem in drawn(TASKS[name], n=6_000):
        splits.setdefault(content(problem), set()).add(problem.split)
    mixed = [key for key, split in splits.items() if len(split) > 1]
    assert not mixed


def test_a_story_with_the_same_numbers_is_the_same_story() -> None:
    seen: dict[tuple[str, ...], set[str]] = {}
    for problem in drawn(TASKS["word_problems"], n=6_000):
        numbers = tuple(word for word in problem.question.split() if word[0].isdigit())
        key = (problem.worked.split("= ")[-1], problem.worked.split(". ")[0], *numbers)
        seen.setdefault(key, set()).add(problem.question)
    # Two forms can have the same numbers ("each gets", "each costs"), never dozens of wordings.
    assert max(map(len, seen.values())) <= 3


@pytest.mark.parametrize("name", NAMES)
def test_several_wordings(name: str) -> None:
    begins = Counter(tuple(p.question.split()[:2]) for p in drawn(TASKS[name], n=300))
    assert len(begins) >= 3


def test_no_demonstration_is_held_out_and_all_tasks_without_tools_are_shown() -> None:
    rng = random.Random(3)
    held = {p.question for task in TASKS.values() for p in drawn(task) if p.split == "heldout"}
    shown = [demonstration(rng) for _ in range(4_000)]
    assert not held & {question for question, _ in shown}
    for question, answer in shown:
        problem = Problem(task="", question=question, answer="", worked="")
        assert problem.split == "train"
        assert answer
    assert {p.split for p in (Problem(task="", question=q, answer="", worked="") for q, _ in
            (demonstration(rng, split="heldout") for _ in range(50)))} == {"heldout"}  # fmt: skip


def test_parity_is_mostly_answered_at_once_and_sometimes_thought_over() -> None:
    rng = random.Random(4)
    answers = [a for q, a in (demonstration(rng) for _ in range(4_000)) if " ones " in q]
    direct = sum(answer in ("It is even.", "It is odd.") for answer in answers) / len(answers)
    assert 0.89 < direct < 0.95


def test_words_whose_letters_are_held_out_are_never_drawn() -> None:
    never = {*letter_words("heldout"), *letter_words("development")}
    for name in ("letter_counting", "spell_backwards"):
        words = {re.findall("[a-z]{5,}", p.worked)[-1 if "stand" in p.worked else 0]
                 for p in drawn(TASKS[name], n=8_000)}  # fmt: skip
        assert not never & words
        assert {*letter_words("train")} & words, "common words are drawn too"


def test_an_unknown_task_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(LabError, match=r"no task 'sums'\. .*word_problems, addition"):
        task_named("sums")


def test_no_torch() -> None:
    code = "import sys, engine.tasks.catalogue; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
