import random
import re

import pytest

from engine.data.letter_words import letter_words
from engine.tasks import drawing
from engine.tasks.catalogue import TASKS
from engine.tasks.comparing import Comparing
from engine.tasks.task import Problem, Said
from engine.tasks.tool_sums import ToolSums
from engine.tasks.word_forms import FORMS
from tools.calculator import calculate


def drawn(name: str, n: int = 2_000) -> list[Problem]:
    rng = random.Random(5)
    return [TASKS[name].draw(rng) for _ in range(n)]


def correct(problem: Problem, text: str) -> float:
    return TASKS[problem.task].rewards(problem, Said(text=text, ended=True))["correct"]


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def steps(worked: str) -> list[tuple[str, str]]:
    return re.findall(r"([\d(][\d +x/*()-]*) = (\d+)", worked)


@pytest.mark.parametrize("name", ["word_problems", "addition", "tool_sums"])
def test_every_step_of_a_worked_answer_holds(name: str) -> None:
    for problem in drawn(name):
        found = steps(problem.worked)
        assert found
        for sum_, result in found:
            assert calculate(sum_.replace("x", "*")) == result, problem


def test_word_problems_stay_small_and_their_words_fit() -> None:
    for problem in drawn("word_problems", 4_000):
        found = steps(problem.worked)
        assert 2 <= len(found) <= 3
        assert all(int(result) <= 99 for _, result in found)
        assert all(int(result) <= 81 for sum_, result in found if "x" in sum_)
        assert not re.search(r"[{}]|\b[01] ", problem.question + problem.worked), problem
        known = {*numbers(problem.question), *(int(result) for _, result in found)}
        assert {n for sum_, _ in found for n in numbers(sum_)} <= known, "nothing from nowhere"


def test_all_forms_of_word_problems_are_drawn() -> None:
    shapes = {re.sub(r"\d+", "#", p.worked).split(". ")[0] for p in drawn("word_problems")}
    assert shapes >= {"# x # = #", "# + # = #", "# - # = #", "# / # = #"}
    asked = {re.sub(r"\d+", "#", p.question).split(". ")[-1] for p in drawn("word_problems")}
    assert len(FORMS) == len({form.story for form in FORMS}) >= 8
    assert len(asked) > 3 * len(FORMS)


def test_addition_carries_to_the_end() -> None:
    for problem in drawn("addition"):
        a, b = numbers(problem.question)
        assert int(problem.answer) == a + b
        assert {len(str(a)), len(str(b))} <= {3, 4}
        growing = re.findall(r"= \d+, (\d+)\.", problem.worked)
        assert growing[-1] == problem.answer
        assert all(problem.answer.endswith(part) for part in growing)
        totals = re.findall(r"= (\d+),", problem.worked)
        for total, before, after in zip(totals, ["", *growing], growing, strict=False):
            digits = total if after == growing[-1] else total[-1]
            assert after == digits + before, "what is carried counts in the next step"


def test_addition_keeps_a_zero_in_front_while_there_is_more_to_come() -> None:
    shown = [p.worked for p in drawn("addition") if re.search(r", 0\d", p.worked)]
    assert shown


def test_parity_runs_along_the_bits() -> None:
    for problem in drawn("parity"):
        bits = numbers(problem.question)
        assert 4 <= len(bits) <= 12
        assert problem.answer == ("odd" if sum(bits) % 2 else "even")
        assert numbers(problem.worked) == bits


def test_letters_are_counted() -> None:
    for problem in drawn("letter_counting"):
        found = re.search(r"(\w) stands (\d+) times? in (\w+)\.$", problem.worked)
        assert found is not None
        assert found[3].count(found[1]) == int(found[2]) == int(problem.answer)
        assert re.sub(r"[ \d,]", "", problem.worked.split(".")[0]) == found[3]
        assert f" {found[3]}" in problem.question


def test_backwards() -> None:
    for problem in drawn("spell_backwards"):
        assert f" {problem.answer[::-1]}" in problem.question
        assert problem.answer != problem.answer[::-1]
        assert correct(problem, f"It is {' '.join(problem.answer[::-1])}.") == 0
        assert correct(problem, f"It is {problem.answer}.") == 1


def test_sorting() -> None:
    for problem in drawn("sorting"):
        row = numbers(problem.question)
        assert 4 <= len(row) == len(set(row)) <= 7
        assert row != sorted(row) == numbers(problem.answer)
        given, right = " ".join(map(str, row)), problem.answer
        assert correct(problem, f"In order: {given}.") == 0
        assert correct(problem, f"In order: {right} {right}.") == 0
        assert correct(problem, f"In order: {given} {right}.") == 0
        assert correct(problem, f"In order: {right.rsplit(' ', 1)[0]}.") == 0
        assert correct(problem, right.replace(" ", ", ")) == 1


COMPARED = Problem(
    task="comparing", question="Which is more, 9.9 or 9.11?", answer="9.9", worked=""
)
LESS = Problem(task="comparing", question="Which is less, 9.9 or 9.11?", answer="9.11", worked="")


@pytest.mark.parametrize(
    ("problem", "text", "is_right"),
    [
        (COMPARED, "9.9", 1),
        (COMPARED, "9.90 is more.", 1),
        (COMPARED, "9.9 is greater than 9.11.", 1),
        (COMPARED, "9.11 is less than 9.9.", 1),
        (COMPARED, "9.11 is more than 9.9.", 0),
        (COMPARED, "9.9 is less.", 0),
        (COMPARED, "9.11 is less.", 0),
        (COMPARED, "9.9 9.11", 0),
        (COMPARED, "9.11 or 9.9 is more.", 0),
        (COMPARED, "9.9 is more than 9.11 and 9.11 is more than 9.9.", 0),
        (LESS, "9.11", 1),
        (LESS, "9.11 is less than 9.9.", 1),
        (LESS, "9.9 is more than 9.11.", 1),
        (LESS, "9.11 is more.", 0),
        (LESS, "9.9 is less.", 0),
    ],
)
def test_comparing_takes_one_clear_statement(problem: Problem, text: str, is_right: int) -> None:
    assert Comparing().rewards(problem, Said(text=text, ended=True))["correct"] == is_right


def test_comparing_meets_the_trap_often() -> None:
    traps = 0
    for problem in drawn("comparing"):
        x, y = re.findall(r"\d+\.\d+", problem.question)
        (whole_x, places_x), (whole_y, places_y) = x.split("."), y.split(".")
        as_version = (int(whole_x), int(places_x)) > (int(whole_y), int(places_y))
        traps += as_version != (float(x) > float(y))
    assert 0.15 < traps / 2_000 < 0.6


@pytest.mark.parametrize(
    ("n_calls", "calls"), [(0, 0.0), (1, 0.0), (2, -0.1), (4, -0.3), (50, -0.5)]
)
def test_each_call_too_many_costs(n_calls: int, calls: float) -> None:
    problem = drawn("tool_sums", 1)[0]
    rewards = ToolSums().rewards(
        problem, Said(text=f"It is {problem.answer}.", ended=True, n_calls=n_calls)
    )
    assert rewards["correct"] == 1
    assert rewards["calls"] == pytest.approx(calls)
    assert sum(rewards.values()) > 0.5


def test_tool_sums_are_whole_and_use_the_calculator() -> None:
    assert ToolSums().tools == ("calc",)
    assert all(problem.answer.isdigit() for problem in drawn("tool_sums"))


def test_an_invented_word_that_is_held_out_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    invented = iter(("Chess", "Trout", "Vessen"))
    monkeypatch.setattr(drawing, "INVENTED", 1.0)
    monkeypatch.setattr(drawing, "invented", lambda rng: next(invented))
    assert {"chess", "trout"} <= {*letter_words("development")}
    assert drawing.word(random.Random(1)) == "vessen"
