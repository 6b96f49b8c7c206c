"""A course: the step that is on, what has come true of it, and steps that are done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tui.bench.kill.person import COMPARE, ENTER, ESCAPE, F5, Person, Step, asks, to_pane
from tui.bench.kill.screen import Lines
from tui.bench.kill.watched import NOTHING, Home, Items, Subject, Watched
from tui.notes import NOT_KEPT

STEPS, CHECKS = 98, "abc"
"""By name; each second step wants three answers, of which the two columns give two at a time."""
_STEP = """\
+++
id = "s{number}"
title = "Step {number}"
part = "Kills"
pane = "compare"
action = "Ask anything."
done = "It said {{a.text}}."
{checks}+++
Whatever is answered comes true.
"""
_CHECK = """[[check]]
fact = "answer"
name = "{name}"
where = {{ pane = "compare" }}
"""


def folder_of(home: Path) -> Path:
    """Where the course lies."""
    return home.with_name("course")


def write(folder: Path) -> None:
    """Write the course."""
    folder.mkdir()
    for number in range(1, STEPS + 1):
        names = CHECKS[:1] if number % 2 else CHECKS
        checks = "".join(_CHECK.format(name=name) for name in names)
        text = _STEP.format(number=number, checks=checks)
        (folder / f"{number:02}.md").write_text(text, encoding="utf-8")


def _learns(person: Person) -> Iterator[Step]:
    if not person.sees("→ Ask anything."):
        yield from (Step(ESCAPE, 0.25), Step(ESCAPE, 0.25), Step(F5, 3, "─ course · "))
        yield Step(ENTER, 2, "→ Ask anything.")
    yield from to_pane(*COMPARE)
    yield from asks(f"k{person.number()} plain", 1 + person.some(2))


def states(lines: Lines) -> Items:
    """``7 on``, ``8: 2 of 3``, ``7 done`` by the strip."""
    for place, line in enumerate(lines):
        if (found := re.search(rf"\b(\d+)/{STEPS}\b", line)) is not None:
            if NOT_KEPT in line:
                return NOTHING
            text, number = " ".join(lines[place : place + 7]), found[1]
            if "✓ It said" in text:
                return frozenset([f"{number} done"])
            if (half := re.search(rf"✓ (\d) of {len(CHECKS)}", text)) is not None:
                return frozenset([f"{number} on", _half(number, int(half[1]))])
            return frozenset([f"{number} on"] if "→ Ask anything." in text else [])
    return NOTHING


def _kept(home: Home) -> Items:
    """What there is of each step, and of a step that is done all that led to it."""
    state = home.state
    done = [id_[1:] for id_ in state.course.steps(str(folder_of(home.path).resolve()))]
    found = {f"{number} {what}" for number in done for what in ("on", "done")}
    found |= {_half(number, n) for number in done for n in range(1, len(CHECKS))}
    at = state.kept.get("course.at") or {}
    if at.get("step"):
        number = at["step"][1:]
        found |= {f"{number} on", *(_half(number, n + 1) for n in range(len(at["found"])))}
    return frozenset(found)


def _half(number: str, n: int) -> str:
    return f"{number}: {n} of {len(CHECKS)}"


SUBJECT = Subject(uses=(_learns, _learns), watched=(Watched("steps of the course", states, _kept),))
