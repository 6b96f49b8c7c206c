"""How often contenders take turns: a number of times, or until time is up. No torch."""

from __future__ import annotations

import time
from collections.abc import Iterator

from engine.bench.contenders import Say

Rounds = tuple[int, float]
"""How many at most, and after how many seconds no further one is begun."""


def rounds_of(what: str, rounds: Rounds, say: Say) -> Iterator[int]:
    """Yield 0, 1, 2 ...: once at least, and say so each time."""
    most, seconds = rounds
    began = time.monotonic()
    for number in range(most):
        if number and time.monotonic() - began > seconds:
            say(f"{what}: time is up after {number} of {most} rounds")
            return
        say(f"{what}: round {number + 1} of {most}")
        yield number
