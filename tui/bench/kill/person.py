"""Who uses the app: keys, what is waited for behind them, and how to get from pane to pane."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

from tui.bench.kill.screen import Emulator, shows

ESCAPE, CLEAR, ENTER, KEEP = "\x1b", "\x15", "\r", "\x13"
F3, F5, F8 = "\x1bOR", "\x1b[15~", "\x1b[19~"
CHAT, COMPARE = ("5", "─ message ─"), ("4", "─ prompt ─")


class Step(NamedTuple):
    """Keys, and what is waited for then."""

    keys: str
    wait_s: float
    """At most."""
    mark: str = ""
    """On the screen, which ends the wait."""


class Person:
    """Somebody at the app.

    Args:
        rng: of what they do.
        numbers: of which each is given once, so that everything said can be told apart.
    """

    def __init__(self, rng: random.Random, numbers: Iterator[int] | None = None) -> None:
        self.rng, self._numbers = rng, numbers or count(1)
        self.screen: Emulator | None = None
        """What they look at."""

    def number(self) -> int:
        """One that has not been given before."""
        return next(self._numbers)

    def sees(self, words: str) -> bool:
        """Whether words stand on the screen."""
        return self.screen is not None and shows(self.screen.lines, words)

    def some(self, most_s: float) -> float:
        """Seconds, of all lengths: some kills fall between a key and its first consequence."""
        return self.rng.choice((0.05, 0.3, 1.0)) * self.rng.uniform(0, most_s)


Use = Callable[[Person], Iterator[Step]]
"""Something that a person does."""


def to_pane(key: str, mark: str) -> Iterator[Step]:
    """Go to a pane, from wherever it is that one is."""
    # A key close behind escape would be alt and that key; the first one may only stop an answer.
    yield from (Step(ESCAPE, 0.25), Step(ESCAPE, 0.25), Step(key, 2, mark))


def types(text: str) -> Iterator[Step]:
    """Write in the prompt of a pane in place of what stands there."""
    # The slash goes to the prompt, or is written there; letters elsewhere would be keys.
    yield from (Step("/", 0.1), Step(CLEAR, 0.1), Step(text[0], 2, f"│ {text[0]} "))
    yield Step(text[1:], 0.3, text)


def asks(question: str, wait_s: float) -> Iterator[Step]:
    """Put a question in a pane."""
    yield from types(question)
    yield Step(ENTER, wait_s)
