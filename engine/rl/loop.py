"""The training loop of the stage ``rl``: draw attempts, reward them, learn, look.

A step is a function of the weights, the optimizers' moments, the seed and the step's number; so a
run that was stopped or killed goes on from its last saved state to the very weights it would have
had.
"""

from __future__ import annotations

import contextlib
import copy
import time
from dataclasses import replace
from statistics import fmean
from typing import Any

from engine.dialect import load_dialect
from engine.errors import RunError
from engine.files import read_jsonl
from engine.native import prepare as native_code
from engine.rl.cold_start import ColdStart, fine_tuning
from engine.rl.learning import Learned, Learner
from engine.rl.metrics import drawn_figures, heldout_figures
from engine.rl.prepare import replay_of, tasks_of
from engine.rl.record import Group
from engine.rl.rollout import Drawn
from engine.rl.rollouts import HELDOUT_SAMPLES, Rollouts
from engine.rl.store import write_step
from engine.tools_here import open_tools
from engine.train.descent import Descent
from engine.train.journal import Journal
from engine.train.obeying import obey
from engine.train.publish import finish, publish
from engine.train.recipe import Recipe
from engine.train.setup import Setup
from engine.train.state import load_state, save_state
from engine.train.watch import bits_per_byte, heldout_batches, sample_text

WATCHED_GROUPS = 4
"""Groups of a step whose tokens are looked at again after the update."""
REFERENCE = "reference"
"""Folder with the weights after the cold start."""
PAGE_BATCHES = 4
"""Of held-out pages, at each measurement."""


class RlTrainer:
    """One run of the stage ``rl``: takes up the newest saved state and trains to the end."""

    def __init__(self, recipe: Recipe, setup: Setup, journal: Journal) -> None:
        assert recipe.rl is not None
        assert setup.parent is not None
        self.recipe, self.setup, self.journal = recipe, setup, journal
        self.plan, self.parent = recipe.rl, setup.parent
        self.tasks = tasks_of(self.plan)
        self.dialect = load_dialect(self.parent)
        self.model = setup.model.train()
        first = fine_tuning(recipe, self.plan) if self.plan.cold_start else recipe
        self.descent = Descent(self.model, first)
        self.cold_start = ColdStart(self.model, self.descent, first, setup.practice)
        # Before a saved state is loaded: these are the parent's weights.
        self._reference = copy.deepcopy(self.model).requires_grad_(False)
        replay = replay_of(recipe, setup.documents)
        self.learner = Learner(self.model, self._reference, self.descent, self.plan, replay)
        self._tools = open_tools(world=recipe.world)
        self.rollouts = Rollouts(
            self.plan, self.tasks, recipe.seed, self.parent, self.dialect, self._tools.registry
        )
        self.recipe_of_attempts = _without_cold_start(recipe)
        self.step = 0
        self._tokens = 0
        self._pages = heldout_batches(setup.heldout, recipe.row_lengths, recipe.batch_tokens)
        self._measured: tuple[int, dict[str, float]] | None = None

    def run(self) -> None:
        """Train to the end, or until asked to stop.

        Raises:
            TrainingDivergedError: a loss or gradient norm that is not finite.
            LabError: the disk is full; what was saved before is whole.
        """
        run = self.journal.status.path
        self.step = load_state(run, self.descent.params, self.descent.optimizers) or 0
        if self.step >= self.plan.cold_start:
            self._resume_attempts()
        # From the start even what was measured before it is told again.
        self.journal.rewind(self.step or -1)
        self.journal.state("running", self.step)
        self._tokens = self._tokens_before()
        # Waited for, as the same attempts must come out whenever it is there.
        native_code().result()
        with self._tools:
            if self._train():
                self.save()
                self.publish()
                self.journal.state("done", self.step)

    def _train(self) -> bool:
        """Do the steps that are left; False when the run is to stop before the last."""
        began = saved = sampled = time.monotonic()
        tokens_before = self._tokens
        if not self.step:
            self._measure()  # what there was before, to compare with
        while self.step < self.recipe.steps:
            if not obey(self.journal, self.step, self.save, self.publish):
                return False
            is_cold = self.step < self.plan.cold_start
            figures = self._practise() if is_cold else self._step()
            elapsed = time.monotonic() - began
            pace = (self._tokens - tokens_before) / elapsed
            common = {"step": self.step, "tokens": self._tokens, "elapsed_s": elapsed}
            if is_cold:  # Its pace says nothing of the attempts: what it belongs to is told.
                common["cold_start"] = self.plan.cold_start
            else:
                self.journal.event("rl", **common, **figures)
            of_any_run = {name: figures[name] for name in ("loss", "lr", "grad_norm")}
            self.journal.event("step", **common, **of_any_run, tokens_per_s=pace)
            self.journal.at(self.step)
            last = self.step == self.recipe.steps
            if self.step == self.plan.cold_start:
                self._begin_attempts()
            elif last or (not is_cold and self.step % self.recipe.eval_every == 0):
                self._measure()
            if last or time.monotonic() - sampled >= self.recipe.sample_every_s:
                self._sample()
                sampled = time.monotonic()
            if time.monotonic() - saved >= self.recipe.save_every_s and not last:
                self.save()
                saved = time.monotonic()
        return True

    def _practise(self) -> dict[str, Any]:
        """One step of the cold start; returns the figures of its ``step`` event."""
        figures, n_tokens = self.cold_start.learn(self.step)
        self.step += 1
        self._tokens += n_tokens
        return figures

    def _begin_attempts(self) -> None:
        """After the cold start: what is attempted now is compared with these weights."""
        self._reference.load_state_dict(self.model.state_dict())
        self.descent.forget()
        self.descent.follow(self.recipe_of_attempts, begun=self.step)
        # The state comes last: a run that is resumed from it finds the others.
        folder = self.journal.status.path / REFERENCE
        with contextlib.suppress(FileNotFoundError):  # The run was deleted: the next line says so.
            folder.mkdir(exist_ok=True)
        save_state(folder, self.step, self.descent.params, {})
        self._measure()
        self.save()

    def _resume_attempts(self) -> None:
        """Behind the cold start, or where there is none.

        Raises:
            RunError: the weights after it are gone or damaged.
        """
        self.descent.follow(self.recipe_of_attempts, begun=self.plan.cold_start)
        if self.plan.cold_start:
            reference = dict(self._reference.named_parameters())
            folder = self.journal.status.path / REFERENCE
            if load_state(folder, reference, {}) is None:
                raise RunError(
                    f"{folder} is gone, with the weights that this run compares its own with. "
                    "Start a new run."
                )

    def _step(self) -> dict[str, Any]:
        """One step; returns the figures of its ``rl`` event."""
        begun = time.perf_counter()
        drawn = self.rollouts.draw(self.model, self.step + 1)
        was_drawn = time.perf_counter()
        stop_ids = self.dialect.stop_ids(chat=True)
        lessons = [
            lesson for rollout in drawn.rollouts for lesson in rollout.lessons(self.plan, stop_ids)
        ]
        watched = range(min(WATCHED_GROUPS, len(drawn.rollouts)) * self.plan.group_size)
        learned = self.learner.learn(self.step, lessons, watched)
        self.step += 1
        self._tokens += learned.n_positions
        write_step(self.journal.status.path, self.step, _with_after(drawn, learned))
        rollout_s, train_s = was_drawn - begun, time.perf_counter() - was_drawn
        return {
            **drawn_figures([rollout.group for rollout in drawn.first]),
            **learned.figures,
            "entropy": fmean(rollout.entropy for rollout in drawn.first),
            "n_attempts": drawn.n_attempts,
            "rollout_s": rollout_s,
            "train_s": train_s,
            "rollout_tokens_per_s": drawn.n_tokens / rollout_s,
            "train_tokens_per_s": learned.n_positions / train_s,
        }

    def _measure(self) -> dict[str, float]:
        """Measure on held-out problems and pages, and tell; figures for a checkpoint."""
        if self._measured is not None and self._measured[0] == self.step:
            return self._measured[1]
        groups = self.rollouts.heldout(self.model, self.step)
        tasks = {name: heldout_figures(those, HELDOUT_SAMPLES) for name, those in groups.items()}
        self.journal.event("rl_eval", step=self.step, tasks=tasks)
        loss, bpb = bits_per_byte(self.model, self._pages[:PAGE_BATCHES], self.setup.tokenizer)
        self.journal.event("eval", step=self.step, val_loss=loss, val_bpb=bpb)
        figures = {"val_loss": loss, "val_bpb": bpb}
        figures |= {f"{name}_pass_at_1": each["pass_at_1"] for name, each in tasks.items()}
        self._measured = self.step, figures
        return figures

    def _sample(self) -> None:
        prompt, ids = self.setup.sample_prompt()
        text = sample_text(
            self.model,
            self.setup.tokenizer,
            ids,
            seed=self.recipe.seed,
            max_tokens=self.tasks[0].max_tokens,
        )
        self.journal.event("sample", step=self.step, prompt=prompt, text=text)

    def _tokens_before(self) -> int:
        """Tokens learned from in the steps that are done."""
        path = self.journal.status.path / "events.jsonl"
        told = [event["tokens"] for event in read_jsonl(path) if event["type"] == "step"]
        return int(told[-1]) if told else 0

    def save(self) -> None:
        """Save the state to resume from."""
        path = self.journal.status.path
        save_state(path, self.step, self.descent.params, self.descent.optimizers)

    def publish(self) -> None:
        """Write a checkpoint that can be sampled from; behind it nothing is learned any more."""
        figures = self._measure()
        finish(self.model.eval(), self.setup, self.journal, self.step)
        publish(
            self.model.eval(), self.recipe, self.setup, self.journal, self.step, figures,
            tokens=self._tokens,
        )  # fmt: skip
        self.model.train()


def _with_after(drawn: Drawn, learned: Learned) -> list[Group]:
    """The groups, with what was measured after the update."""
    groups, number = [], 0
    for rollout in drawn.rollouts:
        attempts = []
        for attempt in rollout.group.attempts:
            if number in learned.after:
                after = iter(learned.after[number])
                logprobs = tuple(next(after) if was_drawn else 0.0 for was_drawn in attempt.drawn)
                attempt = replace(attempt, logprobs_after=logprobs)
            attempts.append(attempt)
            number += 1
        groups.append(replace(rollout.group, attempts=tuple(attempts)))
    return groups


def _without_cold_start(recipe: Recipe) -> Recipe:
    """What is left of ``recipe`` behind its cold start."""
    assert recipe.rl is not None
    steps = recipe.steps - recipe.rl.cold_start
    return replace(recipe, steps=steps, rl=replace(recipe.rl, cold_start=0))
