"""A user's file, as bad as files get: every bad line named, all others kept."""

from __future__ import annotations

import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import LabError
from engine.probes.makers import file as file_maker
from engine.probes.makers.file import (
    MAX_ANSWER_CHARS,
    MAX_LINE_BYTES,
    MAX_LISTED,
    MAX_QUESTION_CHARS,
    BadLine,
    line_of,
    read_questions,
)
from engine.probes.question import Question

GOOD = b'{"question": "What is the capital of France?", "answer": "Paris"}\n'


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to_file(data: bytes | str) -> Path:
        path = tmp_path / "questions.jsonl"
        path.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
        return path

    return to_file


def test_all_keys(write: Any) -> None:
    lines = [
        {"question": " Who? ", "answer": [" Ann ", "Annie"], "id": "a", "group": "people"},
        {"question": "How many?", "answer": "1,000", "judging": "number"},
        {"question": "Who is Zorblax?", "unknown": True, "wordings": ["Tell me who Zorblax is."]},
        {"question": "x?", "answer": "x + 1", "judging": "symbolic", "unknown": False},
    ]
    questions, bad = read_questions(write("\n\n".join(map(json.dumps, lines))))
    assert bad == []
    assert questions == [
        Question(id="a", text="Who?", answer="Ann", aliases=("Annie",), group="people"),
        Question(
            id="line-3", text="How many?", answer="1,000", judging="number", group="answerable"
        ),
        Question(
            id="line-5",
            text="Who is Zorblax?",
            answer=None,
            wordings=("Tell me who Zorblax is.",),
            group="unanswerable",
        ),
        Question(id="line-7", text="x?", answer="x + 1", judging="symbolic", group="answerable"),
    ]


def test_what_was_written_is_read_again(write: Any) -> None:
    written = [
        Question(id="a", text="Who?\u2028", answer="Ann\u00e9", aliases=("A",), group="g"),
        Question(id="b", text="2?", answer="2", judging="number", wordings=("3?",), group="g"),
        Question(id="c", text='"Who"\n?', answer=None, group="g"),
    ]
    questions, bad = read_questions(write("\n".join(map(line_of, written))))
    assert bad == []
    assert questions == [replace(written[0], text="Who?"), *written[1:]]
    with pytest.raises(ValueError, match="pocket web"):
        line_of(Question(id="w", text="?", answer="x", judging="world"))


BAD_LINES: list[tuple[bytes | str, str]] = [
    ('{"question": "Q?"}', "answer is missing"),
    ('{"question": "Q?", "unknown": false}', "answer is missing"),
    ('{"question": "Q?", "answer": ""}', "answer is empty"),
    ('{"question": "Q?", "answer": "  \\n"}', "answer is empty"),
    ('{"question": "Q?", "answer": []}', "answer is an empty list"),
    ('{"question": "Q?", "answer": ["a", ""]}', "answer[1] is empty"),
    ('{"question": "Q?", "answer": ["a", 2]}', "answer[1] is a number"),
    ('{"question": "Q?", "answer": 42}', "answer is a number, not a text; put it in quotes"),
    ('{"question": "Q?", "answer": true}', "answer is true or false"),
    ('{"question": "Q?", "answer": null}', "answer is null"),
    ('{"question": "Q?", "answer": {"a": 1}}', "answer is an object"),
    ('{"question": "Q?", "answer": "a", "unknown": true}', "leave one of them out"),
    ('{"question": "Q?", "answer": "a", "unknown": "no"}', "unknown is a text"),
    ('{"answer": "a"}', "question is missing"),
    ('{"question": "", "answer": "a"}', "question is empty"),
    ('{"question": 3, "answer": "a"}', "question is a number"),
    ('{"question": ["Q?"], "answer": "a"}', "question is a list"),
    ('{"question": "Q?", "answer": "a", "id": ""}', "id is empty"),
    ('{"question": "Q?", "answer": "a", "id": 7}', "id is a number"),
    ('{"question": "Q?", "answer": "a", "group": null}', "group is null"),
    ('{"question": "Q?", "answer": "a", "wordings": "Q"}', "wordings is a text, not a list"),
    ('{"question": "Q?", "answer": "a", "wordings": [1]}', "wordings[0] is a number"),
    ('{"question": "Q?", "answer": "a", "judging": "world"}', "judging is 'world'"),
    ('{"question": "Q?", "answer": "a", "judging": ["exact"]}', "judging is a list"),
    ('{"question": "Q?", "answer": "many", "judging": "number"}', "answer 'many' is no number"),
    ('{"question": "Q?", "anwser": "a"}', "unknown key 'anwser'; did you mean answer?"),
    ('{"question": "Q?", "answer": "a", "xyz": 1}', "unknown key 'xyz'; known are question"),
    ('{"question": "Q?", "answer": "a", "answer": "b"}', "'answer' stands there twice"),
    ('{"question": "Q?", "answer": "\\ud800"}', "answer holds half of a character"),
    ('{"question": "Q?", "answer": NaN}', "NaN is not JSON"),
    ('{"question": "Q?", "answer": ' + "9" * 5000 + "}", "the line is not JSON"),
    ("[" * 50_000, "the line is nested too deeply"),
    ('["Q?", "a"]', "the line is a list, not an object"),
    ('"Q?"', "the line is a text, not an object"),
    ("3", "the line is a number, not an object"),
    ("Q? a", "the line is not JSON"),
    ('{"question": "Q?", "answer": "a"', "the line is not JSON"),
    (b'{"question": "Q\xff?", "answer": "a"}', "the line is not UTF-8"),
    (b"\xef\xbb\xbf" + GOOD.strip(), "the line is not JSON"),
    ('{"question": "' + "Q" * (MAX_QUESTION_CHARS + 1) + '", "answer": "a"}', "question has 4,001"),
    ('{"question": "Q?", "answer": "' + "a" * (MAX_ANSWER_CHARS + 1) + '"}', "answer has 1,001"),
    (json.dumps({"question": "Q?", "answer": ["a"] * (MAX_LISTED + 1)}), "answer has 65 texts"),
    ('{"question": "' + "Q" * (1 << 20) + '", "answer": "a"}', "the line has more than 65,536"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "why"), BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_line_is_named_and_the_rest_is_kept(write: Any, line: bytes | str, why: str) -> None:
    data = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
    questions, bad = read_questions(write(GOOD + data + b"\n" + GOOD))
    assert [question.id for question in questions] == ["line-1", "line-3"]
    assert [each.line for each in bad] == [2]
    assert why in bad[0].why
    assert bad[0].why.isprintable()
    assert len(bad[0].why) < 300


def test_all_bad_lines_at_once(write: Any) -> None:
    data = b"\n".join(
        line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        for line, _ in BAD_LINES
    )
    questions, bad = read_questions(write(GOOD + data))
    assert len(questions) == 1
    assert [each.line for each in bad] == list(range(2, len(BAD_LINES) + 2))


def test_duplicate_ids_are_named_with_the_first_line(write: Any) -> None:
    line = '{"question": "Q?", "answer": "a", "id": "same"}\n'
    questions, bad = read_questions(write(line + "{}\n" + line + line))
    assert len(questions) == 1
    assert bad[1:] == [
        BadLine(3, "id 'same' stands on line 1 already"),
        BadLine(4, "id 'same' stands on line 1 already"),
    ]


def test_a_bad_line_takes_no_id(write: Any) -> None:
    line = '{"question": "Q?", "answer": "a", "id": "same"}\n'
    questions, bad = read_questions(write(line.replace('"a"', '""') + line))
    assert len(questions) == len(bad) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.rstrip(),
        b"\n \t\r\n" + GOOD + b"\n\n",
    ],
    ids=["BOM", "CRLF", "no end of line", "blank lines"],
)
def test_harmless_variants(write: Any, data: bytes) -> None:
    questions, bad = read_questions(write(data))
    assert [question.text for question in questions] == ["What is the capital of France?"]
    assert bad == []


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_the_longest_line(write: Any, extra: int) -> None:
    line = GOOD.rstrip().ljust(MAX_LINE_BYTES + extra) + b"\n"
    questions, bad = read_questions(write(line + GOOD))
    assert len(questions) == (1 if extra > 0 else 2)
    assert [each.line for each in bad] == ([1] if extra > 0 else [])


def test_a_long_last_line_without_an_end(write: Any) -> None:
    questions, bad = read_questions(write(GOOD + b"x" * (MAX_LINE_BYTES + 1)))
    assert len(questions) == 1
    assert [each.line for each in bad] == [2]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n"])
def test_an_empty_file_is_a_sentence(write: Any, data: bytes) -> None:
    with pytest.raises(LabError, match="holds no questions"):
        read_questions(write(data))


def test_utf16_is_bad_line_by_line(write: Any) -> None:
    questions, bad = read_questions(write(GOOD.decode().encode("utf-16")))
    assert questions == []
    assert "UTF-8" in bad[0].why


def test_what_is_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be read: No such file"):
        read_questions(tmp_path / "none")
    with pytest.raises(LabError, match="is a folder"):
        read_questions(tmp_path)
    with pytest.raises(LabError, match="cannot be read"):
        read_questions(tmp_path / "a\0b")
    with pytest.raises(LabError, match="cannot be read"):
        read_questions(tmp_path / ("x" * 5000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LabError, match="no regular file"):
        read_questions(tmp_path / "pipe")


def test_a_file_that_is_too_large(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_maker, "MAX_FILE_BYTES", len(GOOD))
    assert len(read_questions(write(GOOD))[0]) == 1
    with pytest.raises(LabError, match="are read at most"):
        read_questions(write(GOOD + b"\n"))


@pytest.mark.parametrize("rest", [GOOD, b"\n" + GOOD])
def test_too_many_lines_are_said(write: Any, monkeypatch: pytest.MonkeyPatch, rest: bytes) -> None:
    monkeypatch.setattr(file_maker, "MAX_LINES", 2)
    assert read_questions(write(GOOD * 2))[1] == []
    questions, bad = read_questions(write(GOOD * 2 + rest))
    assert len(questions) == 2
    assert bad == [BadLine(3, "the file goes on, but only 2 lines are read")]


LINE = '{"question": "What is %d + 1?", "answer": "%d"}\n'


def test_a_hundred_thousand_lines(write: Any) -> None:
    questions, bad = read_questions(write("".join(LINE % (i, i + 1) for i in range(100_000))))
    assert len(questions) == 100_000
    assert bad == []


def test_nothing_is_held_but_the_questions(write: Any) -> None:
    path = write("".join(LINE % (i, i + 1) for i in range(5_000)) + "x" * (8 << 20) + "\n")
    tracemalloc.start()
    questions, bad = read_questions(path)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(questions), len(bad)) == (5_000, 1)
    assert held < 1_000 * len(questions)
    assert peak - held < 2 << 20
