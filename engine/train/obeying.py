"""What a training does between two steps when it is asked to pause or to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.train.journal import Journal

POLL_S = 0.1


class StopAskedError(Exception):
    """The run is to stop before its training has begun; what is done is on disk."""


def obey_before(journal: Journal) -> None:
    """Wait while the run is paused, before its first step.

    Raises:
        StopAskedError: it is to stop.
    """
    if journal.wanted() == "pause":
        before = journal.status
        journal.state("paused", 0)
        while journal.wanted() == "pause":
            time.sleep(POLL_S)
        if journal.wanted() != "stop":
            journal.state(before.state, 0, before.message)
    if journal.wanted() == "stop":
        raise StopAskedError


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
