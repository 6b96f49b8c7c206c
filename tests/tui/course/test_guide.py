from __future__ import annotations

from typing import Any

from tui.course.conditions import Check, Condition
from tui.course.facts import Fact
from tui.course.guide import Guide
from tui.course.steps import Course, Step
from tui.course.words import MISSING, MOST_SHOWN, with_keys, with_values


def check(name: str, *, wanted: str = "wrong", before: bool = False) -> Check:
    return Check(name, "answer", (Condition("outcome", "is", wanted),), before)


def step(id_: str, *checks: Check, done: str = "Done.") -> Step:
    return Step(
        id=id_, title=id_, part="", text="", pane="compare", action="", checks=checks, done=done
    )


def answer(outcome: str = "wrong", **values: Any) -> Fact:
    return Fact("answer", {"outcome": outcome, **values})


def guide(*steps: Step) -> Guide:
    return Guide(Course(id="c", steps=steps))


def test_a_step_comes_true_once() -> None:
    one, two = step("one", check("a"), done="It was {a.outcome}."), step("two", check("a"))
    course = guide(one, two)
    assert not course.take(answer())  # No step is on.
    course.begin(one)
    assert (course.state(one), course.state(two)) == ("on", "open")
    assert not course.take(answer("correct"))
    assert course.take(answer())
    assert course.complete
    assert course.said == {"one": "It was wrong."}
    assert not course.take(answer())
    assert course.proposed is two
    assert course.evidence == {"a": {"outcome": "wrong"}}


def test_all_checks_have_to_come_true_each_by_a_fact_of_its_own() -> None:
    course = guide(step("one", check("a"), check("b"), check("c", wanted="correct")))
    course.begin(course.course.steps[0])
    assert course.take(answer())
    assert course.take(answer("correct"))
    assert not course.complete
    assert not course.take(answer("correct"))
    assert course.take(answer())
    assert course.complete


def test_what_was_before_counts_only_where_the_step_says_so() -> None:
    looks_back, looks_on = step("back", check("a", before=True)), step("on", check("a"))
    course = guide(looks_back, looks_on)
    course.take(answer())
    course.begin(looks_on)
    assert not course.complete
    course.begin(looks_back)
    assert course.complete


def test_a_done_step_can_be_gone_through_again_and_stays_done() -> None:
    course = guide(step("one", check("a")), step("two", check("a")))
    one, two = course.course.steps
    course.said["one"] = "Before."
    assert course.proposed is two
    course.begin(one)
    assert course.state(one) == "on"
    course.leave()
    assert course.state(one) == "done"
    assert course.said["one"] == "Before."


def test_what_is_proposed_goes_around() -> None:
    course = guide(*(step(name, check("a")) for name in "abc"))
    a, b, c = course.course.steps
    assert course.proposed is a
    course.begin(c)
    assert course.proposed is c
    course.take(answer())
    assert course.proposed is a
    course.begin(b)
    course.take(answer())
    assert course.proposed is a
    course.begin(a)
    course.take(answer())
    assert course.n_done == 3
    assert course.proposed is b  # All are done: simply the next.


def test_sentences() -> None:
    found = {"a": answer(text="x\n\x1b[31m" + "y" * 99, tokens=1200, fall=-0.25, chat=True)}
    said = with_values("{a.text}|{a.tokens}|{a.fall}|{a.fall%}|{a.chat}|{a.gone}|{b.text}", found)
    text, *others = said.split("|")
    assert text.startswith("x↵␛[31myy")
    assert len(text) == MOST_SHOWN
    assert text.endswith("…")
    assert others == ["1 200", "−0.25", "−25%", "yes", MISSING, MISSING]
    # What came from a model is filled in once, never read as a sentence of the course.
    assert with_values("{a.text}", {"a": answer(text="{a.outcome}")}) == "{a.outcome}"
    assert with_keys("{key:a.b} and {key:c}", {"a.b": "^t", "c": "x"}.__getitem__) == "^t and x"


def test_what_had_come_true_counts_again_unless_the_check_is_another_one() -> None:
    (one,) = guide(step("one", check("a"), check("b", wanted="correct"), check("c"))).course.steps
    course = guide(one)
    course.begin(one, {"a": answer(), "b": answer("wrong"), "gone": answer()})
    assert set(course.found) == {"a"}
    assert not course.complete
    course.begin(one, {"a": answer(), "b": answer("correct"), "c": answer()})
    assert course.complete
