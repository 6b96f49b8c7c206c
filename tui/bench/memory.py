"""How much memory the app holds over an hour of streaming, and whether that stays.

An hour's answers come in minutes: the scripted engine writes many times faster than a model, so
four columns get as many tokens, questions and training steps as an hour brings. What grows with
the clock instead, and not with what comes, shows in a second part at a model's own pace.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from tui.bench.lively import code, go_to_four_columns
from tui.bench.terminal import Terminal

WIDTH, HEIGHT = 160, 48
LIMIT_MB = 150.0
FLAT_MB = 5.0
"""More than this between the second and the last quarter is growth, not the allocator's."""
PACE_TOKENS_PER_S = 400.0
"""Of all four columns together: ``nano`` on two processor cores."""
ANSWER_TOKENS = 4 * 500
_CLEAR_LINE = "\x15"


def run_memory_bench(
    narrate: Callable[[str], None],
    *,
    tokens: int = int(3600 * PACE_TOKENS_PER_S),
    tokens_per_s: float = 8000.0,
    real_s: float = 60.0,
) -> dict[str, Any]:
    """Stream an hour's tokens fast, then some time at a model's pace.

    Args:
        narrate: told how far it is.
        tokens: of all columns together, of the fast part.
        tokens_per_s: of it.
        real_s: seconds at a model's pace.

    Returns:
        Resident MB at the beginning, at most, and how much it grew in either part; ``flat`` and
        ``within_limit``.

    Raises:
        LabError: the app ended, there are no pseudo-terminals, or its memory cannot be asked for.
    """
    fast, took_s = _watched(narrate, tokens_per_s, questions=tokens // ANSWER_TOKENS)
    real, _ = _watched(narrate, PACE_TOKENS_PER_S, seconds=real_s)
    grown = {"fast_grew_mb": _growth(fast), "real_grew_mb": _growth(real)}
    return {
        "terminal": f"{WIDTH}x{HEIGHT}",
        "tokens": tokens,
        "fast_s": round(took_s, 1),
        "real_s": real_s,
        "at_first_mb": round(fast[0], 1),
        "at_most_mb": round(max(fast + real), 1),
        **{name: round(value, 2) for name, value in grown.items()},
        "limit_mb": LIMIT_MB,
        "within_limit": max(fast + real) <= LIMIT_MB,
        "flat": all(value <= FLAT_MB for value in grown.values()),
    }


def _watched(
    narrate: Callable[[str], None],
    tokens_per_s: float,
    *,
    questions: int | None = None,
    seconds: float = float("inf"),
) -> tuple[list[float], float]:
    """Resident MB, looked at after each question; how many seconds all of them took."""
    sizes: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="llmlab-bench-") as home,
        Terminal(
            code(tokens_per_s), width=WIDTH, height=HEIGHT, env={"LLMLAB_HOME": home}
        ) as terminal,
    ):
        go_to_four_columns(terminal)
        began = time.monotonic()
        while len(sizes) != questions and time.monotonic() - began < seconds:
            terminal.type(f"{_CLEAR_LINE}{len(sizes)}\r")
            terminal.drain(ANSWER_TOKENS / tokens_per_s)
            sizes.append(terminal.resident_bytes() / 1e6)
            if len(sizes) % 50 == 0:
                narrate(f"bench memory: {len(sizes)} questions, {sizes[-1]:.0f} MB ...")
        return sizes, time.monotonic() - began


def _growth(sizes: list[float]) -> float:
    """MB between the second and the last quarter: the first one fills what is kept."""
    quarter = max(1, len(sizes) // 4)
    return statistics.mean(sizes[-quarter:]) - statistics.mean(
        sizes[quarter : 2 * quarter] or sizes
    )
