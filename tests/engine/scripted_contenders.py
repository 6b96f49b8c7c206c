"""Contenders for tests: scripted ones, and real ones that run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from engine.bench.contenders import Contender
from engine.bench.turn import About, Turn


class InProcess:
    """Stands for a ``Child``: what is asked and answered goes through JSON all the same."""

    def __init__(self, contender: object) -> None:
        self.contender = contender

    def ask(self, operation: str, **arguments: Any) -> Any:
        sent = json.loads(json.dumps(arguments))
        return json.loads(json.dumps(getattr(self.contender, operation)(**sent)))


def in_process(name: str, contender: object) -> Contender:
    child = InProcess(contender)
    return Contender(name, child.ask("about"), child)  # type: ignore[arg-type]


Seconds = Callable[[int], float]
"""How long turn i of a contender takes."""


class Scripted:
    """Takes the times it is told to and draws the tokens it is told to."""

    def __init__(self, seconds: Seconds, draw: Callable[[int, int], int] = lambda *_: 7) -> None:
        self._seconds = seconds
        self._draw = draw
        self.asked: list[dict[str, Any]] = []

    def about(self) -> About:
        return About(version="1", note="", weight_bytes=1000, load_s=1.0, load_peak_bytes=None)

    def decode(self, prompts: Sequence[Sequence[int]], lengths: Sequence[int], **more: Any) -> Turn:
        number = len(self.asked)
        self.asked.append({"prompts": prompts, "lengths": lengths, **more})
        seconds = self._seconds(number)
        rows = enumerate(lengths)
        return Turn(
            seconds=seconds,
            first_s=[seconds / 4] * len(prompts),
            ids=[[self._draw(row, token) for token in range(length)] for row, length in rows],
            n_read=sum(map(len, prompts)),
            peak_bytes=1000 + number,
        )

    def render(self, n_pages: int) -> list[list[int]]:
        return [list(range(1, 60))] * n_pages

    def forget(self) -> None:
        self.asked.append({})


class SteadyMemory:
    """Stands for ``Bandwidth``: 5,000 bytes a second."""

    def bytes_per_s(self, n_bytes: int) -> float:
        return 5000.0


def say_nothing(_: str) -> None:
    pass
