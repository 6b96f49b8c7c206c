"""The runs: notes on the one that goes on meanwhile, and whether it is shown as going on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.run_keeping import read_note
from tui.bench.kill.person import CLEAR, KEEP, Person, Step, to_pane
from tui.bench.kill.screen import Lines, in_dialog, shows
from tui.bench.kill.watched import NOTHING, Going, Home, Items, Subject, Watched, up_to

RUNS = ("8", "d disk use")


def _notes(person: Person) -> Iterator[Step]:
    note = f"n{person.number()}"
    yield from to_pane(*RUNS)
    # The old note stands there until it is cleared; the new one is shown once it is on the disk.
    yield from (Step("n", 2, "─ note · "), Step(CLEAR, 0.1), Step(note, 1, f" {note} "))
    yield from (Step(KEEP, 0.3), Step("", person.some(2) + 1))


def notes(lines: Lines) -> Items:
    """The note under the facts of the run."""
    if not shows(lines, RUNS[1]) or in_dialog(lines):
        return NOTHING
    return frozenset(found[1] for line in lines if (found := re.fullmatch(r" +n(\d+) *", line)))


def _noted(home: Home) -> Items:
    """The note on the run, and all that it took the place of."""
    notes = [read_note(folder) for folder in (home.path / "runs").iterdir() if folder.is_dir()]
    return up_to(max((int(note[1:]) for note in notes if note), default=-1))


def step_of_run(lines: Lines) -> int | None:
    """The step that pane 8 gives for a run that it says is going."""
    going = re.compile(r"● running +base · pico · ([\d ]+)/")
    steps = [found[1] for line in lines if (found := going.search(line))]
    return int(steps[0].replace(" ", "")) if steps else None


GOING = Going(*RUNS, step_of_run)
SUBJECT = Subject(uses=(_notes,), watched=(Watched("notes", notes, _noted),))
