from __future__ import annotations

import copy
import random
from dataclasses import replace
from pathlib import Path

import pytest
import scripted_model

from engine.checkpoint import load_model
from engine.dialect import LabDialect, load_dialect
from engine.manifest import CheckpointInfo, read_info
from engine.model import Transformer
from engine.native import prepare
from engine.rl.batch import Lesson
from engine.rl.learning import Learner
from engine.rl.metrics import drawn_figures
from engine.rl.plan import RlPlan, plan
from engine.rl.rollout import Drawn
from engine.rl.rollouts import HELDOUT_SAMPLES, Rollouts
from engine.tasks.task import Problem, Rewards, Said, Task
from engine.train.descent import Descent
from engine.train.recipe import recipe
from tests.engine.rl.toys import Never, Short
from tools.registry import Registry

NO_TOOLS = Registry([])


@pytest.fixture(scope="module")
def parent(pico_sft: Path) -> tuple[CheckpointInfo, Transformer]:
    prepare().result()
    return read_info(pico_sft, "pico/sft"), load_model(pico_sft)


def rollouts_of(
    parent: tuple[CheckpointInfo, Transformer], own: RlPlan, *tasks: Task, seed: int = 1
) -> Rollouts:
    info, _ = parent
    return Rollouts(own, tasks, seed, info, load_dialect(info), NO_TOOLS)


def small(algorithm: str = "grpo", **changes: object) -> RlPlan:
    return plan(algorithm, ("short",), **{"n_prompts": 4, "group_size": 4, **changes})


def lessons_of(drawn: Drawn, own: RlPlan) -> list[Lesson]:
    stop = frozenset({drawn.rollouts[0].group.attempts[0].ids[-1]})
    return [lesson for rollout in drawn.rollouts for lesson in rollout.lessons(own, stop)]


def test_a_step_is_a_function_of_weights_seed_and_number(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    _, model = parent
    first = rollouts_of(parent, small(), Short()).draw(model, 3)
    again = rollouts_of(parent, small(), Short()).draw(model, 3)
    assert first == again
    assert rollouts_of(parent, small(), Short()).draw(model, 4) != first
    assert rollouts_of(parent, small(), Short(), seed=2).draw(model, 3) != first
    texts = {attempt.ids for rollout in first.rollouts for attempt in rollout.group.attempts}
    assert len(texts) > 8, "attempts share their chances"


def test_it_draws_with_the_weights_as_they_are_now(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    model = copy.deepcopy(parent[1])
    rollouts = rollouts_of(parent, small(), Short())
    before = rollouts.draw(model, 1)
    for block in model.blocks:
        block.attention.o_proj.weight.data.mul_(-3)
    assert rollouts.draw(model, 1) != before


def test_a_group_is_recorded_whole(parent: tuple[CheckpointInfo, Transformer]) -> None:
    drawn = rollouts_of(parent, small(), Short(most=12)).draw(parent[1], 1)
    assert [rollout.group.step for rollout in drawn.rollouts] == [1] * 4
    assert drawn.first is drawn.rollouts
    attempts = [attempt for rollout in drawn.rollouts for attempt in rollout.group.attempts]
    assert drawn.n_attempts == len(attempts)
    assert drawn.n_tokens == sum(attempt.n_drawn for attempt in attempts)
    for attempt in attempts:
        assert all(attempt.drawn)
        assert len(attempt.ids) == len(attempt.pieces) == len(attempt.logprobs) <= 24
        assert attempt.ended == (attempt.pieces[-1] == "<|assistant_end|>")
        assert attempt.ended or len(attempt.ids) == 24
        assert all(logprob < 0 for logprob in attempt.logprobs)
    for rollout in drawn.rollouts:
        assert sum(attempt.advantage for attempt in rollout.group.attempts) == pytest.approx(0)
        assert 0 < rollout.entropy < 7


def test_several_tasks_share_the_problems(parent: tuple[CheckpointInfo, Transformer]) -> None:
    tasks = (Short(), Never())
    drawn = rollouts_of(parent, small(), *tasks).draw(parent[1], 1)
    assert [rollout.group.task for rollout in drawn.rollouts] == ["short", "never"] * 2


def test_more_tasks_than_problems_have_their_turns(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    tasks = [Short(name=f"short{i}") for i in range(3)]
    rollouts = rollouts_of(parent, small(n_prompts=2), *tasks)
    drawn = [rollouts.draw(parent[1], step) for step in (1, 2, 3)]
    names = [rollout.group.task for step in drawn for rollout in step.rollouts]
    assert sorted(names) == ["short0", "short0", "short1", "short1", "short2", "short2"]


def test_idle_problems_are_replaced_and_told_apart(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    own = small("dapo", overlong_buffer=0)
    drawn = rollouts_of(parent, own, Never()).draw(parent[1], 1)
    assert all(rollout.group.all_equal for rollout in drawn.rollouts), "bounded tries"
    questions = {rollout.group.question for rollout in drawn.rollouts}
    assert questions.isdisjoint(rollout.group.question for rollout in drawn.first)
    once = rollouts_of(parent, replace(own, resample=False), Never()).draw(parent[1], 1)
    assert once.rollouts == once.first == drawn.first
    assert drawn.n_attempts == 3 * once.n_attempts
    assert drawn.n_tokens > 2 * once.n_tokens


def test_training_and_held_out_problems_are_disjoint(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    rollouts = rollouts_of(parent, small(n_heldout=5), Short())
    heldout = rollouts.heldout(parent[1], 0)["short"]
    assert len(heldout) == 5
    assert all(len(group.attempts) == HELDOUT_SAMPLES for group in heldout)
    assert heldout == rollouts.heldout(parent[1], 0)["short"]
    asked = {group.question for group in heldout}
    for step in range(1, 6):
        drawn = rollouts.draw(parent[1], step)
        assert asked.isdisjoint(rollout.group.question for rollout in drawn.rollouts)


def test_overlong_answers_are_punished_or_left_out(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    own = small("dapo", overlong_buffer=8, drop_overlong=True, resample=False)
    task = replace(Short(), max_tokens=10)
    drawn = rollouts_of(parent, own, task).draw(parent[1], 1)
    lessons = lessons_of(drawn, own)
    attempts = [attempt for rollout in drawn.rollouts for attempt in rollout.group.attempts]
    assert {attempt.ended for attempt in attempts} == {True, False}
    for attempt, lesson in zip(attempts, lessons, strict=True):
        expected = -max(0, attempt.n_drawn - 2) / 8
        assert attempt.rewards["overlong"] == pytest.approx(expected)
        assert lesson.counted == attempt.ended


@pytest.mark.parametrize("algorithm", ["rejection", "expert"])
def test_only_what_is_kept_is_learned(
    parent: tuple[CheckpointInfo, Transformer], algorithm: str
) -> None:
    own = small(algorithm)
    drawn = rollouts_of(parent, own, Short(most=30)).draw(parent[1], 1)
    lessons = iter(lessons_of(drawn, own))
    for rollout in drawn.rollouts:
        attempts = rollout.group.attempts
        right = [attempt for attempt in attempts if attempt.correct]
        kept = [attempt for attempt in attempts if next(lessons).counted]
        if algorithm == "rejection":
            assert kept == right
        elif right:
            assert len(kept) == 1
            assert kept[0].n_drawn == min(attempt.n_drawn for attempt in right)


def test_a_reward_for_the_form_leaves_out_being_right(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    own = small(reward="format")
    drawn = rollouts_of(parent, own, Short()).draw(parent[1], 1)
    attempts = drawn.rollouts[0].group.attempts
    assert all(set(attempt.rewards) == {"calls", "working"} for attempt in attempts)


def test_the_sampler_and_the_trainer_agree_and_the_model_gets_better(
    parent: tuple[CheckpointInfo, Transformer],
) -> None:
    own = small("dr_grpo", n_prompts=8, group_size=8)
    model = copy.deepcopy(parent[1])
    steps = replace(recipe("rl", "pico", rl=own, steps=12), muon_lr=0.01, adamw_lr=0.003)
    learner = Learner(model, parent[1], Descent(model, steps), own)
    rollouts = rollouts_of(parent, own, Short(most=16))
    right, gaps = [], []
    for step in range(12):
        drawn = rollouts.draw(model, step + 1)
        right.append(drawn_figures([r.group for r in drawn.rollouts])["pass_at_1"])
        learned = learner.learn(step, lessons_of(drawn, own), range(8))
        gaps.append(learned.figures["sampler_gap"])
    assert 0 < gaps[0] < 1e-4, "two ways to compute agree, but not to the last bit"
    assert max(gaps) < 1e-4
    assert right[0] < 0.7
    assert right[-1] > right[0] + 0.2, right


class Sum:
    """Asks for a call."""

    name, tools, max_tokens = "sum", ("calc",), 30

    def draw(self, rng: random.Random) -> Problem:
        question = f"{rng.randrange(10**6)} times 7?"
        return Problem(task="sum", question=question, answer="42", worked="")

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        return {"correct": float("42" in said.text), "calls": -0.1 * said.n_calls}


def test_what_a_tool_says_is_recorded_and_not_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    script = [*scripted_model.calling("calc", "6 * 7"), *scripted_model.said(" 42")]
    scripted_model.follow(monkeypatch, scripted_model.in_turn(script))
    local = scripted_model.local_model()
    dialect = LabDialect(scripted_model.TOKENIZER, chats=True, tools=("calc",))
    registry = scripted_model.echoing(calc=lambda text: "42")
    own = plan("grpo", ("sum",), n_prompts=2, group_size=2)
    drawn = Rollouts(own, [Sum()], 1, local.info, dialect, registry).draw(local.model, 1)
    for rollout in drawn.rollouts:
        for attempt in rollout.group.attempts:
            assert attempt.correct
            assert attempt.rewards == {"correct": 1.0, "calls": -0.1}
            forced = [piece for piece, own in zip(attempt.pieces, attempt.drawn, strict=True)
                      if not own]  # fmt: skip
            assert (forced[0], forced[-1]) == ("<|output_start|>", "<|output_end|>")
            assert attempt.n_drawn == len(script) + 1
            assert all(logprob == 0 for logprob, own in
                       zip(attempt.logprobs, attempt.drawn, strict=True) if not own)  # fmt: skip
    stop = dialect.stop_ids(chat=True)
    for lesson in drawn.rollouts[0].lessons(own, stop):
        drawn_ids = [token for token, own in zip(lesson.turn, lesson.drawn, strict=True) if own]
        assert drawn_ids == [*script, *stop]
        pairs = zip(lesson.turn, lesson.drawn, lesson.banned, strict=True)
        assert all(token not in banned for token, own, banned in pairs if own)
