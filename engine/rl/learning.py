"""From a step's attempts to new weights.

What is "old" in the ratio: the trainer's own log-probabilities with the weights that drew, not the
sampler's. The two come from different code (the sampler's forward pass is compiled C over a paged
cache) and differ by rounding; that difference is measured (``sampler_gap``) and kept out of the
ratio. The first update has just these weights, so its ratio is 1 and its old values are its own,
without gradient; those of later updates are computed before the first one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.model import Transformer
from engine.rl.batch import Lesson, MicroBatch, micro_batches
from engine.rl.loss import attempt_weights, clipped_gain, divergence
from engine.rl.plan import RlPlan
from engine.rl.policy import Seen, see
from engine.train.descent import Descent
from engine.train.objective import next_token_loss
from engine.train.packing import Batch

Replay = Callable[[int], Batch]
"""The batch of other text that goes with each optimisation step of a run, by its number."""


@dataclass(slots=True)
class _Means:
    """Means over all tokens that were looked at."""

    sums: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, name: str, values_N: Tensor) -> None:
        self.sums[name] += float(values_N.detach().double().sum())
        self.counts[name] += values_N.numel()

    def of(self, name: str) -> float:
        return self.sums[name] / self.counts[name] if self.counts[name] else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What the updates of one step did."""

    figures: dict[str, float]
    """``loss`` and ``grad_norm`` (means over the updates), ``lr``, ``kl`` (nats a token, from the
    parent; of the watched attempts alone where the plan does not weigh it), ``clip_fraction`` and
    ``sampler_gap`` (nats a token, mean of the absolute difference)."""
    n_positions: int
    """Tokens that gradients were computed on, prompts and other text included."""
    after: dict[int, list[float]]
    """Of each watched lesson: the model's log-probabilities of its drawn tokens now."""


class Learner:
    """Improves a model step by step.

    Args:
        model: whose weights change.
        reference: the parent, which stays.
        descent: takes the steps.
        plan: the algorithm.
        replay: other text to learn beside, against forgetting; None for none.
    """

    def __init__(
        self,
        model: Transformer,
        reference: Transformer,
        descent: Descent,
        plan: RlPlan,
        replay: Replay | None = None,
    ) -> None:
        self._model, self._reference, self._descent = model, reference, descent
        self._plan = plan
        self._replay = replay
        self._device = model.cos_SE.device

    def learn(self, step: int, lessons: Sequence[Lesson], watched: Sequence[int]) -> Learned:
        """All updates of a step, each on an equal part of the lessons.

        Args:
            step: steps that are done.
            lessons: all attempts, those of a group side by side.
            watched: numbers of lessons that are measured in any case.

        Raises:
            TrainingDivergedError: a loss or gradient norm is not finite.
        """
        n_updates, means = self._plan.n_updates, _Means()
        size = -(-len(lessons) // n_updates)
        parts = [
            self._batches(lessons, range(i, min(i + size, len(lessons))), watched)
            for i in range(0, len(lessons), size)
        ]
        old = [self._old(part, means) for part in parts[1:]]
        n_positions = self._update(step, 0, parts[0], None, watched, means)
        for update, (part, old_of_part) in enumerate(zip(parts[1:], old, strict=True), 1):
            n_positions += self._update(step, update, part, old_of_part, watched, means)
        return Learned(
            figures={
                "loss": means.of("loss"),
                "grad_norm": means.of("norm"),
                "lr": self._descent.lr(step),
                "kl": means.of("kl"),
                "clip_fraction": means.of("held"),
                "sampler_gap": means.of("gap"),
            },
            n_positions=n_positions,
            after=self._after(lessons, watched),
        )

    def _update(
        self,
        step: int,
        update: int,
        part: Sequence[MicroBatch],
        old: Sequence[Tensor] | None,
        watched: Sequence[int],
        means: _Means,
    ) -> int:
        """One optimisation step; returns how many tokens it read.

        Args:
            step: steps that are done.
            update: updates of this step that are done.
            part: what to learn from.
            old: of each micro-batch, what it was drawn with; None: the weights are those still.
            watched: numbers of lessons that are measured in any case.
            means: figures so far.
        """
        # Without an advantage there is no step, whatever the divergence says: Muon's is as long
        # however small the gradients are.
        learns = self._replay is not None or any(batch.has_advantage for batch in part)
        loss, n_positions = 0.0, 0
        for number, batch in enumerate(part):
            seen = see(self._model, batch, self._plan.temperature)
            if old is None:
                means.add("gap", (seen.model_N - batch.sampled_N).abs())
            old_N = seen.policy_N.detach() if old is None else old[number]
            share = self._loss(batch, seen, old_N, watched, means)
            loss += float(share.detach())
            if learns:
                share.backward()  # type: ignore[no-untyped-call]
            n_positions += batch.n_positions
        if self._replay is not None:
            other = self._replay(step * self._plan.n_updates + update)
            arrays = (torch.from_numpy(array).to(self._device) for array in other.arrays)
            other_loss = next_token_loss(self._model, *arrays)
            other_loss.backward()  # type: ignore[no-untyped-call]
            loss += float(other_loss.detach())
            n_positions += other.ids_BT.size
        norm = self._descent.apply(step, loss)["grad_norm"] if learns else 0.0
        means.add("loss", torch.tensor([loss]))
        means.add("norm", torch.tensor([norm]))
        return n_positions

    def _batches(
        self, lessons: Sequence[Lesson], part: Sequence[int], watched: Sequence[int]
    ) -> list[MicroBatch]:
        """Micro-batches of what a part teaches; watched lessons have some of their own."""
        counted = [i for i in part if lessons[i].counted]
        lengths = [lessons[i].n_drawn for i in counted]
        limits = [lessons[i].limit for i in counted]
        by_attempt = attempt_weights(lengths, limits, self._plan.normalise)
        weights = dict(zip(counted, by_attempt, strict=True))
        shown = {i: weights.get(i, 0.0) for i in part if i in watched}
        # What has no advantage has no gradient, but counts in what the loss is divided by.
        others = {
            i: weight
            for i, weight in weights.items()
            if i not in shown and (lessons[i].advantage or self._plan.kl)
        }
        n_vocab = self._model.config.vocab_size
        return [
            *micro_batches(lessons, shown, n_vocab, self._device),
            *micro_batches(lessons, others, n_vocab, self._device),
        ]

    @torch.no_grad()
    def _old(self, part: Sequence[MicroBatch], means: _Means) -> list[Tensor]:
        found = []
        for batch in part:
            seen = see(self._model, batch, self._plan.temperature)
            means.add("gap", (seen.model_N - batch.sampled_N).abs())
            found.append(seen.policy_N)
        return found

    def _loss(
        self,
        batch: MicroBatch,
        seen: Seen,
        old_N: Tensor,
        watched: Sequence[int],
        means: _Means,
    ) -> Tensor:
        """The micro-batch's share of the loss; a scalar."""
        plan = self._plan
        if plan.keep == "all":
            clipped = clipped_gain(
                seen.policy_N, old_N, batch.advantage_N, low=plan.clip_low, high=plan.clip_high
            )
            gain_N = clipped.gain_N
            means.add("held", clipped.held_N)
        else:  # fine-tuning on what was kept: its likelihood, whoever wrote it
            gain_N = seen.policy_N * batch.advantage_N
        loss = -(batch.weight_N * gain_N).sum()
        if plan.kl or batch.lessons[0] in watched:
            with torch.no_grad():
                reference_N = see(self._reference, batch, plan.temperature).policy_N
            kl_N = divergence(seen.policy_N, reference_N)
            means.add("kl", kl_N)
            if plan.kl:
                loss = loss + plan.kl * (batch.weight_N * kl_N).sum()
        return loss

    @torch.no_grad()
    def _after(self, lessons: Sequence[Lesson], watched: Sequence[int]) -> dict[int, list[float]]:
        found: dict[int, list[float]] = {}
        all_shown = dict.fromkeys(watched, 0.0)
        for batch in micro_batches(lessons, all_shown, self._model.config.vocab_size, self._device):
            found |= batch.by_lesson(see(self._model, batch, self._plan.temperature).model_N)
        return found
