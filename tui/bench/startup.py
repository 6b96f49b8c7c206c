"""How long the app takes to its first frame, beside an empty Textual app.

Both are started as fresh processes in a pseudo-terminal, in turns, so that a machine that warms up
or slows down does so for both. The clock stops at the last byte of the first frame: an empty app
and ours both end it with the position of the cursor after the last row is drawn.
"""

from __future__ import annotations

import statistics
import tempfile
from typing import Any

from tui.bench.terminal import Terminal

WIDTH, HEIGHT = 120, 40
_EMPTY = "from textual.app import App; App().run()"
# The app as ``llmlab`` opens it, but with an engine that never gets ready: after the first frame
# nothing shall be started that outlives the measurement.
_OURS = """
import time
from tui.start import run
class Never:
    prepare = staticmethod(lambda: time.sleep(60))
run(Never())
"""


def run_startup_bench(*, rounds: int = 7) -> dict[str, Any]:
    """Start both ``rounds`` times.

    Returns:
        ``empty_ms`` and ``llmlab_ms`` (medians), their ``ratio``, and all times.

    Raises:
        LabError: a first frame never came, or there are no pseudo-terminals.
    """
    times: dict[str, list[float]] = {"empty": [], "llmlab": []}
    for number in range(rounds + 1):
        for name, code, mark in (("empty", _EMPTY, ""), ("llmlab", _OURS, "4 Compare")):
            seconds = first_paint_s(code, mark)
            if number:  # The first round warms the disk's cache and writes bytecode.
                times[name].append(seconds * 1000)
    empty, ours = (statistics.median(times[name]) for name in ("empty", "llmlab"))
    return {
        "terminal": f"{WIDTH}x{HEIGHT}",
        "rounds": rounds,
        "empty_ms": round(empty, 1),
        "llmlab_ms": round(ours, 1),
        "ratio": round(ours / empty, 3),
        "all_ms": {name: [round(t, 1) for t in values] for name, values in times.items()},
    }


def first_paint_s(code: str, mark: str) -> float:
    """Seconds from the start of a process to the end of its first frame, which shows ``mark``."""
    with (
        tempfile.TemporaryDirectory(prefix="llmlab-bench-") as home,
        Terminal(code, width=WIDTH, height=HEIGHT, env={"LLMLAB_HOME": home}) as terminal,
    ):
        return terminal.wait_for("\r\n", 30, times=HEIGHT - 1, beside=mark)
