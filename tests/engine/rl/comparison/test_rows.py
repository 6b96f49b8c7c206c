"""The arithmetic of the table, and the words under it."""

from __future__ import annotations

import json

import pytest

from engine.rl.comparison.report import as_json, markdown
from engine.rl.comparison.rows import PARENT, Measured, Spread, rows_of
from engine.rl.comparison.wanted import Comparison

WANTED = Comparison(parent="some\nbody")


def measured(
    preset: str, seed: int | None, pass_at_1: float, *, steps: int = 60, seconds: float | None = 9.6
) -> Measured:
    return Measured(
        preset=preset, seed=seed, checkpoint="c", sha256="s", steps=steps, rollouts=256 * steps,
        seconds=seconds,
        figures={"pass_at_1": pass_at_1, "pass_at_k": 0.9, "k": 8, "mean_length": 41.26,
                 "kl": 0.01234, "n": 100, "samples": 8},
    )  # fmt: skip


RUNS = [
    measured(PARENT, None, 0.5, steps=0, seconds=0.0),
    measured("grpo", 1, 0.60),
    measured("dapo", 1, 0.75, steps=40),
    measured("grpo", 2, 0.70),
    measured("grpo", 3, 0.65, seconds=None),
]


@pytest.mark.parametrize(
    ("values", "spread"),
    [
        ([0.6, 0.7, 0.65], Spread(0.65, 0.05, 0.6, 0.7)),
        ([1.0, 3.0], Spread(2.0, 2**0.5, 1.0, 3.0)),
        ([0.5], Spread(0.5, None, 0.5, 0.5)),
        ([0.5, 0.5], Spread(0.5, 0.0, 0.5, 0.5)),
    ],
)
def test_means_and_deviations(values: list[float], spread: Spread) -> None:
    found = Spread.of(values)
    assert (found.mean, found.least, found.most) == pytest.approx(
        (spread.mean, spread.least, spread.most)
    )
    assert found.sd == (None if spread.sd is None else pytest.approx(spread.sd))


def test_a_row_for_each_preset() -> None:
    parent, grpo, dapo = rows_of(RUNS)
    assert (parent.preset, parent.seeds) == (PARENT, ())
    assert (grpo.preset, grpo.seeds, dapo.seeds) == ("grpo", (1, 2, 3), (1,))
    assert grpo.cells == [
        "3", "0.650 ± 0.050 (0.600..0.700)", "0.900 ± 0.000", "41.3 ± 0.0", "0.0123", "60", "15360",
        "-",
    ]  # fmt: skip
    assert dapo.cells == ["1", "0.750", "0.900", "41.3", "0.0123", "40", "10240", "10"]
    assert parent.cells == ["-", "0.500", "0.900", "41.3", "0.0123", "0", "0", "0"]


def test_the_document_says_how_it_was_made_equal() -> None:
    text = markdown(WANTED, RUNS)
    lines = text.splitlines()
    head = next(line for line in lines if line.startswith("| preset"))
    assert head.startswith("| preset | seeds | pass@1 | pass@8 | mean length | KL |")
    assert {line.count("|") for line in lines if line.startswith("|")} == {head.count("|")}
    assert "| grpo | 3 | 0.650 ± 0.050 (0.600..0.700) |" in text
    assert "From some body; 100 held-out problems" in text
    assert "dapo replaces groups" in text
    assert "it has 40 steps and the others 60" in text
    assert "replaces groups" not in markdown(WANTED, [RUNS[0], RUNS[1]])
    markdown(WANTED, RUNS[:1])  # stopped in the first run


def test_json_has_each_run_by_itself() -> None:
    read = json.loads(json.dumps(as_json(WANTED, RUNS)))
    assert [(run["preset"], run["seed"]) for run in read["runs"]] == [
        (PARENT, None), ("grpo", 1), ("dapo", 1), ("grpo", 2), ("grpo", 3),
    ]  # fmt: skip
    by_preset = {row["preset"]: row for row in read["rows"]}
    assert by_preset["grpo"]["figures"]["pass_at_1"]["sd"] == pytest.approx(0.05)
    assert by_preset["dapo"]["figures"]["pass_at_1"]["sd"] is None
    assert by_preset["grpo"]["figures"]["seconds"] is None
    assert read["comparison"]["task"] == "letter_counting"
