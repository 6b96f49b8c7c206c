"""The training that goes on while ``llmlab bench kill`` kills the app: steps without a model.

Run as a program with the run's name. Its folder, lock, heartbeat and obedience are a training's.
"""

from __future__ import annotations

import math
import os
import sys
import time
from dataclasses import replace

from engine import background
from engine.runs import RunStatus, create_run, read_status
from engine.train.journal import Journal
from engine.train.recipe import recipe

STEPS = 100_000
"""More than a benchmark takes."""
STEP_S = 0.1


def start() -> RunStatus:
    """Start it, detached as a training is.

    Raises:
        LabError: its folder cannot be made, or a run is training already.
    """
    made = create_run(recipe("base", preset="pico", steps=STEPS), from_checkpoint=None, name=None)
    return background.spawn("tui.bench.kill.training", made)


def main(name: str) -> int:
    """Write steps until it is asked to stop."""
    status = replace(read_status(name), pid=os.getpid())
    with (status.path / "lock").open("w") as lock:
        if not background.locked(lock):
            return 2
        journal = Journal(status)
        journal.state("running", 0)
        journal.keep_beating()
        for step in range(1, STEPS + 1):
            if journal.wanted() == "stop":
                journal.state("stopped", step, "Stopped as asked; resume it to go on.")
                break
            loss = 1 + 6 * math.exp(-step / 300)
            journal.event("step", step=step, loss=loss, bpb=0.6 * loss, elapsed_s=step * STEP_S)
            journal.at(step)
            time.sleep(STEP_S)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
