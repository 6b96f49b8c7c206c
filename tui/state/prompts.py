"""What was asked of several models at once, and what each of them said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine import wire
from engine.errors import LabError
from tui.answer_record import from_bytes, to_bytes
from tui.answers import Answer
from tui.sampling import Sampling
from tui.state.clock import now
from tui.state.database import Database
from tui.state.entries import Entry, clean, forget_entries, write_entries
from tui.state.errors import StateError


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """A prompt that was sent."""

    key: str
    text: str
    chat: bool
    sampling: Sampling
    models: tuple[str, ...]
    """The names on the columns, from left to right."""
    time: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What one column said."""

    key: str
    place: int
    """Of its column, from 0."""
    model: str
    answer: Answer


class PromptStore:
    """The prompts of the compare pane and their answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, prompt: Prompt, answered: Answered | None = None) -> None:
        """Keep a prompt, and an answer to it in place of what was kept under its key before.

        Raises:
            StateError: they cannot be written.
        """
        row = None if answered is None else (_row(prompt, answered), _entries(answered))

        def work(database: sqlite3.Connection) -> None:
            known = "SELECT 1 FROM prompts WHERE key = ?"
            if database.execute(known, (prompt.key,)).fetchone() is None:
                _write(database, prompt)
            if row is not None and answered is not None:
                values, entries = row
                database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", values)
                # A column that went on from another token has said something else.
                forget_entries(database, "prompt", prompt.key, place=answered.place + 1)
                write_entries(database, "prompt", prompt.key, values[-1], entries)

        self._database.write(work)

    def load(self, key: str) -> tuple[Prompt, list[Answered]]:
        """A prompt, and the last answer of each of its columns.

        Raises:
            StateError: it is gone, or damaged.
        """

        def work(database: sqlite3.Connection) -> tuple[Any, Sequence[Any]]:
            query = "SELECT * FROM prompts WHERE key = ?"
            answers = "SELECT * FROM answers WHERE prompt = ? ORDER BY place, time, rowid"
            head = database.execute(query, (key,)).fetchone()
            return head, database.execute(answers, (key,)).fetchall()

        head, rows = self._database.read(work)
        if head is None:
            raise StateError(
                f"{self._database.path} holds no prompt {key}: it was deleted elsewhere."
            )
        _, text, chat, sampling, models, time = head
        try:
            prompt = Prompt(
                key=key,
                text=text,
                chat=bool(chat),
                sampling=wire.decode(Sampling, wire.loads(sampling)),
                models=tuple(map(str, wire.loads(models))),
                time=time,
            )
        except LabError as error:
            raise StateError(
                f"A prompt in {self._database.path} is damaged ({error}). Delete it from the "
                "history."
            ) from error
        answered = {each.place: each for each in _answered(rows)}
        return prompt, [answered[place] for place in sorted(answered)]

    def answers(self, keys: Iterable[str]) -> dict[str, Answer]:
        """Those of some answers that are there and whole. Raises StateError."""
        wanted = list(keys)
        marks = ", ".join("?" * len(wanted))
        rows = self._database.read(
            lambda database: database.execute(
                f"SELECT * FROM answers WHERE key IN ({marks})", wanted
            ).fetchall()
        )
        return {each.key: each.answer for each in _answered(rows)}


def _write(database: sqlite3.Connection, prompt: Prompt) -> None:
    database.execute(
        "INSERT INTO prompts VALUES (?, ?, ?, ?, ?, ?)",
        (
            prompt.key,
            clean(prompt.text),
            prompt.chat,
            wire.dumps(prompt.sampling),
            wire.dumps(list(prompt.models)),
            prompt.time,
        ),
    )
    asked = Entry(0, "question", ", ".join(prompt.models), prompt.text)
    write_entries(database, "prompt", prompt.key, prompt.time, [asked])


def _row(prompt: Prompt, each: Answered) -> tuple[str, str, int, str, bytes, str]:
    return each.key, prompt.key, each.place, clean(each.model), to_bytes(each.answer), now()


def _entries(each: Answered) -> list[Entry]:
    # Place 0 is the prompt's own.
    return [Entry(each.place + 1, "answer", each.model, row.text) for row in each.answer.rows]


def _answered(rows: Iterable[Any]) -> Iterable[Answered]:
    for key, _, place, model, body, _ in rows:
        try:
            yield Answered(key=key, place=place, model=model, answer=from_bytes(body))
        except LabError:
            continue  # A damaged answer costs only itself.
