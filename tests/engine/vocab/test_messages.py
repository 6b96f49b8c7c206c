from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.conversation import Part, Turn
from engine.errors import LabError
from engine.vocab.messages import read_messages
from engine.vocab.pieces import MAX_BLANKS


def write(tmp_path: Path, value: object) -> Path:
    path = tmp_path / "chat.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_texts_and_parts(tmp_path: Path) -> None:
    parts = [{"type": "search", "text": "x"}, {"type": "output", "text": "y"}]
    path = write(
        tmp_path,
        [
            {"role": "system", "content": "a"},
            {"role": "user", "content": [{"type": "text", "text": ""}]},
            {"role": "assistant", "content": [*parts, {"type": "text", "text": "z"}]},
        ],
    )
    assert read_messages(path) == [
        Turn.of("system", "a"),
        Turn.of("user", ""),
        Turn("assistant", (Part("search", "x"), Part("output", "y"), Part("text", "z"))),
    ]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ([], "no JSON list of messages"),
        ({"role": "user", "content": "a"}, "no JSON list of messages"),
        (["a"], "Message 1 of .* not just the keys"),
        ([{"role": "user"}], "not just the keys"),
        ([{"role": "user", "content": "a", "tool_calls": []}], "not just the keys"),
        ([{"role": "tool", "content": "a"}], "the role 'tool'.*part of the assistant's turn"),
        ([{"role": ["user"], "content": "a"}], "the role"),
        ([{"role": "user", "content": None}], "neither a text nor a list"),
        ([{"role": "user", "content": []}], "neither a text nor a list"),
        ([{"role": "user", "content": ["a"]}], "a part that is not"),
        ([{"role": "user", "content": [{"type": "image", "text": "a"}]}], "a part that is not"),
        ([{"role": "user", "content": [{"type": "text", "text": 1}]}], "a part that is not"),
        ([{"role": "user", "content": [{"type": [], "text": "a"}]}], "a part that is not"),
        ([{"role": "user", "content": [{"type": "calc", "text": "1"}]}], "only an assistant's"),
        ([{"role": "user", "content": " " * (MAX_BLANKS + 1)}], "blanks in a row"),
    ],
)
def test_mistakes_are_a_sentence(value: object, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=sentence):
        read_messages(write(tmp_path, value))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be read"):
        read_messages(tmp_path / "none.json")
