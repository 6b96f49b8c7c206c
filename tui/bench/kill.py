"""Kills the app at random moments: what was on the screen as kept has to be in the database."""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import LabError
from tui.bench.kill_screen import FRAMES_ARE_WHOLE, Confirmed, Emulator, confirmed
from tui.bench.terminal import Terminal
from tui.state.state import State

WIDTH, HEIGHT = 120, 44
START_S = 60.0
_CODE = """
import sys
from pathlib import Path
from tui.bench.kill_app import main
sys.exit(main(Path({runs!r})))
"""
_ESCAPE, _CLEAR, _ENTER = "\x1b", "\x15", "\r"

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
        ``kills``; how many ``questions``, ``answers`` and ``calls`` stood on the screens as kept;
        which of them are ``missing``; ``damaged``, what was wrong with the database.

    Raises:
        LabError: the app did not start, or there are no pseudo-terminals.
    """
    rng, tally, numbers = random.Random(seed), Tally(), count(1)
    with tempfile.TemporaryDirectory(prefix="llmlab-kill-") as folder:
        for number in range(times):
            shown = _killed(Path(folder), rng, numbers, most_s)
            _compare(Path(folder), shown, tally)
            narrate(
                f"kill {number + 1} of {times}: {len(shown.questions)} questions, "
                f"{len(shown.answers)} answers, {len(shown.calls)} calls on the screen; "
                f"{len(tally.missing)} missing so far"
            )
    return {
        "kills": times,
        "questions": tally.questions,
        "answers": tally.answers,
        "calls": tally.calls,
        "missing": tally.missing,
        "damaged": tally.damaged,
    }


def _killed(folder: Path, rng: random.Random, numbers: Iterator[int], most_s: float) -> Confirmed:
    """Use the app for a while; what its last whole frame said was kept when it was killed."""
    screen = Emulator(WIDTH, HEIGHT)
    code = _CODE.format(runs=str(folder / "runs"))
    env = {"LLMLAB_HOME": str(folder / "home"), "LANG": "C.UTF-8"}
    with Terminal(code, width=WIDTH, height=HEIGHT, env=env) as terminal:
        terminal.type(FRAMES_ARE_WHOLE)
        _wait(terminal, screen, "engine ready")
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

    yield from _to_pane("5", "─ message ─")
    while True:
        what = rng.choice(("plain", "calc", "python", "python", "compare"))
        if what == "compare":
            yield from _to_pane("4", "─ prompt ─")
            yield from _asks(f"k{next(numbers)} plain", some(2))
            yield from _to_pane("5", "─ message ─")
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


def _compare(folder: Path, shown: Confirmed, tally: Tally) -> None:
    """Look for everything that was shown in the database."""
    state = State(folder / "home" / "lab.sqlite")
    with closing(state.database):
        state.database.check()
        tally.damaged += state.database.take_notices()
        kept = _kept(state)
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


def _number(question: str) -> str:
    return question.partition(" ")[0][1:]


def _numbers(text: str) -> set[str]:
    return {word[1:] for word in text.split() if word[:1] == "a" and word[1:].isdigit()}
