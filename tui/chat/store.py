"""Conversations as they are kept, in the lab's database. Blocking: call it in a thread.

Several programs may have the file open: each call is one short transaction, and a conversation that
two of them went on with is kept as two.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import LabError
from tui.chat.conversation import Conversation, Exchange
from tui.chat.marks import mark_of
from tui.chat.record import from_json, to_json
from tui.chat.reply import Reply
from tui.state.database import Database
from tui.state.decisions import write_decisions
from tui.state.entries import clean, entries_of, forget_entries, write_entries
from tui.state.errors import StateError

MOST_WHOLE = 3
"""Conversations of which all that stands in the file is kept in memory as well, so that of a long
one only what differs is written: the one that goes on, and those left just before."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of conversations."""

    key: str
    title: str
    model: str
    updated: str
    n_exchanges: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A conversation as rows of the tables: what a thread can write while the talk goes on."""

    key: str
    model: str
    title: str
    created: str
    updated: str
    bodies: tuple[str, ...]
    """An exchange each."""

    @property
    def head(self) -> tuple[str, str, str, str, str]:
        """The row of the conversation itself."""
        return self.key, clean(self.model), clean(self.title), self.created, self.updated


def pack(conversation: Conversation, bodies: tuple[str, ...] | None = None) -> Packed:
    """The rows of a conversation as it is now; ``bodies`` if its exchanges are packed already."""
    return Packed(
        conversation.key,
        conversation.model,
        conversation.title,
        conversation.created,
        conversation.updated,
        tuple(map(to_json, conversation.exchanges)) if bodies is None else bodies,
    )


Settled = dict[tuple[int, ...], tuple[tuple[Reply, ...], tuple[Any, ...], str]]
"""By the ids of an exchange's replies: these, so that no others get their ids; what they were like,
and the JSON of the exchange then."""


class Packer:
    """Packs conversations again and again: what cannot have changed is not written anew.

    A turn of a long conversation would else stop the screen for as long as it takes to write all of
    it as JSON.
    """

    def __init__(self) -> None:
        self._settled: Settled = {}

    def pack(self, conversation: Conversation) -> Packed:
        """The rows of a conversation as it is now."""
        bodies, self._settled = _packed(conversation.exchanges, self._settled, {})
        return pack(conversation, tuple(bodies))

    def learn(self, settled: Settled) -> None:
        """Take over what :func:`settled_of` gave."""
        self._settled = {**settled, **self._settled}


def settled_of(exchanges: Sequence[Exchange], bodies: Sequence[str]) -> Settled:
    """What a :class:`Packer` need not write anew of a conversation that was just read.

    It takes as long as the conversation is long: call it in a thread, with a list that does not
    grow.

    Args:
        exchanges: of the conversation.
        bodies: the JSON that they were read from, which is then held once.
    """
    return _packed(exchanges, {}, {body: body for body in bodies})[1]


def _packed(
    exchanges: Sequence[Exchange], known: Settled, held: Mapping[str, str]
) -> tuple[list[str], Settled]:
    bodies: list[str] = []
    settled: Settled = {}
    for place, exchange in enumerate(exchanges, start=1):
        mark = mark_of(exchange)
        # By its replies: an exchange of a forked conversation is another one with the same.
        replies = tuple(exchange.replies)
        by = tuple(map(id, replies))
        _, before, body = known.get(by, (replies, None, ""))
        if mark != before:
            body = to_json(exchange)
            body = held.get(body, body)
        # Replies before the last are not written into any more, but for a verdict.
        if place < len(exchanges) and not any(reply.live for reply in replies):
            settled[by] = replies, mark, body
        bodies.append(body)
    return bodies, settled


class ChatStore:
    """The conversations of the database."""

    def __init__(self, database: Database | None = None) -> None:
        self.database = database or Database()
        self._known: dict[str, Packed] = {}
        """Of each conversation saved or loaded here, what stands in the file as far as is known;
        without its exchanges once ``MOST_WHOLE`` others came after it."""

    def save(self, packed: Packed) -> str:
        """Write a conversation in place of what this store has saved or loaded of it.

        What another program has written there meanwhile is left as it is.

        Returns:
            The key under which it is kept now: a new one where another program has gone on with it.

        Raises:
            StateError: it cannot be written.
        """
        known = self._known.get(packed.key)

        def work(database: sqlite3.Connection) -> Packed:
            query = "SELECT updated FROM conversations WHERE key = ?"
            there = database.execute(query, (packed.key,)).fetchone()
            ours = known is not None and there is not None and there[0] == known.updated
            if there is None or ours or there[0] == packed.updated:
                _write(database, packed, known if ours and known and known.bodies else None)
                return packed
            beside = replace(packed, key=secrets.token_hex(8))
            _write(database, beside, None)
            return beside

        kept = self.database.write(work)
        self._learn(kept)
        return kept.key

    def _learn(self, packed: Packed) -> None:
        self._known.pop(packed.key, None)
        self._known[packed.key] = packed
        for key in list(self._known)[:-MOST_WHOLE]:
            self._known[key] = replace(self._known[key], bodies=())

    def listed(self) -> list[Listed]:
        """All conversations, the one that changed last first. Raises StateError."""
        query = """
            SELECT key, title, model, updated, count(place) FROM conversations
            LEFT JOIN exchanges ON conversation = key GROUP BY key ORDER BY updated DESC"""
        return self.database.read(
            lambda database: [Listed(*row) for row in database.execute(query)]
        )

    def load(self, key: str) -> Conversation:
        """A conversation.

        Raises:
            StateError: there is none, or what was kept of it is damaged.
        """

        def work(database: sqlite3.Connection) -> tuple[Any, tuple[str, ...]]:
            query = "SELECT key, model, title, created, updated FROM conversations WHERE key = ?"
            rows = database.execute(
                "SELECT body FROM exchanges WHERE conversation = ? ORDER BY place", (key,)
            )
            return database.execute(query, (key,)).fetchone(), tuple(body for (body,) in rows)

        head, bodies = self.database.read(work)
        if head is None:
            raise StateError(
                f"{self.database.path} holds no conversation {key}: it was deleted elsewhere."
            )
        try:
            exchanges = [from_json(body) for body in bodies]
        except LabError as error:
            raise StateError(
                f"A conversation in {self.database.path} is damaged ({error}). Delete it from the "
                "list."
            ) from error
        _, model, title, created, updated = head
        self._learn(Packed(key, model, title, created, updated, bodies))
        return Conversation(model, exchanges, key, created, updated)

    def bodies(self, key: str) -> Sequence[str]:
        """The exchanges of a conversation as they stand in the file, as far as is known."""
        known = self._known.get(key)
        return known.bodies if known is not None else ()

    def delete(self, key: str) -> None:
        """Forget a conversation; harmless when it is gone already. Raises StateError."""

        def work(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM conversations WHERE key = ?", (key,))
            database.execute("DELETE FROM decisions WHERE conversation = ?", (key,))
            forget_entries(database, "conversation", key)

        self.database.write(work)


def _write(database: sqlite3.Connection, packed: Packed, known: Packed | None) -> None:
    """Write a conversation; of one that is ``known`` to stand there only what differs."""
    key = packed.key
    database.execute(
        """INSERT INTO conversations VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
        SET model = excluded.model, title = excluded.title, updated = excluded.updated""",
        packed.head,
    )
    for place in _differing(packed, known):
        database.execute("DELETE FROM exchanges WHERE conversation = ? AND place = ?", (key, place))
        forget_entries(database, "conversation", key, place=place)
        if place < len(packed.bodies):
            body = packed.bodies[place]
            database.execute("INSERT INTO exchanges VALUES (?, ?, ?)", (key, place, body))
            try:
                exchange = from_json(body)
            except LabError:
                continue  # Odd characters, say: it is kept as it is, and cannot be searched.
            entries = entries_of(place, packed.model, exchange)
            write_entries(database, "conversation", key, packed.updated, entries)
            write_decisions(database, key, place, exchange)
    if known is None:
        n_exchanges = len(packed.bodies)
        database.execute(
            "DELETE FROM exchanges WHERE conversation = ? AND place >= ?", (key, n_exchanges)
        )
        database.execute(
            "DELETE FROM entries WHERE subject = 'conversation' AND key = ? AND place >= ?",
            (key, n_exchanges),
        )


def _differing(packed: Packed, known: Packed | None) -> Iterator[int]:
    before = known.bodies if known is not None else ()
    for place in range(max(len(before), len(packed.bodies))):
        if before[place : place + 1] != packed.bodies[place : place + 1]:
            yield place
