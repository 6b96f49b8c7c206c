"""How long a key press takes to show while four columns stream and a training is watched.

The app runs in a pseudo-terminal against a scripted engine (so that the model's own speed does not
matter); a letter that stands nowhere else is typed, and the clock stops when the terminal receives
it. Nothing in the app knows that it is measured.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from tui.bench.terminal import Terminal

COLUMNS = 4
WIDTH, HEIGHT = 160, 48
ASK_EVERY = 12
"""Key presses between two questions, about 1.2 s: an answer is 500 tokens, a context long."""
_LETTERS = [chr(code) for code in range(0x0400, 0x0460)]
_CLEAR_LINE = "\x15"
# Stop, leave the prompt, add two columns, ask all four.
_TO_FOUR_COLUMNS = (
    ("\x1b", "stopped"),
    ("\x1b", "own sampling"),
    ("+", "nano/base2"),
    ("+", "nano/sft2"),
    ("/", "send"),
    ("\r", "tok/s"),
)
_CODE = "from tui.bench.tui import open_app; open_app({tokens_per_s})"


def run_tui_bench(*, presses: int = 120, tokens_per_s: float = 1200.0) -> dict[str, Any]:
    """Type ``presses`` letters at irregular moments.

    Args:
        presses: how many key presses to time.
        tokens_per_s: of all four streams together.

    Returns:
        ``p50_ms``, ``p95_ms``, ``max_ms``, ``within_50_ms`` (a share), and what was measured.

    Raises:
        LabError: the app ended, a press was never shown, or there are no pseudo-terminals.
    """
    rng = random.Random(7)
    times = []
    code = _CODE.format(tokens_per_s=tokens_per_s / COLUMNS)
    with (
        tempfile.TemporaryDirectory(prefix="llmlab-bench-") as home,
        Terminal(code, width=WIDTH, height=HEIGHT, env={"LLMLAB_HOME": home}) as terminal,
    ):
        terminal.wait_for("job base-0001", 30)
        for key, shown in _TO_FOUR_COLUMNS:
            terminal.type(key)
            terminal.wait_for(shown, 30)
        drawn = terminal.drain(2.0)
        for number in range(presses):
            letter = _LETTERS[number % len(_LETTERS)]
            if number % ASK_EVERY == 0:
                # Clear the prompt, and ask again: the answers at hand are about to end.
                terminal.type(f"{_CLEAR_LINE}x\r")
                terminal.drain(0.3)
            before = terminal.drain_clock(rng.uniform(0.03, 0.15))
            terminal.type(letter)
            times.append((terminal.wait_for(letter, 10) - before) * 1000)
    times.sort()
    return {
        "columns": COLUMNS,
        "tokens_per_s": tokens_per_s,
        "terminal": f"{WIDTH}x{HEIGHT}",
        "presses": presses,
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1),
        "max_ms": round(times[-1], 1),
        "within_50_ms": round(sum(t <= 50 for t in times) / len(times), 3),
        "drawn_bytes_per_s": drawn // 2,
    }


def open_app(tokens_per_s: float) -> None:
    """The app as it is measured: four columns, and a training that writes on."""
    from tui.bench.scripted import (
        WORDS,
        ScriptedEngine,
        ScriptedRuns,
        checkpoint,
        scripted_services,
        training_events,
    )
    from tui.start import run

    runs = ScriptedRuns(Path("/nowhere"))
    runs.add("base-0001", "running", step=100)
    engine = ScriptedEngine(
        script=lambda request: list(chain.from_iterable(repeat(WORDS, 50))),
        tokens_per_s=tokens_per_s,
    )
    services = scripted_services(
        engine,
        runs,
        checkpoints=lambda: [
            checkpoint(f"nano/{name}", stage)
            for name, stage in (
                ("base", "base"),
                ("sft", "sft"),
                ("base2", "base"),
                ("sft2", "sft"),
            )
        ],
        events=lambda: training_events(1_000_000),
        lines=5,
    )

    run(services)
