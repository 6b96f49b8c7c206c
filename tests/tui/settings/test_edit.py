from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.settings.edit import CannotEditError, flat, line_of, toml, with_value, without

BY_HAND = """# mine
top = 1

[screen]   # how it looks
theme = "nord"  # the best one; "#" is no comment in a string
  ascii   =   "a # b"   # kept

[compare]
columns = [
    "nano/base",  # the first
    "nano/idk",
]
note = \"\"\"
[chat]
tools = 3
\"\"\"

[keys]
compare.own = "O"
"app.quit" = "ctrl+x"
"""


def changed(text: str, key: str, value: object) -> str:
    """The text with one key changed, checked to have no other changes."""
    after = with_value(text, key, value, "about it")
    assert flat(tomllib.loads(after)) == {**flat(tomllib.loads(text)), key: value}
    return after


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("screen.theme", "lab-light",
         'theme = "lab-light"  # the best one; "#" is no comment in a string'),
        ("screen.ascii", "x", '  ascii = "x"  # kept'),
        ("compare.columns", ["a"], 'columns = ["a"]'),
        ("keys.compare.own", "P", 'compare.own = "P"'),
        ("keys.app.quit", "q", '"app.quit" = "q"'),
        ("keys.app.help", "f12", '"app.help" = "f12"'),
        ("chat.tools", False, "tools = false"),
        ("screen.animations", False, "animations = false"),
    ],
)  # fmt: skip
def test_one_line_changes_and_all_others_stay(key: str, value: object, line: str) -> None:
    after = changed(BY_HAND, key, value)
    assert line in after.split("\n")
    stayed = [each for each in BY_HAND.split("\n") if each in after.split("\n")]
    assert len(stayed) >= BY_HAND.count("\n") - 3  # an array has four lines


def test_a_new_line_stands_in_its_section_with_words_about_it() -> None:
    lines = changed(BY_HAND, "screen.animations", False).split("\n")
    at = lines.index("animations = false")
    assert lines[at - 1] == "# about it"
    assert lines.index("[screen]   # how it looks") < at < lines.index("[compare]")


def test_what_was_added_goes_without_a_trace() -> None:
    assert without(
        changed(BY_HAND, "screen.animations", False), "screen.animations", "about it"
    ) == (BY_HAND)
    assert without(BY_HAND, "compare.seed", "") == BY_HAND
    assert '"nord"' not in without(BY_HAND, "screen.theme", "")


@pytest.mark.parametrize(
    "text", ['screen = {theme = "a", ascii = "b"}', "[[screen]]\nx = 1", "[screen.theme]\na = 1"]
)
def test_what_no_line_can_change_is_refused(text: str) -> None:
    with pytest.raises(CannotEditError):
        with_value(text, "screen.theme", "c", "")


@pytest.mark.parametrize(
    ("key", "line"),
    [("screen.theme", 5), ("compare.note", 13), ("keys.app.quit", 20), ("screen.gone", 4),
     ("nowhere.at_all", None)],
)  # fmt: skip
def test_lines_are_found(key: str, line: int | None) -> None:
    assert line_of(BY_HAND, key) == line


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
values: Any = st.one_of(
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.lists(texts, max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(values)
def test_any_value_reads_back(value: object) -> None:
    assert tomllib.loads(f"x = {toml(value)}")["x"] == value


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a.x", "a.y z", "b.c.d", "b.x"]), values), max_size=6))
def test_any_order_of_changes_ends_at_the_last_of_each(steps: list[tuple[str, object]]) -> None:
    text = "# begins\n"
    for key, value in steps:
        text = with_value(text, key, value, "words")
    assert flat(tomllib.loads(text)) == dict(steps)
    for key in dict(steps):
        text = without(text, key, "words")
    assert flat(tomllib.loads(text)) == {}
    assert "words" not in text
