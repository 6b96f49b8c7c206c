"""What can be searched: a row for everything said and asked, beside the tables that hold it whole.

Subjects are ``conversation``, ``prompt``, ``decision`` and ``probe``; an entry's kind says what of
it was said: a ``question``, an ``answer``, a ``call``, an ``output``, a ``result``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from engine.errors import LabError

if TYPE_CHECKING:
    from tui.chat.conversation import Exchange

Subject = Literal["conversation", "prompt", "decision", "probe"]
Kind = Literal["question", "answer", "call", "output", "result"]


class Entry(NamedTuple):
    """One thing that was said."""

    place: int
    """Of the exchange in its conversation, of the column in its prompt; else 0."""
    kind: Kind
    model: str
    text: str


def folded(text: str) -> str:
    """As it is compared: without regard to case, and to how white space is written."""
    return " ".join(text.casefold().split())


def clean(text: str) -> str:
    """As it can be written: half a surrogate pair, which no encoding has, is replaced."""
    return text.encode("utf-8", "replace").decode()


def write_entries(
    database: sqlite3.Connection,
    subject: Subject,
    key: str,
    time: str,
    entries: Iterable[Entry],
) -> None:
    """Add what was said of a subject."""
    database.executemany(
        "INSERT INTO entries (subject, key, place, kind, time, model, text, folded) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (subject, key, place, kind, time, clean(model), clean(text), folded(clean(text)))
            for place, kind, model, text in entries
            if text.strip()
        ),
    )


def forget_entries(
    database: sqlite3.Connection, subject: Subject, key: str, *, place: int | None = None
) -> None:
    """Take away what was said of a subject, or of one place in it."""
    where, values = "subject = ? AND key = ?", [subject, key]
    if place is None:
        database.execute(f"DELETE FROM entries WHERE {where}", values)
    else:
        database.execute(f"DELETE FROM entries WHERE {where} AND place = ?", [*values, place])


def entries_of(place: int, model: str, exchange: Exchange) -> list[Entry]:
    """What was said in an exchange of a conversation."""
    entries = [Entry(place, "question", model, exchange.question)]
    for reply in exchange.replies:
        for call in reply.calls:
            entries.append(Entry(place, "call", model, f"{call.tool}: {call.text}"))
            if call.outcome is not None:
                entries.append(Entry(place, "output", model, call.outcome.output))
        entries.append(Entry(place, "answer", model, reply.text))
    return entries


def index_conversations(database: sqlite3.Connection) -> None:
    """Make those conversations searchable that are not: they came from an older file."""
    rows = database.execute(
        """SELECT conversations.key, place, updated, model, body FROM conversations
        JOIN exchanges ON conversation = conversations.key
        WHERE NOT EXISTS (SELECT 1 FROM entries WHERE subject = 'conversation'
                          AND entries.key = conversations.key)"""
    ).fetchall()
    from tui.chat.record import from_json

    for key, place, updated, model, body in rows:
        try:
            exchange = from_json(body)
        except LabError:
            continue  # Opening the conversation says so; it cannot be found by what it said.
        entries = entries_of(place, model, exchange)
        write_entries(database, "conversation", key, updated, entries)
