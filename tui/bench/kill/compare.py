"""The columns of Compare: their whole answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.bench.kill.person import COMPARE, Person, Step, asks, to_pane
from tui.bench.kill.screen import Lines, in_dialog, shows
from tui.bench.kill.watched import NOTHING, Home, Items, Subject, Watched
from tui.notes import NOT_KEPT


def _compares(person: Person) -> Iterator[Step]:
    yield from to_pane(*COMPARE)
    yield from asks(f"k{person.number()} plain", person.some(2))


def ended(lines: Lines) -> Items:
    """Answers of columns whose border says that they have ended, and no more."""
    if not shows(lines, COMPARE[1]) or in_dialog(lines):
        return NOTHING
    bottom = next((line for line in lines if line.startswith("╰") and line.count("╰") == 2), "")
    middle = bottom.find("╰", 1)
    found: set[str] = set()
    for first, last in ((0, middle), (middle, None)) if middle > 0 else ():
        border = bottom[first:last]
        if "ended by itself" in border and NOT_KEPT not in border:
            body = " ".join(line[first:last] for line in lines[5:])
            found.update(re.findall(r"\ba(\d+)■", body))
    return frozenset(found)


def texts(home: Home) -> Iterator[str]:
    """What all columns ever said."""
    database, prompts = home.state.database, home.state.prompts
    # Not from the history, which lists the newest only.
    for (key,) in database.read(lambda db: db.execute("SELECT key FROM prompts").fetchall()):
        yield from (each.answer.rows[0].text for each in prompts.load(key)[1])


def _kept(home: Home) -> Items:
    return frozenset(n for text in texts(home) for n in re.findall(r"\ba(\d+)\b", text))


SUBJECT = Subject(uses=(_compares,), watched=(Watched("columns", ended, _kept),))
