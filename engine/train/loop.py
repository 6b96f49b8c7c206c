"""The training loop: the same for every stage; what differs stands in recipe and documents."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from engine.train.compiled import maybe_compile
from engine.train.descent import Descent
from engine.train.early import EarlyStop
from engine.train.journal import Journal
from engine.train.obeying import obey
from engine.train.packing import IGNORED, Batch
from engine.train.publish import finish, publish
from engine.train.recipe import Recipe
from engine.train.setup import Setup
from engine.train.state import load_state, save_state
from engine.train.watch import bits_per_byte, heldout_batches, sample_text, text_bytes

EVENT_EVERY_S = 0.5
PACE_S = 30.0
HELDOUT_BATCHES = 4
Loss = Callable[..., Tensor]
"""Of the arrays of a batch."""


class Trainer:
    """One run: takes up the newest saved state, trains, and says what happens in its journal."""

    def __init__(self, recipe: Recipe, setup: Setup, journal: Journal) -> None:
        self.recipe, self.setup, self.journal = recipe, setup, journal
        self.objective = setup.objective
        self.model = setup.model.train()
        self.device = next(self.model.parameters()).device
        self.descent = Descent(self.model, recipe)
        self.params, self.optimizers = self.descent.params, self.descent.optimizers
        self._heldout = heldout_batches(setup.heldout, recipe.row_lengths, recipe.batch_tokens)
        self._bytes = text_bytes(setup.tokenizer)
        self._tokens = 0
        self._early = EarlyStop(journal.status.path, recipe.patience)
        self.step = 0

    def run(self) -> None:
        """Train to the end, or until asked to stop.

        Raises:
            TrainingDivergedError: a loss or gradient norm that is not finite.
            LabError: the disk is full; what was saved before is whole.
        """
        self.step = load_state(self.journal.status.path, self.params, self.optimizers) or 0
        self.journal.rewind(self.step)
        self._tokens = self.step * self.recipe.batch_tokens
        loss = maybe_compile(lambda *batch: self.objective.loss(self.model, *batch), self.recipe)
        self.journal.state("running", self.step)
        if not self.step:
            self._develop()  # what there was before, to compare with
        saved = sampled = shown = time.monotonic()
        began = time.monotonic()
        pace_from, pace_tokens = began, self._tokens
        for batch in self._batches(self.step):
            if not obey(self.journal, self.step, self.save, lambda: self.publish(self.step)):
                return
            figures = self._train_step(loss, batch)
            self.journal.at(self.step)
            clock = time.monotonic()
            last = self.step == self.recipe.steps
            if self.step == 1 or last or clock - shown >= EVENT_EVERY_S:
                figures["tokens_per_s"] = (self._tokens - pace_tokens) / (clock - pace_from)
                figures["elapsed_s"] = clock - began
                self.journal.event("step", step=self.step, tokens=self._tokens, **figures)
                shown = clock
                # The pace is that of the last half minute, not of the whole run with its pauses.
                if clock - pace_from > PACE_S:
                    pace_from, pace_tokens = clock, self._tokens
            if self.step % self.recipe.eval_every == 0 or last:
                self.evaluate()
                self._develop()
            if last or clock - sampled >= self.recipe.sample_every_s:
                self._sample()
                sampled = time.monotonic()
            if clock - saved >= self.recipe.save_every_s and not last:
                self.save()
                saved = time.monotonic()
            if self._early.is_over(self.step):
                break
        self.save()
        best = self._early.restore(self.params)
        self.publish(self.step if best is None else best)
        self.journal.state("done", self.step)

    def _batches(self, done: int) -> Iterator[Batch]:
        """The batches after step ``done``; each epoch packs and shuffles anew from its seed."""
        recipe, step, epoch = self.recipe, 0, 0
        while step < recipe.steps:
            batches = self.objective.batches(recipe, f"{recipe.seed}:{epoch}")
            if step + len(batches) > done:
                yield from batches[max(0, done - step) : recipe.steps - step]
            step += len(batches)
            epoch += 1

    def _train_step(self, loss_of: Loss, batch: Batch) -> dict[str, Any]:
        """One update; returns the figures of a step event."""
        loss = loss_of(*(torch.from_numpy(array).to(self.device) for array in batch.arrays))
        loss.backward()  # type: ignore[no-untyped-call]
        value = float(loss.detach())
        figures: dict[str, Any] = self.descent.apply(self.step, value)
        self.step += 1
        self._tokens += batch.ids_BT.size
        if self.objective.in_nats:
            targets = batch.targets_BT[batch.targets_BT != IGNORED]
            n_bytes = int(self._bytes[targets].sum())
            figures["bpb"] = value * len(targets) / (math.log(2) * max(1, n_bytes))
        return figures

    def evaluate(self) -> dict[str, float]:
        """Loss and bits per byte on the held-out pages."""
        self.model.eval()
        loss, bpb = bits_per_byte(self.model, self._heldout[:HELDOUT_BATCHES], self.setup.tokenizer)
        self.model.train()
        self.journal.event("eval", step=self.step, val_loss=loss, val_bpb=bpb)
        return {"val_loss": loss, "val_bpb": bpb}

    def _develop(self) -> None:
        """Score the model on the development split, where the stage has one."""
        if self.setup.development is None:
            return
        self.model.eval()
        figures = self.setup.development(self.model)
        self.model.train()
        self.journal.event("development", step=self.step, **figures)
        self._early.offer(self.step, figures["score"], self.params)

    def _sample(self) -> None:
        prompt, ids = self.setup.sample_prompt()
        text = sample_text(self.model, self.setup.tokenizer, ids, seed=self.recipe.seed)
        self.journal.event("sample", step=self.step, prompt=prompt, text=text)

    def save(self) -> None:
        """Save the state to resume from."""
        save_state(self.journal.status.path, self.step, self.params, self.optimizers)

    def publish(self, step: int) -> None:
        """Write a checkpoint, with the weights of ``step``, that can be sampled from.

        Behind it nothing is learned any more.
        """
        finish(self.model.eval(), self.setup, self.journal, self.step)
        publish(
            self.model.eval(),
            self.recipe,
            self.setup,
            self.journal,
            step,
            self.evaluate(),
            tokens=step * self.recipe.batch_tokens,
        )
        self.model.train()
