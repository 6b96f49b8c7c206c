"""A probe: cells of its grid that fill meanwhile, and whether it is shown as going on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.probes.reader import ProbeReader
from tui.bench.kill.person import Person, Step, to_pane
from tui.bench.kill.screen import Lines, in_dialog, shows
from tui.bench.kill.watched import NOTHING, Going, Home, Items, Subject, Watched
from tui.probes.looks import outcome_sign

PROBES = ("6", "· birthplace")
_LINE = re.compile(r"\bPerson (\d+) · birthplace +([✓✗○][✓✗○ ]*)")


def _looks(person: Person) -> Iterator[Step]:
    yield from to_pane(*PROBES)
    yield Step("", person.some(3))


def cells(lines: Lines) -> Items:
    """The answers of the lines in sight: ``7 ✓✗○``."""
    if in_dialog(lines):
        return NOTHING
    found = (_LINE.search(line) for line in lines)
    return frozenset(f"{each[1]} {each[2].replace(' ', '')}" for each in found if each)


def _kept(home: Home) -> Items:
    return frozenset(
        f"{record.id.rpartition('/')[2]} "
        + "".join(
            outcome_sign(answer.outcome)[0]
            for answer in (record.greedy, *record.contexts, *record.samples)
        )
        for folder in (home.path / "probes").iterdir()
        if folder.is_dir()
        for record in ProbeReader(folder).records()
    )


def answered(lines: Lines) -> int | None:
    """The last question whose answers pane 6 shows, of a probe that it says is going."""
    going = any(re.search(r"● +\d+%", line) for line in lines)
    numbers = [int(each.partition(" ")[0]) for each in cells(lines)]
    return max(numbers) if going and shows(lines, PROBES[1]) and numbers else None


GOING = Going(*PROBES, answered)
SUBJECT = Subject(uses=(_looks,), watched=(Watched("lines of a probe", cells, _kept),))
