"""A run's log that was cut, edited by hand or written by another program."""

import math
import random
from typing import Any

import pytest

from tui.run_history import RunHistory

KINDS: list[Any] = [
    "step",
    "eval",
    "sample",
    "checkpoint",
    "table",
    "development",
    "state",
    None,
    3,
    [],
    "x",
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    3.5,
    math.nan,
    math.inf,
    10**400,
    "x",
    "",
    [],
    {},
    [1],
    {"a": 1},
]
KEYS = ["step", "loss", "elapsed_s", "cold_start", "prompt", "text", "name", "number", "done",
        "total", "columns", "rows", "score", "share", "figures"]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_no_event_is_too_odd(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(1000):
        history = RunHistory()
        good = {"type": "step", "step": 1, "loss": 2.0, "elapsed_s": 1.0}
        odd = [
            {
                "type": rng.choice(KINDS),
                **{k: rng.choice(VALUES) for k in KEYS if rng.random() < 0.5},
            }
            for _ in range(5)
        ]
        history.take([good, *odd, {**good, "step": 2, "elapsed_s": 2.0}])
        assert history.losses[-1] == (2, 2.0)
        assert all(math.isfinite(step) and math.isfinite(loss) for step, loss in history.losses)
        left = history.eta_s(10)
        assert left is None or math.isfinite(left)
        history.table_eta_s()
