"""The settings: a number that is typed, and stands there as somebody's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.bench.kill.person import CLEAR, ENTER, ESCAPE, F8, Person, Step
from tui.bench.kill.screen import Lines
from tui.bench.kill.watched import Home, Items, Subject, Watched, up_to
from tui.settings import schema
from tui.settings.store import Settings

_SETTING = schema.IDLE_MINUTES
"""Whatever it is, nothing is heard of it here: the engine is none that leaves."""


def _sets(person: Person) -> Iterator[Step]:
    number = str(person.number())
    yield from (Step(ESCAPE, 0.25), Step(ESCAPE, 0.25), Step(F8, 2, "─ settings ─"))
    yield from (Step(_SETTING.title, 1, f"{_SETTING.title} "), Step(ENTER, 1, "esc back"))
    yield from (Step(CLEAR, 0.2), Step(number, 1, number), Step(ENTER, person.some(2)))
    yield Step(ESCAPE, 0.3)


def values(lines: Lines) -> Items:
    """The value that stands there and is said to be somebody's own."""
    line = re.compile(rf" {_SETTING.title} +(\d+) +yours ")
    return frozenset(found[1] for each in lines if (found := line.search(each)))


def _kept(home: Home) -> Items:
    """The value in the file, and all that it took the place of."""
    opened = Settings(home.path / "settings.toml", {})
    is_there = opened.origin(_SETTING.key) == "file"
    return up_to(int(opened.value(_SETTING)) if is_there else -1)


SUBJECT = Subject(uses=(_sets,), watched=(Watched("settings", values, _kept),))
