from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from typing import Any

import pytest

from engine.evals.card import card
from engine.evals.card_rl import again, kept, lines
from engine.rl.plan import plan
from engine.train.following import seconds_of
from engine.train.recipe import recipe
from tests.engine.evals.attempted import events, manifest, own_recipe, verified
from tui.cli.parser import build_parser
from tui.cli.train_rl import preset_and_plan

FIGURES: dict[str, Any] = {
    "verified": {
        "word_problems": {"before": verified(0.137, 35.04), "after": verified(0.875, 36.21)},
        "parity": {"before": verified(0.48, 7.9, n=64), "after": verified(0.981, 51.3, n=64)},
    },
    "kept": {},
}


def written(cold_start: int = 0, **changes: Any) -> str:
    about = manifest(own_recipe(cold_start=cold_start, **changes))
    return "\n".join(lines(about, events(cold_start=cold_start), FIGURES))


def test_the_table_has_what_was_measured() -> None:
    text = written()
    assert "| task | problems | `nano/sft` | pass@1 | pass@8 | greedy | tokens in an" in text
    assert (
        "| word problems | 100 | 0.137 | 0.875 | 0.925 | 0.825 | 35.0 → 36.2 |\n"
        "| parity | 64 | 0.480 | 0.981 | 1.031 | 0.931 | 7.9 → 51.3 |"
    ) in text
    assert "](curve.svg)" in text
    assert "cold" not in text


def test_a_cold_start_is_told_with_what_came_of_it_alone() -> None:
    text = written(cold_start=600)
    assert "A cold start of 600 steps came first" in text
    assert "in 20 steps of 16 x 16" in text
    assert "64 problems with 4 attempts at each" in text
    assert "| parity | 64 | 0.480 | 0.560 | 0.981 |" in text
    tables = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    assert len(set(tables)) == 1


@pytest.mark.parametrize(
    ("n_events", "words"), [(20, "attempts at each): 6,000 attempts"), (10, ": about 6,000 a")]
)
def test_attempts_are_counted_and_guessed_where_the_curve_is_thinned(
    n_events: int, words: str
) -> None:
    told = events()
    steps = [event for event in told if event["type"] == "rl"]
    thinned = [e for e in told if e["type"] != "rl" or e in steps[:n_events]]
    text = "\n".join(lines(manifest(own_recipe()), thinned, FIGURES))
    assert words in text
    assert ("about" in text) == (n_events < 20)


def test_time_goes_on_where_the_clock_of_a_resumed_run_begins_anew() -> None:
    clocks = [10.0, 20.0, 5.0, 30.0, 1.0]
    told = [{"type": "step", "step": n, "elapsed_s": s} for n, s in enumerate(clocks, 1)]
    assert seconds_of(told) == 51.0
    assert seconds_of([]) is None
    assert "took 2 minutes" in written()


@pytest.mark.parametrize(
    ("name", "cell"),
    [("a|b", "| a\\|b |"), ("a\nb", "| a b |"), ("<b>&", "| &lt;b&gt;&amp; |")],
)
def test_a_name_stays_in_its_cell(name: str, cell: str) -> None:
    figures = {**FIGURES, "verified": {name: FIGURES["verified"]["parity"]}}
    assert cell in "\n".join(lines(manifest(own_recipe()), events(), figures))


def asked_by(command: str) -> argparse.Namespace:
    words = shlex.split(command.split("`")[1])
    assert words.pop(0) == "llmlab"
    return build_parser().parse_args(words)


@pytest.mark.parametrize("changes", [{}, {"replay_tokens": 2048, "resample": False, "kl": 0.5}])
@pytest.mark.parametrize("cold_start", [0, 600])
@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("preset", ["nano", "pico"])
@pytest.mark.parametrize(("algorithm", "reward"), [("dapo", "true"), ("grpo", "format")])
def test_the_command_makes_the_very_recipe(
    changes: dict[str, Any], cold_start: int, seed: int, preset: str, algorithm: str, reward: str
) -> None:
    tasks = ("parity", "gym:chain_sum")
    how = plan(algorithm, tasks, size=preset, reward=reward, cold_start=cold_start, **changes)
    own = recipe("rl", preset, steps=33, rl=how, seed=seed)
    line = again(manifest(own))
    assert "in the recipe" not in line
    asked = asked_by(line)
    size, found = preset_and_plan(asked)
    assert recipe("rl", size, steps=asked.steps, rl=found, seed=asked.seed) == own
    assert asked.from_checkpoint == "nano/sft"


def test_what_no_option_asks_for_is_said() -> None:
    own = replace(own_recipe(replay_tokens=2048), muon_lr=0.5)
    line = again(manifest(own))
    assert line.endswith("--set replay_tokens=2048`, with muon_lr = 0.5 in the recipe")


def shares(head: float, with_tools: float) -> dict[str, Any]:
    return {
        "facts": {"head": {"correct": head, "abstained": 0.0}},
        "tools": {"word_problems": {"with": with_tools}},
    }


def test_what_the_parent_could_is_held_against_what_is_left() -> None:
    found = kept(shares(0.98, 0.997), {**shares(0.96, 0.9), "skills": {}})
    assert found["facts of the head right"] == {"before": 0.98, "after": 0.96}
    text = "\n".join(lines(manifest(own_recipe()), events(), {**FIGURES, "kept": found}))
    assert "fell most is word problems with tools right: from 0.997 to 0.900." in text
    risen = kept(shares(0.9, 0.9), shares(0.95, 0.9))
    text = "\n".join(lines(manifest(own_recipe()), events(), {**FIGURES, "kept": risen}))
    assert "Of 3 other figures of the parent, which stand below, none fell." in text
    assert kept({}, shares(1, 1)) == {}


def test_the_whole_card() -> None:
    figures = {**FIGURES, "bpb": {"pages": 9, "bits_per_byte": 0.2}}
    text = card("nano/rl", manifest(own_recipe()), figures, events())
    assert text.startswith("---\nlicense: mit\n")
    assert text.index("# nano/rl") < text.index("## How it learned") < text.index("## Figures")
    assert "- **Again** `llmlab train rl --task parity --task word_problems --preset dapo" in text
