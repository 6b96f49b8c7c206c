"""Why there are no attempts to be seen yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.rl.plan import plan
from engine.rl.reader import RlReader
from engine.runs import RunStatus, State
from engine.train.recipe import recipe
from tui.rl.head_text import nothing_to_see
from tui.rl.watch import Shown


@pytest.mark.parametrize(
    ("state", "step", "said"),
    [
        ("running", 0, "attempts begin behind step 7"),
        ("stopped", 6, "attempts begin behind step 7"),
        ("lost", 6, "attempts begin behind step 7"),
        ("running", 7, "come with its end"),
        ("stopped", 7, "left no attempts"),
        ("done", 9, "left no attempts"),
    ],
)
def test_before_the_first_attempts(state: State, step: int, said: str, tmp_path: Path) -> None:
    how = plan("grpo", ("parity",), cold_start=7)
    total = recipe("rl", "pico", rl=how, steps=2).steps
    run = RunStatus(
        name="r", state=state, stage="rl", preset="pico", step=step, total_steps=total,
        path=tmp_path, pid=None, started="", message="", heartbeat=0.0, parent="p",
    )  # fmt: skip
    assert said in nothing_to_see(Shown(run, RlReader(tmp_path), how))
