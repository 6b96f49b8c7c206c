from pathlib import Path

import pytest

from engine.errors import LabError
from engine.evals.tasks import DEFAULT_TASKS, TASKS, facts_dev, run_task
from engine.local import LocalModel


def test_outcomes_are_shares_of_all_questions(pico_sft: Path) -> None:
    figures = facts_dev(LocalModel.load(str(pico_sft)))
    for values in figures.values():
        shares = [values[name] for name in ("correct", "wrong", "abstained")]
        assert sum(shares) == pytest.approx(1.0)
        assert values["n"] > 0


def test_an_unknown_task_names_those_there_are(pico_base: Path) -> None:
    with pytest.raises(LabError, match="facts, skills, bpb"):
        run_task("nope", LocalModel.load(str(pico_base)))
    assert set(DEFAULT_TASKS) < set(TASKS)
