"""The training process: ``python -m engine.train RUN``. Started by ``engine.runs``."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import IO

from engine.errors import LabError
from engine.files import read_json
from engine.runs import RunStatus, read_status
from engine.train.journal import Journal
from engine.train.recipe import Recipe

NICENESS = 10
"""Typing and sampling come before training."""


def train(name: str) -> int:
    """Run or resume the run ``name`` in this process; returns the exit code.

    Every end is written to the run's status: done, stopped, or failed with a sentence.
    """
    status = replace(read_status(name), pid=os.getpid())
    with (status.path / "lock").open("w") as lock:
        if not _locked(lock):
            # Looks lost after a long sleep of the machine, but its process goes on.
            print(f"The run {name!r} has a living process already.", file=sys.stderr)
            return 2
        return _train(status)


def _locked(lock: IO[str]) -> bool:
    """Take the run for this process until the file is closed; always true without ``fcntl``."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _train(status: RunStatus) -> int:
    journal = Journal(status)
    journal.state("starting", status.step)
    journal.keep_beating()
    trainer = None
    try:
        from engine.train.device import quiet_determinism, training_device
        from engine.train.loop import Trainer
        from engine.train.setup import prepare

        recipe = Recipe.from_json(read_json(status.path / "recipe.json"))
        quiet_determinism()
        trainer = Trainer(recipe, prepare(recipe, status.parent, training_device()), journal)
        trainer.run()
    except LabError as error:
        return _failed(journal, trainer.step if trainer else status.step, str(error))
    except KeyboardInterrupt:
        step = trainer.step if trainer else status.step
        if trainer is not None and step:
            trainer.save()
        journal.state("stopped", step, "Interrupted; resume it to go on.")
        return 130
    except Exception:
        traceback.print_exc()
        log = status.path / "log.txt"
        message = f"A bug ended the run; the traceback stands in {log}. Resume it to go on."
        return _failed(journal, trainer.step if trainer else status.step, message)
    return 0


def _failed(journal: Journal, step: int, message: str) -> int:
    print(message, file=sys.stderr)
    try:
        journal.state("failed", step, message)
    except LabError as error:  # a full disk: the heartbeat will tell, the log has the sentence
        print(error, file=sys.stderr)
    return 2


def step_back() -> None:
    """Lower this process's priority.

    A detached process is a session of its own, and Linux shares the processor between sessions
    first (autogroups): there ``nice`` counts only inside the group, so the group's own is set too.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS))


if __name__ == "__main__":
    step_back()
    sys.exit(train(sys.argv[1]))
