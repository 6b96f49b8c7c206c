"""Runs of the stage ``rl`` in processes of their own that die where they are told to."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

import engine.rl.loop
from engine.train.__main__ import train
from engine.train.journal import Journal


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(number: int, function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """``function``, but the process dies before or after so many calls of it."""
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and not after:
            die()
        result = function(*args, **kwargs)
        if calls == number:
            die()
        return result

    return wrapped


def run_and_die(name: str, where: str, number: int, after: bool) -> None:
    """In a process of its own."""
    owner, _, attribute = where.rpartition(".")
    target: Any = {"loop": engine.rl.loop, "Journal": Journal,
                   "Learner": engine.rl.loop.Learner,
                   "ColdStart": engine.rl.loop.ColdStart, "": None}[owner]  # fmt: skip
    if target is not None:
        setattr(target, attribute, at_call(number, getattr(target, attribute), after=after))
    os._exit(train(name))


def in_child(name: str, where: str = "", number: int = 0, after: bool = False) -> int | None:
    child = multiprocessing.get_context("fork").Process(
        target=run_and_die, args=(name, where, number, after)
    )
    child.start()
    child.join(60)
    return child.exitcode
