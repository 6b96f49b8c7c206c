"""How much memory the app holds once all of it was shown, and over an hour of streaming.

All panes, their views and the larger screens are gone to first (``everywhere``). Then an hour's
answers come in minutes: the scripted engine writes many times faster than a model, so four columns
get as many tokens, questions and training steps as an hour brings. What grows with the clock
instead, and not with what comes, shows in a second app, walked through as well, at a model's pace.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.bench.everywhere import PLACES, Place, code, walk
from tui.bench.lively import go_to_four_columns
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
    places: Sequence[Place] = PLACES,
) -> dict[str, Any]:
    """Go everywhere, stream an hour's tokens fast, then some time at a model's pace.

    Args:
        narrate: told how far it is.
        tokens: of all columns together, of the fast part.
        tokens_per_s: of it.
        real_s: seconds at a model's pace.
        places: where to go, in turn.

    Returns:
        Resident MB behind each place (of the first app), at most, and how much it grew while
        either part streamed; ``flat`` and ``within_limit``.

    Raises:
        LabError: the app ended, there are no pseudo-terminals, or its memory cannot be asked for.
    """
    fast = _watched(narrate, places, tokens_per_s, questions=tokens // ANSWER_TOKENS)
    real = _watched(narrate, places, PACE_TOKENS_PER_S, seconds=real_s)
    grown = {"fast_grew_mb": _growth(fast.streaming), "real_grew_mb": _growth(real.streaming)}
    at_most = max(*fast.visited.values(), *real.visited.values(), *fast.streaming, *real.streaming)
    return {
        "terminal": f"{WIDTH}x{HEIGHT}",
        "tokens": tokens,
        "fast_s": round(fast.took_s, 1),
        "real_s": round(real.took_s, 1),
        "behind_mb": {place: round(value, 1) for place, value in fast.visited.items()},
        "at_most_mb": round(at_most, 1),
        **{name: round(value, 2) for name, value in grown.items()},
        "limit_mb": LIMIT_MB,
        "within_limit": at_most <= LIMIT_MB,
        "flat": all(value <= FLAT_MB for value in grown.values()),
    }


@dataclass(slots=True)
class _Watched:
    """What was seen of one app, in resident MB."""

    visited: dict[str, float] = field(default_factory=dict)
    """By place, when it had been shown."""
    streaming: list[float] = field(default_factory=list)
    """After each question."""
    took_s: float = 0.0
    """All questions together."""


def _watched(
    narrate: Callable[[str], None],
    places: Sequence[Place],
    tokens_per_s: float,
    *,
    questions: int | None = None,
    seconds: float = float("inf"),
) -> _Watched:
    watched = _Watched()
    with tempfile.TemporaryDirectory(prefix="llmlab-bench-") as home, ExitStack() as opened:
        for place in places:
            if place.prepare is not None:
                place.prepare(Path(home))
        terminal = opened.enter_context(
            Terminal(code(tokens_per_s), width=WIDTH, height=HEIGHT, env={"LLMLAB_HOME": home})
        )
        go_to_four_columns(terminal)
        watched.visited["four columns"] = terminal.resident_bytes() / 1e6
        narrate("bench memory: going everywhere ...")
        walk(terminal, places, watched.visited.__setitem__)
        sizes, began = watched.streaming, time.monotonic()
        while len(sizes) != questions and time.monotonic() - began < seconds:
            terminal.type(f"{_CLEAR_LINE}{len(sizes)}\r")
            terminal.drain(ANSWER_TOKENS / tokens_per_s)
            sizes.append(terminal.resident_bytes() / 1e6)
            if len(sizes) % 50 == 0:
                narrate(f"bench memory: {len(sizes)} questions, {sizes[-1]:.0f} MB ...")
        watched.took_s = time.monotonic() - began
    return watched


def _growth(sizes: list[float]) -> float:
    """MB between the second and the last quarter: the first one fills what is kept."""
    quarter = max(1, len(sizes) // 4)
    return statistics.mean(sizes[-quarter:]) - statistics.mean(
        sizes[quarter : 2 * quarter] or sizes
    )
