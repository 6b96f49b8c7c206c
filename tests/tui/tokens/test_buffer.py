"""The text under the cursor: edits, the way back, and what it does not take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.tokens import buffer as module
from tui.tokens.buffer import Buffer, Edit

EDITS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.text("ab \n", max_size=3)), max_size=12
)


@given(st.text("ab \n", max_size=20), EDITS)
def test_listeners_can_follow_and_undo_leads_back(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    buffer, followed = Buffer(text), [text]

    def follow(edit: Edit) -> None:
        end = edit.start + len(edit.old)
        assert followed[-1][edit.start : end] == edit.old
        followed.append(followed[-1][: edit.start] + edit.new + followed[-1][end:])

    buffer.listeners.append(follow)
    for place, other, new in edits:
        buffer.go_to(place)
        buffer.go_to(other, select=True)
        if new:
            buffer.insert(new)
        else:
            buffer.delete(buffer.cursor - 1, buffer.cursor)
        assert followed[-1] == buffer.text
        assert 0 <= buffer.cursor <= len(buffer.text)
    after = buffer.text
    while buffer.undo():
        pass
    assert buffer.text == text == followed[-1]
    while buffer.redo():
        pass
    assert buffer.text == after == followed[-1]


def test_typed_words_are_taken_back_as_words() -> None:
    buffer = Buffer()
    for character in "one two":
        buffer.insert(character)
    buffer.undo()
    assert buffer.text == "one"
    buffer.go_to(0)
    buffer.insert("x")
    buffer.go_to(1)
    buffer.insert("y")
    buffer.undo()
    assert buffer.text == "xone"


@pytest.mark.parametrize(
    ("typed", "text"),
    [("a\rb\r\nc", "a\nb\r\nc"),
     ("\ud800x", "\ufffdx"), ("\ud83d\ude00", "😀"),
     ("\x1b[2J", "\x1b[2J")],
)  # fmt: skip
def test_what_is_pasted(typed: str, text: str) -> None:
    buffer = Buffer()
    buffer.insert(typed)
    assert buffer.text == text


def test_a_text_is_bounded_and_so_is_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARACTERS", 100)
    monkeypatch.setattr(module, "MOST_REMEMBERED", 300)
    buffer = Buffer("x" * 90)
    buffer.go_to(90)
    assert buffer.insert("y" * 30) == 20
    assert buffer.text == "x" * 90 + "y" * 10
    assert buffer.replace("z" * 100) == 0
    assert buffer.replace("a" * 100) == 0
    assert buffer.undo()
    assert buffer.text == "z" * 100
    assert not buffer.undo()


@pytest.mark.parametrize(
    ("place", "direction", "leads_to"),
    [(0, 1, 4), (4, 1, 7), (7, 1, 8), (8, -1, 7), (7, -1, 4), (4, -1, 0), (0, -1, 0), (8, 1, 8)],
)
def test_words_are_jumped_over(place: int, direction: int, leads_to: int) -> None:
    assert Buffer("one two!").word_from(place, direction) == leads_to
