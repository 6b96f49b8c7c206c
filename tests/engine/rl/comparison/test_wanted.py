from typing import Any

import pytest

from engine.data.world import PICO_WORLD
from engine.errors import RunError
from engine.rl.comparison.wanted import Comparison, budget
from engine.rl.plan import ALGORITHMS, plan
from engine.train.recipe import recipe as make_recipe


def test_every_seed_is_a_whole_comparison_and_all_may_draw_as_many() -> None:
    wanted = Comparison(n_seeds=2, steps=7, n_prompts=6, group_size=5)
    recipes = list(wanted.recipes("pico", PICO_WORLD))
    plans = [recipe.rl for recipe in recipes if recipe.rl is not None]
    assert [recipe.seed for recipe in recipes] == [1] * 5 + [2] * 5
    assert [plan.algorithm for plan in plans] == [*ALGORITHMS, *ALGORITHMS]
    assert {budget(recipe) for recipe in recipes} == {7 * 6 * 5}
    assert {plan.tasks for plan in plans} == {("letter_counting",)}
    assert all(recipe.world == PICO_WORLD for recipe in recipes)


def test_what_is_left_out_is_as_the_preset_has_it() -> None:
    (recipe,) = Comparison(presets=("expert",), n_seeds=1).recipes("pico", PICO_WORLD)
    assert recipe.rl is not None
    assert (recipe.steps, recipe.rl.n_prompts, recipe.rl.group_size) == (4, 4, 4)


def test_a_cold_start_draws_nothing() -> None:
    own = plan("grpo", ("parity",), size="pico", cold_start=5)
    assert budget(make_recipe("rl", "pico", steps=2, rl=own)) == 2 * 4 * 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_seeds": 0}, "0 seeds are no run"),
        ({"n_seeds": -1}, "-1 seeds"),
        ({"presets": ()}, "compare: none"),
        ({"presets": ("grpo", "grpo")}, "grpo, grpo. Name one or more, each once"),
        ({"presets": ("grpo", "")}, "no RL preset ''"),
        ({"presets": ("ppo",)}, "no RL preset 'ppo'"),
        ({"group_size": 1}, "group_size = 1"),
        ({"n_prompts": 0}, "n_prompts = 0"),
    ],
)
def test_what_cannot_be_compared(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RunError, match=said):
        Comparison(**changes)


@pytest.mark.parametrize(("size", "steps", "said"), [("huge", 2, "huge"), ("pico", 0, "steps = 0")])
def test_what_no_recipe_can_be_made_of(size: str, steps: int, said: str) -> None:
    with pytest.raises(RunError, match=said):
        list(Comparison(steps=steps).recipes(size, PICO_WORLD))
