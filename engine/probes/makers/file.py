"""A user's questions: a JSON object a line, every bad line named, all others kept."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from engine.errors import LabError
from engine.probes.judges.number import number_in
from engine.probes.question import JUDGINGS, Judging, Question

MAX_FILE_BYTES = 64 << 20
MAX_LINES = 100_000
MAX_LINE_BYTES = 64 << 10
MAX_QUESTION_CHARS = 4_000
MAX_ANSWER_CHARS = 1_000
MAX_NAME_CHARS = 200
"""Of an id or a group."""
MAX_LISTED = 64
"""Answers or wordings of one question."""

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"
"""Groups of questions that name none."""

_KEYS = ("question", "answer", "unknown", "id", "group", "judging", "wordings")
_JUDGINGS = tuple(judging for judging in JUDGINGS if judging != "world")
_BOM = b"\xef\xbb\xbf"
_SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no question."""

    line: int
    """From 1."""
    why: str
    """One sentence's end: ``answer is empty``."""


class _BadLineError(Exception):
    """``str`` says why."""


def read_questions(path: Path) -> tuple[list[Question], list[BadLine]]:
    """Read a file of questions.

    A line is ``{"question": ..., "answer": ...}``, the answer a text or a list of texts that are
    all right, the first the one to show; or ``{"question": ..., "unknown": true}`` for what nobody
    can know. ``id``, ``group``, ``judging`` (exact, number, symbolic) and ``wordings`` may be
    added. Blank lines are passed over.

    Returns:
        The questions, and the lines that are none.

    Raises:
        LabError: there is no such file, it cannot be read, is no file, is empty or too large.
    """
    questions: list[Question] = []
    bad: list[BadLine] = []
    lines_of: dict[str, int] = {}
    try:
        with _opened(path) as file:
            for number, line in _lines(file):
                try:
                    question = _question(line, number)
                    _check_new(question.id, lines_of)
                except _BadLineError as error:
                    bad.append(BadLine(number, str(error)))
                else:
                    lines_of[question.id] = number
                    questions.append(question)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LabError(f"{path} cannot be read: {reason}. Check the path.") from error
    if not questions and not bad:
        raise LabError(
            f'{path} holds no questions. Write one on each line, such as {{"question": "What is '
            'the capital of France?", "answer": "Paris"}.'
        )
    return questions, bad


def line_of(question: Question) -> str:
    """The line that ``read_questions`` reads as ``question``, without its end.

    Raises:
        ValueError: a question that the pocket web judges; a file has none.
    """
    if question.judging == "world":
        raise ValueError(f"{question.id!r} is judged by the pocket web")
    fields: dict[str, Any] = {"id": question.id, "question": question.text}
    if question.answer is None:
        fields["unknown"] = True
    else:
        fields["answer"] = [question.answer, *question.aliases]
    fields |= {"group": question.group, "judging": question.judging}
    if question.wordings:
        fields["wordings"] = list(question.wordings)
    return json.dumps(fields, ensure_ascii=False)


def _opened(path: Path) -> BinaryIO:
    if "\0" in str(path):
        raise LabError(f"{str(path)!r} cannot be read: no path has a zero byte. Check the path.")
    if path.is_dir():
        raise LabError(f"{path} is a folder. Give the file with the questions.")
    size = path.stat().st_size
    if not path.is_file():  # A pipe or a device might never end.
        raise LabError(f"{path} is no regular file. Write the questions to a file first.")
    if size > MAX_FILE_BYTES:
        raise LabError(
            f"{path} has {size:,} bytes, and {MAX_FILE_BYTES:,} are read at most. Split it."
        )
    return path.open("rb")


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank and their numbers; None for one that is too long to be read."""
    for number in range(1, MAX_LINES + 2):
        line = file.readline(MAX_LINE_BYTES + 1)
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            yield number, None
            while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                continue
        elif line.strip() or (line and number > MAX_LINES):
            yield number, line
        elif not line:
            return


def _check_new(id_: str, lines_of: dict[str, int]) -> None:
    if id_ in lines_of:
        raise _BadLineError(f"id {_shown(id_)} stands on line {lines_of[id_]} already")


def _question(line: bytes | None, number: int) -> Question:
    if number > MAX_LINES:
        raise _BadLineError(f"the file goes on, but only {MAX_LINES:,} lines are read")
    fields = _fields(line)
    for key in fields:
        if key not in _KEYS:
            near = difflib.get_close_matches(key[:80], _KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_KEYS)}"
            raise _BadLineError(f"unknown key {_shown(key)}; {hint}")
    text = _text(fields, "question", MAX_QUESTION_CHARS)
    if text is None:
        raise _BadLineError("question is missing")
    judging = _judging(fields)
    answers = _answers(fields, judging)
    default = ANSWERABLE if answers else UNANSWERABLE
    return Question(
        id=_text(fields, "id", MAX_NAME_CHARS) or f"line-{number}",
        text=text,
        answer=answers[0] if answers else None,
        aliases=answers[1:],
        wordings=_texts(fields.get("wordings", []), "wordings", MAX_QUESTION_CHARS),
        judging=judging,
        group=_text(fields, "group", MAX_NAME_CHARS) or default,
    )


def _fields(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise _BadLineError(f"the line has more than {MAX_LINE_BYTES:,} bytes")
    try:
        value = json.loads(
            line.decode(), object_pairs_hook=_distinct, parse_constant=_refused_constant
        )
    except UnicodeDecodeError:
        raise _BadLineError("the line is not UTF-8 text") from None
    except RecursionError:
        raise _BadLineError("the line is nested too deeply") from None
    except ValueError as error:
        raise _BadLineError(f"the line is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise _BadLineError(f"the line is {_kind(value)}, not an object")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice would silently lose one of its values."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _BadLineError(f"{_shown(twice)} stands there twice")
    return fields


def _refused_constant(name: str) -> None:
    raise _BadLineError(f"{name} is not JSON")


def _text(fields: dict[str, Any], key: str, most: int) -> str | None:
    """The text of a key, None where it is not given."""
    if key not in fields:
        return None
    return _checked(fields[key], key, most)


def _checked(value: Any, key: str, most: int) -> str:
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, int | float) else ""
        raise _BadLineError(f"{key} is {_kind(value)}, not a text{hint}")
    text = value.strip()
    if not text:
        raise _BadLineError(f"{key} is empty")
    if len(text) > most:
        raise _BadLineError(f"{key} has {len(text):,} characters, {most:,} at most are taken")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise _BadLineError(f"{key} holds half of a character (a lone surrogate)")
    return text


def _texts(value: Any, key: str, most: int) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _BadLineError(f"{key} is {_kind(value)}, not a list of texts")
    if len(value) > MAX_LISTED:
        raise _BadLineError(f"{key} has {len(value):,} texts, {MAX_LISTED} at most are taken")
    return tuple(_checked(item, f"{key}[{i}]", most) for i, item in enumerate(value))


def _judging(fields: dict[str, Any]) -> Judging:
    value = fields.get("judging", "exact")
    if value not in _JUDGINGS:
        shown = _shown(value) if isinstance(value, str) else _kind(value)
        raise _BadLineError(f"judging is {shown}, not one of {', '.join(_JUDGINGS)}")
    return cast(Judging, value)


def _answers(fields: dict[str, Any], judging: Judging) -> tuple[str, ...]:
    """The right answers; none where nobody can know."""
    unknown = fields.get("unknown", False)
    if not isinstance(unknown, bool):
        raise _BadLineError(f"unknown is {_kind(unknown)}, not true or false")
    if unknown and "answer" in fields:
        raise _BadLineError("there is an answer, and unknown is true; leave one of them out")
    if unknown:
        return ()
    if "answer" not in fields:
        raise _BadLineError('answer is missing; write "unknown": true if nobody can know')
    value = fields["answer"]
    if isinstance(value, list):
        answers = _texts(value, "answer", MAX_ANSWER_CHARS)
    else:
        answers = (_checked(value, "answer", MAX_ANSWER_CHARS),)
    if not answers:
        raise _BadLineError("answer is an empty list")
    for answer in answers:
        if judging == "number" and number_in(answer) is None:
            raise _BadLineError(f"answer {_shown(answer)} is no number, and judging is number")
    return answers


def _kind(value: Any) -> str:
    """What a JSON value is, in words; never the value, which may be long."""
    if value is None:
        return "null"
    names = ((bool, "true or false"), (int | float, "a number"), (str, "a text"), (list, "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "an object")


def _shown(text: str) -> str:
    """In quotes and on one line."""
    return ascii(text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "~")
