"""One start of the app: it shows what goes on, is used for a while, and is killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from engine.errors import LabError
from tui.bench.kill import course, runs
from tui.bench.kill.person import Person, Step, to_pane
from tui.bench.kill.screen import FRAMES_ARE_WHOLE, Emulator, shows
from tui.bench.kill.seen import Seen
from tui.bench.kill.subjects import GOING, USES, WATCHED
from tui.bench.kill.watched import Going
from tui.bench.terminal import Terminal

WIDTH, HEIGHT = 120, 50
START_S = 60.0
SHOWN_S = 20.0
"""Within which work that goes on is shown as going on, on a busy machine too."""
LOOK_EVERY_S = 0.25
_CODE = """
import sys
from tui.bench.kill.app import main
sys.exit(main())
"""


class Visit:
    """One start of the app, and its end.

    Args:
        home: the lab's folder.
        person: who uses it.
    """

    def __init__(self, home: Path, person: Person) -> None:
        self._home, self._person = home, person
        self._screen = person.screen = Emulator(WIDTH, HEIGHT)
        self.seen = Seen(WATCHED)
        self.killed_at = 0.0
        self._looked_at = 0.0

    def until_killed(self, most_s: float) -> bool:
        """Use the app for a while; whether it showed at its start what goes on."""
        with self._app() as terminal:
            attached = self._attached(terminal)
            end = time.monotonic() + self._person.rng.uniform(0.2, most_s)
            steps = self._steps()
            while time.monotonic() < end:
                step = next(steps)
                terminal.type(step.keys)
                wait_s = min(step.wait_s, end - time.monotonic())
                there = self._read(terminal, wait_s, partial(self._shows, step.mark))
                if step.mark and not there:
                    steps = self._steps()  # It was somewhere else: begin anew.
            self.killed_at = time.monotonic()
            terminal.send(signal.SIGKILL)
            self._screen.feed(terminal.rest())
        self.seen.look(self._screen.lines, self.killed_at)
        return attached

    def stops_training(self) -> bool:
        """Whether the app stops the training."""
        with self._app() as terminal:
            if not self._attached(terminal):
                return False
            self._go(terminal, *to_pane(*runs.RUNS))
            terminal.type("x")
            if not self._read(terminal, SHOWN_S, lambda: self._shows("can be resumed")):
                return False
            terminal.type("y")
            return self._read(terminal, SHOWN_S, lambda: self._shows(" stopped "))

    def _app(self) -> Terminal:
        env = {
            "LLMLAB_HOME": str(self._home),
            "LLMLAB_COURSE_FOLDER": str(course.folder_of(self._home)),
            "LANG": "C.UTF-8",
        }
        return Terminal(_CODE, width=WIDTH, height=HEIGHT, env=env)

    def _attached(self, terminal: Terminal) -> bool:
        """Whether all that goes on is shown, and gets on."""
        terminal.type(FRAMES_ARE_WHOLE)
        if not self._read(terminal, START_S, lambda: self._shows("engine ready")):
            raise LabError(f"'engine ready' was not drawn within {START_S:g} s.")
        return all(self._gets_on(terminal, going) for going in GOING)

    def _gets_on(self, terminal: Terminal, going: Going) -> bool:
        deadline = time.monotonic() + SHOWN_S
        while not self._shows(going.mark) and time.monotonic() < deadline:
            self._go(terminal, *to_pane(going.key, going.mark))

        def place() -> int | None:
            return going.place(self._screen.lines)

        self._read(terminal, SHOWN_S, lambda: place() is not None)
        first = place()
        return first is not None and self._read(terminal, SHOWN_S, lambda: (place() or 0) > first)

    def _go(self, terminal: Terminal, *steps: Step) -> None:
        for step in steps:
            terminal.type(step.keys)
            self._read(terminal, step.wait_s, partial(self._shows, step.mark))

    def _steps(self) -> Iterator[Step]:
        while True:
            yield from self._person.rng.choice(USES)(self._person)

    def _shows(self, words: str) -> bool:
        return shows(self._screen.lines, words)

    def _read(self, terminal: Terminal, most_s: float, until: Callable[[], bool]) -> bool:
        """Take what is drawn until something is true; whether it came true in time."""
        deadline = time.monotonic() + most_s
        while not until() and (left := deadline - time.monotonic()) > 0:
            self._screen.feed(terminal.read(min(0.02, left)))
            if time.monotonic() - self._looked_at > LOOK_EVERY_S:
                self._looked_at = time.monotonic()
                self.seen.look(self._screen.lines, self._looked_at)
        return until()
