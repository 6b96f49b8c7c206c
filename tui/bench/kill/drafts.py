"""What is typed and not sent, in Chat and in Compare."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.bench.kill.person import CHAT, COMPARE, Person, Step, to_pane, types
from tui.bench.kill.screen import Lines, in_dialog
from tui.bench.kill.watched import NOTHING, Home, Items, Subject, Watched, up_to
from tui.remembering import NOTE_EVERY_S

DUE_S = NOTE_EVERY_S + 2.0


def _drafts(person: Person) -> Iterator[Step]:
    yield from to_pane(*person.rng.choice((CHAT, COMPARE)))
    yield from types(f"d{person.number()} draft")
    yield Step("", DUE_S + person.some(2))


def drafts(lines: Lines) -> Items:
    """What stands in the box of a prompt."""
    if in_dialog(lines):
        return NOTHING
    boxes = [n for n, line in enumerate(lines) if any(mark in line for _, mark in (CHAT, COMPARE))]
    below = [lines[n + 1] for n in boxes if n + 1 < len(lines)]
    return frozenset(found[1] for line in below if (found := re.match(r"│ d(\d+) draft\b", line)))


def _kept(home: Home) -> Items:
    """The newest, and all that it took the place of; what was typed in its place may be newer."""
    memories = home.state.session.read().memories.values()
    typed = (re.match(r"[dk](\d+)\b", str(memory.get("prompt", ""))) for memory in memories)
    return up_to(max((int(found[1]) for found in typed if found), default=-1))


SUBJECT = Subject(
    uses=(_drafts, _drafts),
    watched=(Watched("drafts", drafts, _kept, after_s=DUE_S, stands=True),),
)
