"""The probe that goes on while ``llmlab bench kill`` kills the app: answers without a model.

Run as a program with the probe's name. Its folder, lock, heartbeat and obedience are a probe's.
"""

from __future__ import annotations

import os
import random
import sys
import time
from dataclasses import replace

from engine import background
from engine.probes import store
from engine.probes.jobs import ProbePlan, ProbeStatus, create_probe, read_probe
from engine.probes.journal import ProbeJournal
from tui.bench.scripted_probes import question, record

QUESTIONS = 4000
"""More than are answered while a benchmark goes on."""
ANSWER_S = 0.5


def start() -> ProbeStatus:
    """Start it, detached as a probe is.

    Raises:
        LabError: its folder cannot be made.
    """
    made = create_probe(ProbePlan(checkpoint="nano/sft"))
    return background.spawn("tui.bench.kill.probing", made)


def main(name: str) -> int:
    """Write answers until it is asked to stop."""
    status = replace(read_probe(name), pid=os.getpid())
    with (status.path / "lock").open("w") as lock:
        if not background.locked(lock):
            return 2
        asked = [question(number) for number in range(QUESTIONS)]
        store.write_questions(status.path / store.QUESTIONS, asked)
        answers = store.AnswerFile(status.path / store.ANSWERS)
        journal = ProbeJournal(status)
        journal.write(state="running", total=QUESTIONS)
        journal.keep_beating()
        for number, each in enumerate(asked):
            if journal.stop_wanted:
                break
            answers.append([record(each, random.Random(number))])
            journal.answered(1)
            time.sleep(ANSWER_S)
        journal.ended("stopped", "Stopped as asked; resume it to go on.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
