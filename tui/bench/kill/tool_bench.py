"""The tool bench: calls that a person makes by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.bench.kill.person import CHAT, CLEAR, ENTER, ESCAPE, F3, Person, Step, to_pane
from tui.bench.kill.screen import Lines, shows
from tui.bench.kill.watched import NOTHING, Home, Items, Subject, Watched
from tui.notes import NOT_KEPT


def _calls(person: Person) -> Iterator[Step]:
    call = f"b{person.number()}"
    yield from to_pane(*CHAT)
    yield from (Step(F3, 2, "─ tool bench · "), Step(CLEAR, 0.1), Step(call, 1, call))
    yield from (Step(ENTER, 0.3 + person.some(2)), Step(ESCAPE, 0.3))


def results(lines: Lines) -> Items:
    """Calls whose result is shown."""
    if not shows(lines, "─ tool bench · ") or shows(lines, NOT_KEPT):
        return NOTHING
    return frozenset(found[1] for line in lines if (found := re.search(r"\bran b(\d+)\b", line)))


def _kept(home: Home) -> Items:
    made = (each for each in home.state.decisions.listed() if each.by == "bench")
    return frozenset(each.call[1:] for each in made)


SUBJECT = Subject(uses=(_calls,), watched=(Watched("calls by hand", results, _kept),))
