"""The app that is measured: four columns that stream, a training that writes on, a filling grid.

What a model is asked takes no time here: the engine is scripted. Nothing in the app knows that it
is measured.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import chain, repeat
from pathlib import Path

from tui.bench.scripted import (
    WORDS,
    ScriptedEngine,
    ScriptedRuns,
    checkpoint,
    scripted_services,
    training_events,
)
from tui.bench.scripted_probes import (
    ScriptedFolder,
    ScriptedProbes,
    probe_status,
    question,
    record,
)
from tui.bench.terminal import Terminal
from tui.services import Services
from tui.start import run

COLUMNS = 4
PATIENCE_S = 30
QUESTIONS, ANSWERED_A_LOOK = 4000, 5
"""Of the probe, and how many of them are answered each time that the pane looks: 400 s in all."""
# Stop and leave the prompt, make the grid's pane, come back, add two columns, ask all four.
_TO_FOUR_COLUMNS = (
    ("\x1b", "own sampling"),
    ("6", "Person 1 "),
    ("4", "send"),
    ("\x1b", "own sampling"),
    ("+", "nano/base2"),
    ("+", "nano/sft2"),
    ("/", "send"),
    ("\r", "tok/s"),
)


def code(tokens_per_s: float) -> str:
    """What ``python -c`` is given to open it; ``tokens_per_s`` of all streams together."""
    return f"from tui.bench.lively import open_app; open_app({tokens_per_s / COLUMNS})"


def go_to_four_columns(terminal: Terminal) -> None:
    """From the first frame to four columns at work.

    Raises:
        LabError: the app ended, or does not do what it is told.
    """
    terminal.wait_for("job base-0001", PATIENCE_S)
    for key, shown in _TO_FOUR_COLUMNS:
        terminal.type(key)
        terminal.wait_for(shown, PATIENCE_S)


def open_app(tokens_per_s: float) -> None:
    """The app; ``tokens_per_s`` are those of one stream."""
    run(lively_services(tokens_per_s, ScriptedRuns(Path("/nowhere"))))


def lively_services(tokens_per_s: float, runs: ScriptedRuns) -> Services:
    """What the app is given: a stream's tokens a second, and the runs beside that which trains."""
    runs.add("base-0001", "running", step=100)
    engine = ScriptedEngine(
        script=lambda request: list(chain.from_iterable(repeat(WORDS, 50))),
        tokens_per_s=tokens_per_s,
    )
    names = (("base", "base"), ("sft", "sft"), ("base2", "base"), ("sft2", "sft"))
    return scripted_services(
        engine,
        runs,
        checkpoints=lambda: [checkpoint(f"nano/{name}", stage) for name, stage in names],
        events=lambda: training_events(1_000_000),
        lines=5,
        probes=_filling,
    )


@cache
def _filling() -> ScriptedProbes:
    rng = random.Random(1)
    asked = [question(number) for number in range(QUESTIONS)]
    folder = ScriptedFolder(asked, [record(each, rng) for each in asked], pace=ANSWERED_A_LOOK)
    probes = ScriptedProbes()
    probes.add(probe_status("facts-0001", "running", total=QUESTIONS), folder)
    return probes
