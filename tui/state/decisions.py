"""Who decided about which tool call, and how: read off a conversation when it is kept."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.state.clock import now
from tui.state.database import Database
from tui.state.entries import Entry, clean, write_entries

if TYPE_CHECKING:
    from tui.chat.conversation import Exchange
    from tui.chat.parts import Call
    from tui.chat.reply import Reply

What = Literal["approve", "deny", "edit", "inject", "run"]
"""``run``: as it stood, with nobody asked about it."""

By = Literal["you", "policy", "bench"]
"""``bench``: a call that no model made, typed at the tool bench."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one call."""

    time: str
    tool: str
    call: str
    decision: What
    by: By
    conversation: str
    """Its key; empty at the tool bench."""


class DecisionStore:
    """All decisions, also about calls that were written anew since."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(self, conversation: str | None = None) -> list[Decision]:
        """The newest first, of one conversation or of all. Raises StateError."""
        where = "" if conversation is None else "WHERE conversation = ?"
        values = () if conversation is None else (conversation,)
        rows = self._database.read(
            lambda database: database.execute(
                "SELECT time, tool, call, decision, by, conversation FROM decisions "
                f"{where} ORDER BY time DESC, rowid DESC",
                values,
            ).fetchall()
        )
        return [Decision(*row) for row in rows]

    def bench(self, tool: str, call: str, output: str) -> None:
        """A call was made at the tool bench. Raises StateError."""
        key, time = secrets.token_hex(8), now()

        def work(database: sqlite3.Connection) -> None:
            _insert(database, key, Decision(time, tool, clean(call), "run", "bench", ""))
            said = [Entry(0, "call", "", f"{tool}: {call}"), Entry(0, "output", "", output)]
            write_entries(database, "decision", key, time, said)

        self._database.write(work)


def write_decisions(
    database: sqlite3.Connection, conversation: str, place: int, exchange: Exchange
) -> None:
    """Keep those that are new of an exchange."""
    for reply in exchange.replies:
        for number, (call, what, by) in enumerate(_decided(reply)):
            # A call that is written anew, or decided otherwise, is another decision.
            mark = f"{conversation} {place} {number} {what} {call.tool} {call.text}"
            key = hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()[:16]
            decision = Decision(now(), call.tool, clean(call.text), what, by, conversation)
            _insert(database, key, decision)


def _decided(reply: Reply) -> Iterator[tuple[Call, What, By]]:
    for call in reply.calls:
        outcome = call.outcome
        if outcome is None:
            continue
        if outcome.kind == "denied":
            yield call, "deny", "you"
        elif outcome.by == "you":
            yield call, "inject", "you"
        elif call.edited:
            yield call, "edit", "you"
        elif call.tool in reply.approve:
            yield call, "approve", "you"
        else:
            yield call, "run", "policy"


def _insert(database: sqlite3.Connection, key: str, each: Decision) -> None:
    database.execute(
        "INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, each.time, each.tool, each.call, each.decision, each.by, each.conversation),
    )
