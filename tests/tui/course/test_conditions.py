from __future__ import annotations

import re
from typing import Any

import pytest

from tui.course.conditions import COMPARISONS, Check, Condition, conditions
from tui.course.facts import KINDS, Fact


def holds(table: dict[str, Any], **values: Any) -> bool:
    return all(each.holds(values) for each in conditions("answer", table))


@pytest.mark.parametrize(
    ("table", "values", "expected"),
    [
        ({"outcome": "wrong"}, {"outcome": "wrong"}, True),
        ({"outcome": "wrong"}, {"outcome": "correct"}, False),
        ({"outcome": "wrong"}, {}, False),
        ({"outcome": {"is_not": "wrong"}}, {}, False),
        ({"outcome": {"is_not": "wrong"}}, {"outcome": "correct"}, True),
        ({"outcome": {"one_of": ["wrong", "abstained"]}}, {"outcome": "abstained"}, True),
        ({"outcome": {"one_of": ["wrong", "abstained"]}}, {"outcome": "correct"}, False),
        ({"tokens": {"at_least": 5}}, {"tokens": 5}, True),
        ({"tokens": {"above": 5}}, {"tokens": 5}, False),
        ({"tokens": {"at_most": 5}}, {"tokens": 5}, True),
        ({"tokens": {"below": 5}}, {"tokens": 5}, False),
        ({"tokens": {"above": 1, "below": 3}}, {"tokens": 2}, True),
        ({"tokens": {"above": 1, "below": 3}}, {"tokens": 3}, False),
        ({"text": {"contains": "DUNBURY"}}, {"text": "from Dunbury."}, True),
        ({"text": {"lacks": "dunbury"}}, {"text": "from Dunbury."}, False),
        ({"chat": True}, {"chat": False}, False),
        ({"pane": "chat", "outcome": "wrong"}, {"pane": "chat", "outcome": "correct"}, False),
    ],
)
def test_what_holds(table: dict[str, Any], values: dict[str, Any], expected: bool) -> None:
    assert holds(table, **values) is expected


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"outcom": "wrong"}, "outcom: a fact 'answer' has no such value; it has pane, model"),
        ({"tokens": "5"}, "tokens: '5' is not a whole number"),
        ({"tokens": True}, "tokens: True is not a whole number"),
        ({"tokens": {"atleast": 5}}, "tokens: there is no comparison 'atleast'; there are is,"),
        ({"text": {"at_least": 5}}, "text: at_least compares numbers, and this is text"),
        ({"tokens": {"contains": "5"}}, "tokens: contains looks into text"),
        ({"tokens": {}}, "tokens: the comparison is empty"),
        ({"tokens": {"one_of": 5}}, "tokens: one_of takes a list"),
        ({"tokens": {"one_of": []}}, "tokens: one_of takes a list"),
        ({"tokens": {"one_of": [1, "2"]}}, "tokens: '2' is not a whole number"),
        ({"chat": 1}, "chat: 1 is not true or false"),
        ({"text": ["a"]}, "text: ['a'] is not text"),
    ],
)
def test_what_is_no_condition(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        list(conditions("answer", table))
    assert str(caught.value).startswith(said)


def test_a_whole_number_is_a_number() -> None:
    (only,) = conditions("training", {"fall": {"at_least": 1}})
    assert only == Condition("fall", "at_least", 1)


def test_a_check_is_of_one_kind() -> None:
    check = Check("answer", "answer", (Condition("outcome", "is", "wrong"),))
    assert check.met_by(Fact("answer", {"outcome": "wrong"}))
    assert not check.met_by(Fact("probe", {"outcome": "wrong"}))


def test_every_comparison_and_kind_is_in_the_docs() -> None:
    from pathlib import Path

    page = Path("docs/course.md").read_text("utf-8")
    for name in (*COMPARISONS, *KINDS, *{value for kind in KINDS.values() for value in kind}):
        assert f"`{name}`" in page, name
