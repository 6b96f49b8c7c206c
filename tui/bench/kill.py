"""Kills the app at random moments: what was on the screen as kept has to be on the disk.

A training goes on meanwhile; each app that is started has to show it going on, and the last one has
to stop it.
"""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import LabError
from engine.run_keeping import read_note
from tui.bench.kill_screen import FRAMES_ARE_WHOLE, Confirmed, Emulator, confirmed, step_of_run
from tui.bench.terminal import Terminal
from tui.state.state import State

WIDTH, HEIGHT = 120, 44
START_S = 60.0
SHOWN_S = 20.0
"""Within which a run that goes on is shown as going on, on a busy machine too."""
_CODE = """
import sys
from tui.bench.kill_app import main
sys.exit(main())
"""
_ESCAPE, _CLEAR, _ENTER, _KEEP = "\x1b", "\x15", "\r", "\x13"
_CHAT, _COMPARE, _RUNS = ("5", "─ message ─"), ("4", "─ prompt ─"), ("8", "d disk use")

Narrate = Callable[[str], None]


class Step(NamedTuple):
    """Keys, and what is waited for then."""

    keys: str
    wait_s: float
    """At most."""
    mark: str = ""
    """On the screen, which ends the wait."""


@dataclass
class Tally:
    """What was seen over all kills."""

    questions: int = 0
    answers: int = 0
    calls: int = 0
    notes: int = 0
    attached: int = 0
    """Starts after which the run was shown as going on."""
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def run_kill_bench(
    narrate: Narrate = lambda words: None, *, times: int = 50, seed: int = 0, most_s: float = 8.0
) -> dict[str, Any]:
    """Start the app, use it and kill it, again and again with the same database.

    Args:
        narrate: told of each kill.
        times: how often.
        seed: of the moments and of what is done.
        most_s: how long it is used at most before it is killed.

    Returns:
        ``kills``; how many ``questions``, ``answers``, ``calls`` and ``notes`` on a run stood on
        the screens as kept; which of them are ``missing``; ``damaged``, what was wrong with the
        database; ``attached``, after how many starts the run was shown with a step that rose, and
        ``stopped``, whether the last app could stop it.

    Raises:
        LabError: the app did not start, or there are no pseudo-terminals.
    """
    rng, tally, numbers = random.Random(seed), Tally(), count(1)
    # The run writes until it is stopped, and ends by itself when its folder is gone.
    with tempfile.TemporaryDirectory(prefix="llmlab-kill-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        for number in range(times):
            shown = _killed(home, rng, numbers, most_s, tally)
            _compare(home, shown, tally)
            narrate(
                f"kill {number + 1} of {times}: {len(shown.questions)} questions, "
                f"{len(shown.answers)} answers, {len(shown.calls)} calls, {len(shown.notes)} notes "
                f"on the screen; {len(tally.missing)} missing so far, the run was attached "
                f"{tally.attached} times"
            )
        stopped = _stopped(home)
    return {
        "kills": times,
        "questions": tally.questions,
        "answers": tally.answers,
        "calls": tally.calls,
        "notes": tally.notes,
        "attached": tally.attached,
        "stopped": stopped,
        "missing": tally.missing,
        "damaged": tally.damaged,
    }


def _app(home: Path) -> Terminal:
    env = {"LLMLAB_HOME": str(home), "LANG": "C.UTF-8"}
    return Terminal(_CODE, width=WIDTH, height=HEIGHT, env=env)


def _killed(
    home: Path, rng: random.Random, numbers: Iterator[int], most_s: float, tally: Tally
) -> Confirmed:
    """Use the app for a while; what its last whole frame said was kept when it was killed."""
    screen = Emulator(WIDTH, HEIGHT)
    with _app(home) as terminal:
        tally.attached += _attached(terminal, screen)
        end = time.monotonic() + rng.uniform(0.2, most_s)
        steps = _steps(rng, numbers)
        while True:
            step = next(steps)
            terminal.type(step.keys)
            until = min(end, time.monotonic() + step.wait_s)
            while time.monotonic() < until and not _shows(screen, step.mark):
                screen.feed(terminal.read(min(0.02, until - time.monotonic())))
            if time.monotonic() >= end:
                break
            if step.mark and not _shows(screen, step.mark):
                steps = _steps(rng, numbers)  # It was somewhere else: begin anew.
        terminal.send(signal.SIGKILL)
        screen.feed(terminal.rest())
    return confirmed(screen.lines)


def _attached(terminal: Terminal, screen: Emulator) -> bool:
    """Go to the runs of an app that starts; whether the run is shown there, and its step rises."""
    terminal.type(FRAMES_ARE_WHOLE)
    _wait(terminal, screen, "engine ready")
    deadline = time.monotonic() + SHOWN_S
    while not _shows(screen, _RUNS[1]) and time.monotonic() < deadline:
        for step in _to_pane(*_RUNS):
            terminal.type(step.keys)
            _read(terminal, screen, step.wait_s, partial(_shows, screen, step.mark))
    _read(terminal, screen, SHOWN_S, lambda: step_of_run(screen.lines) is not None)
    first = step_of_run(screen.lines)
    if first is None:
        return False
    return _read(terminal, screen, SHOWN_S, lambda: (step_of_run(screen.lines) or 0) > first)


def _stopped(home: Path) -> bool:
    """Whether an app that is started anew stops the run."""
    screen = Emulator(WIDTH, HEIGHT)
    with _app(home) as terminal:
        if not _attached(terminal, screen):
            return False
        terminal.type("x")
        if not _read(terminal, screen, SHOWN_S, lambda: _shows(screen, "can be resumed")):
            return False
        terminal.type("y")
        return _read(terminal, screen, SHOWN_S, lambda: _shows(screen, " stopped "))


def _read(terminal: Terminal, screen: Emulator, most_s: float, until: Callable[[], bool]) -> bool:
    """Take what is drawn until something is true; whether it came true in time."""
    deadline = time.monotonic() + most_s
    while not until() and time.monotonic() < deadline:
        screen.feed(terminal.read(min(0.02, most_s)))
    return until()


def _wait(terminal: Terminal, screen: Emulator, mark: str) -> None:
    deadline = time.monotonic() + START_S
    while not _shows(screen, mark):
        if time.monotonic() > deadline:
            raise LabError(f"{mark!r} was not drawn within {START_S:g} s.")
        screen.feed(terminal.read(0.05))


def _shows(screen: Emulator, mark: str) -> bool:
    return bool(mark) and any(mark in line for line in screen.lines)


def _steps(rng: random.Random, numbers: Iterator[int]) -> Iterator[Step]:
    """A person who goes to and fro between the panes, asks, and decides about calls.

    Waits are of all lengths: some kills fall between a key and its first consequence.
    """

    def some(most: float) -> float:
        return rng.choice((0.05, 0.3, 1.0)) * rng.uniform(0, most)

    yield from _to_pane(*_CHAT)
    while True:
        what = rng.choice(("plain", "calc", "python", "python", "compare", "note"))
        if what == "compare":
            yield from _to_pane(*_COMPARE)
            yield from _asks(f"k{next(numbers)} plain", some(2))
            yield from _to_pane(*_CHAT)
            continue
        if what == "note":
            yield from _to_pane(*_RUNS)
            yield from _notes(f"n{next(numbers)}", some(2))
            yield from _to_pane(*_CHAT)
            continue
        yield from _asks(f"k{next(numbers)} {what}", some(2))
        if what == "python":
            yield Step("", 2, "? waiting")
            yield Step("", some(1) + 0.4)
            yield Step(rng.choice("aad"), some(2))


def _to_pane(key: str, mark: str) -> Iterator[Step]:
    # A key close behind escape would be alt and that key; the first one may only stop an answer.
    yield from (Step(_ESCAPE, 0.25), Step(_ESCAPE, 0.25), Step(key, 2, mark))


def _asks(question: str, wait_s: float) -> Iterator[Step]:
    # The slash goes to the prompt, or is written there; letters elsewhere would be keys.
    yield from (Step("/", 0.1), Step(_CLEAR, 0.1), Step(question[0], 2, f"│ {question[0]} "))
    yield from (Step(question[1:], 0.3, question), Step(_ENTER, wait_s))


def _notes(note: str, wait_s: float) -> Iterator[Step]:
    # The old note stands there until it is cleared; the new one is shown once it is on the disk.
    yield from (Step("n", 2, "─ note · "), Step(_CLEAR, 0.1), Step(note, 1, f" {note} "))
    yield from (Step(_KEEP, 0.3), Step("", wait_s + 1))


def _compare(home: Path, shown: Confirmed, tally: Tally) -> None:
    """Look for everything that was shown on the disk."""
    state = State(home / "lab.sqlite")
    with closing(state.database):
        state.database.check()
        tally.damaged += state.database.take_notices()
        kept = _kept(state)._replace(notes=_noted(home))
    for name in Confirmed._fields:
        on_screen = getattr(shown, name)
        setattr(tally, name, getattr(tally, name) + len(on_screen))
        tally.missing += sorted(f"{name} {each}" for each in on_screen - getattr(kept, name))


def _kept(state: State) -> Confirmed:
    """Everything that is in the database, read as the app reads it."""
    questions: set[str] = set()
    answers: set[str] = set()
    for listed in state.conversations.listed():
        for exchange in state.conversations.load(listed.key).exchanges:
            questions.add(_number(exchange.question))
            if exchange.reply.state == "done":
                answers.update(_numbers(exchange.reply.text))
    keys = state.database.read(lambda db: db.execute("SELECT key FROM prompts").fetchall())
    for (key,) in keys:  # Not from the history, which lists the newest only.
        prompt, answered = state.prompts.load(key)
        questions.add(_number(prompt.text))
        answers.update(n for each in answered for n in _numbers(each.answer.rows[0].text))
    calls = {each.call[1:] for each in state.decisions.listed()}
    return Confirmed(frozenset(questions), frozenset(answers), frozenset(calls))


def _noted(home: Path) -> frozenset[str]:
    """The note on the run, and all that it took the place of."""
    notes = [read_note(folder) for folder in (home / "runs").iterdir() if folder.is_dir()]
    last = max((int(note[1:]) for note in notes if note), default=-1)
    return frozenset(map(str, range(last + 1)))


def _number(question: str) -> str:
    return question.partition(" ")[0][1:]


def _numbers(text: str) -> set[str]:
    return {word[1:] for word in text.split() if word[:1] == "a" and word[1:].isdigit()}
