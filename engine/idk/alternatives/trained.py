"""The runs of the trained alternatives: found, gone on with or begun, and followed to their ends.

They are ordinary runs, in processes of their own: the pipeline pane shows them, and one that was
left behind goes on when it is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine import runs
from engine.files import disk_error, write_json
from engine.idk.alternatives.asked_once import AskedOnce
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.telling import Tell
from engine.train.following import follow, remembered
from engine.train.recipe import Recipe


def trained(
    recipe: Recipe, parent: CheckpointInfo, ask: Callable[[], AskedOnce], folder: Path, tell: Tell
) -> CheckpointInfo:
    """The checkpoint that ``recipe`` makes of ``parent``, trained if it is not there.

    Args:
        recipe: of the stage idk.
        parent: what it begins from.
        ask: finds out what the parent knows; called for a new run only.
        folder: of the parent's weights: remembers the name of the run.
        tell: takes a line of progress now and then.

    Raises:
        RunError: another run is training, or this one failed.
        LabError: the disk is full.
        KeyboardInterrupt: the run has been stopped; asked for again, it goes on.
    """
    known = folder / f"run-{recipe.method}.json"
    status = remembered(known, recipe)
    if status is None:
        asked = ask()
        status = runs.create_run(recipe, from_checkpoint=parent.name, name=None)
        try:
            asked.hand_to(status)
        except OSError as error:
            raise disk_error(status.path, error) from error
        write_json(known, {"run": status.name})
        status = runs.spawn(status)
    elif status.state != "done" and status.state not in runs.ALIVE:
        status = runs.resume_run(status.name)
    tell(f"run {status.name}: {status.path}")
    follow(status, tell)
    return find_checkpoint(status.name)
