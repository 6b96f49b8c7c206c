"""What a training does between two steps when it is asked to pause or to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.train.journal import Journal

POLL_S = 0.1


def obey(
    journal: Journal, step: int, save: Callable[[], None], publish: Callable[[], None]
) -> bool:
    """Do what the control file asks; False when the run is to stop here.

    Args:
        journal: of the run.
        step: steps that are done.
        save: keeps the state to resume from.
        publish: writes a checkpoint; not called before the first step.
    """
    action = journal.wanted()
    if action == "pause":
        save()
        journal.state("paused", step)
        while (action := journal.wanted()) == "pause":
            time.sleep(POLL_S)
        if action != "stop":
            journal.state("running", step)
    if action == "stop":
        save()
        if step:
            publish()
        journal.state("stopped", step, "Stopped as asked; resume it to go on.")
        return False
    return True
