"""The training process: ``python -m engine.train RUN``. Started by ``engine.runs``."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.background import locked, step_back
from engine.errors import LabError
from engine.files import read_json
from engine.lacking import sentence_for
from engine.runs import RunStatus, read_status
from engine.train.journal import Journal
from engine.train.recipe import Recipe

if TYPE_CHECKING:
    from engine.rl.loop import RlTrainer
    from engine.train.loop import Trainer
    from engine.train.setup import Setup


def train(name: str) -> int:
    """Run or resume the run ``name`` in this process; returns the exit code.

    Every end is written to the run's status: done, stopped, or failed with a sentence.
    """
    status = replace(read_status(name), pid=os.getpid())
    with (status.path / "lock").open("w") as lock:
        if not locked(lock):
            # Looks lost after a long sleep of the machine, but its process goes on.
            print(f"The run {name!r} has a living process already.", file=sys.stderr)
            return 2
        return _train(status)


def _train(status: RunStatus) -> int:
    journal = Journal(status)
    journal.state("starting", status.step)
    journal.keep_beating()
    trainer: Trainer | RlTrainer | None = None
    try:
        from engine.train.device import quiet_determinism

        recipe = Recipe.from_json(read_json(status.path / "recipe.json"))
        quiet_determinism()
        setup = _setup(recipe, status.parent, journal)
        if setup is None:
            journal.state("stopped", 0, "Stopped as asked; resume it to go on.")
            return 0
        trainer = _trainer(recipe, setup, journal)
        trainer.run()
    except LabError as error:
        return _failed(journal, trainer.step if trainer else status.step, str(error))
    except KeyboardInterrupt:
        step = trainer.step if trainer else status.step
        if trainer is not None and step:
            trainer.save()
        journal.state("stopped", step, "Interrupted; resume it to go on.")
        return 130
    except Exception as error:
        traceback.print_exc()
        log = status.path / "log.txt"
        bug = f"A bug ended the run; the traceback stands in {log}. Resume it to go on."
        message = sentence_for(error, "the run", bug)
        return _failed(journal, trainer.step if trainer else status.step, message)
    return 0


def _setup(recipe: Recipe, parent: str | None, journal: Journal) -> Setup | None:
    """What the loop begins with; None if the run was asked to stop before there is any."""
    from engine.train.device import training_device
    from engine.train.obeying import StopAskedError

    try:
        if recipe.data is not None:
            from engine.train.own_texts import prepare_own

            return prepare_own(recipe, recipe.data, training_device(), journal)
        if recipe.stage == "rl":
            from engine.rl.prepare import prepare_rl

            assert parent is not None
            return prepare_rl(recipe, parent, training_device())
        if recipe.stage == "idk":
            from engine.idk.prepare import prepare_idk

            assert parent is not None
            return prepare_idk(recipe, parent, training_device(), journal)
        from engine.train.setup import prepare

        return prepare(recipe, parent, training_device(), journal.status.path)
    except StopAskedError:
        return None


def _trainer(recipe: Recipe, setup: Setup, journal: Journal) -> Trainer | RlTrainer:
    """The loop of the recipe's stage."""
    if recipe.stage == "rl":
        from engine.rl.loop import RlTrainer

        return RlTrainer(recipe, setup, journal)
    from engine.train.loop import Trainer

    return Trainer(recipe, setup, journal)


def _failed(journal: Journal, step: int, message: str) -> int:
    print(message, file=sys.stderr)
    try:
        journal.state("failed", step, message)
    except LabError as error:  # a full disk: the heartbeat will tell, the log has the sentence
        print(error, file=sys.stderr)
    return 2


if __name__ == "__main__":
    step_back()
    sys.exit(train(sys.argv[1]))
