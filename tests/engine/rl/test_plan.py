from __future__ import annotations

from typing import Any

import pytest

from engine.errors import RunError
from engine.rl.plan import ALGORITHMS, RlPlan, plan
from engine.train.recipe import Recipe, recipe


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_recipe_with_a_plan_comes_back_from_json(algorithm: str) -> None:
    own = recipe("rl", "pico", rl=plan(algorithm, ("parity", "sorting"), size="pico"), seed=7)
    assert Recipe.from_json(own.to_json()) == own
    assert own.seed == 7


def test_recipes_of_before_have_no_plan() -> None:
    data = recipe("sft", "pico").to_json()
    del data["rl"]
    assert Recipe.from_json(data).rl is None


@pytest.mark.parametrize("stage", ["sft", "rl"])
def test_a_plan_is_of_the_stage_rl_alone(stage: str) -> None:
    own = plan("grpo", ("parity",)) if stage != "rl" else None
    with pytest.raises(RunError, match="part 'rl'"):
        recipe(stage, "pico", rl=own)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_prompts": 0}, "n_prompts = 0"),
        ({"group_size": 1}, "group_size = 1"),
        ({"n_updates": 0}, "n_updates = 0"),
        ({"n_updates": 3}, "n_updates = 3"),
        ({"kl": -1.0}, "kl = -1"),
        ({"temperature": 0.0}, r"temperature = 0\.0"),
        ({"clip_low": 1.0}, r"clip_low = 1\.0"),
        ({"reward": "gold"}, "no reward 'gold'"),
    ],
)
def test_plans_that_cannot_be_followed_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RunError, match=said):
        plan("grpo", ("parity",), **changes)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(RunError, match=r"no RL preset 'ppo'.*grpo"):
        plan("ppo", ("parity",))
    with pytest.raises(RunError, match="--task"):
        plan("grpo", ())
    with pytest.raises(RunError, match="would change nothing"):
        plan("rejection", ("parity",), reward="format")
    with pytest.raises(TypeError):
        RlPlan.from_json({**plan("grpo", ("parity",)).to_json(), "surprise": 1})
