"""Attempts as rows for the loss: prompt and turn, and which tokens are looked at.

Padding stands at the end, where causal attention never looks back from what is counted; so rows
need no mask. They are sorted by length and cut into micro-batches of bounded size, whose gradients
add up to those of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from engine.calls import CallRules, CallState

MOST_POSITIONS = 2048
"""Positions of a micro-batch, padding included; with more its logits leave the cache: slower."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """An attempt as the loss sees it."""

    prompt: tuple[int, ...]
    turn: tuple[int, ...]
    drawn: tuple[bool, ...]
    """Of each id of the turn; what a tool said was not, and is never a target."""
    banned: tuple[frozenset[int], ...]
    """Ids that could not be drawn in the place of each id of the turn."""
    logprobs: tuple[float, ...]
    """By the sampler: the model's own, as if nothing were banned."""
    advantage: float
    counted: bool
    """Whether it is in the loss, and in what that is divided by."""
    limit: int
    """Most tokens that could have been drawn."""

    @property
    def n_drawn(self) -> int:
        """Tokens that the model drew: those that the loss looks at."""
        return sum(self.drawn)

    @property
    def n_positions(self) -> int:
        """Ids that the model reads: all but the last, behind which nothing is drawn."""
        return len(self.prompt) + len(self.turn) - 1


def banned_in(
    turn: Sequence[int], rules: CallRules, stop_ids: frozenset[int]
) -> tuple[frozenset[int], ...]:
    """What could not be drawn in the place of each id of ``turn``, an answer from its beginning."""
    state = CallState(rules, stop_ids)
    found: list[frozenset[int]] = []
    for token in turn:
        found.append(state.banned)
        state.see(token)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """Rows to be read in one pass, and their N drawn tokens one after the other."""

    lessons: tuple[int, ...]
    """Which lessons the rows are, by their numbers."""
    counts: tuple[int, ...]
    """Drawn tokens of each."""
    n_positions: int
    """Without padding."""
    ids_BT: Tensor
    at_N: Tensor
    """Where the token before each drawn one stands in ``ids_BT``, flattened."""
    target_N: Tensor
    banned_SV: Tensor
    """bool: sets of banned ids that occur here."""
    banned_N: Tensor
    """Which of them each drawn token was drawn under."""
    sampled_N: Tensor
    """Log-probabilities by the sampler."""
    advantage_N: Tensor
    weight_N: Tensor

    @property
    def has_advantage(self) -> bool:
        """Whether there is anything to gain."""
        return bool((self.weight_N * self.advantage_N).any())

    def by_lesson(self, values_N: Tensor) -> dict[int, list[float]]:
        """Values of drawn tokens, a list for each lesson."""
        parts = values_N.tolist()
        ends = [0]
        for count in self.counts:
            ends.append(ends[-1] + count)
        cut = (parts[begin:end] for begin, end in pairwise(ends))
        return dict(zip(self.lessons, cut, strict=True))


def micro_batches(
    lessons: Sequence[Lesson],
    weights: Mapping[int, float],
    n_vocab: int,
    device: torch.device | str = "cpu",
    *,
    most: int = MOST_POSITIONS,
) -> list[MicroBatch]:
    """Some of ``lessons``, the shortest first.

    Args:
        lessons: of a step.
        weights: of each token of a lesson, by the lesson's number; the others are left out.
        n_vocab: of the model.
        device: where it computes.
        most: positions of a micro-batch, unless a single row has more.
    """
    chunks: list[list[int]] = []
    for number in sorted(weights, key=lambda i: lessons[i].n_positions):
        # The longest stands last, so it says how wide all are.
        if not chunks or (len(chunks[-1]) + 1) * lessons[number].n_positions > most:
            chunks.append([])
        chunks[-1].append(number)
    return [_micro_batch(lessons, weights, chunk, n_vocab, device) for chunk in chunks]


def _micro_batch(
    lessons: Sequence[Lesson],
    weights: Mapping[int, float],
    rows: Sequence[int],
    n_vocab: int,
    device: torch.device | str,
) -> MicroBatch:
    T = lessons[rows[-1]].n_positions
    ids: list[list[int]] = []
    columns: list[tuple[int, int, int, float, float, float]] = []
    sets: dict[frozenset[int], int] = {}
    counts: list[int] = []
    for b, number in enumerate(rows):
        lesson = lessons[number]
        row = [*lesson.prompt, *lesson.turn][:-1]
        ids.append(row + [0] * (T - len(row)))
        before = b * T + len(lesson.prompt) - 1
        counts.append(lesson.n_drawn)
        columns += [
            (
                before + i,
                lesson.turn[i],
                sets.setdefault(lesson.banned[i], len(sets)),
                lesson.logprobs[i],
                lesson.advantage,
                weights[number],
            )
            for i, was_drawn in enumerate(lesson.drawn)
            if was_drawn
        ]
    at, target, banned, sampled, advantage, weight = zip(*columns, strict=True)
    banned_SV = torch.zeros(len(sets), n_vocab, dtype=torch.bool)
    for those, s in sets.items():
        banned_SV[s, list(those)] = True
    return MicroBatch(
        lessons=tuple(rows),
        counts=tuple(counts),
        n_positions=sum(lessons[number].n_positions for number in rows),
        ids_BT=torch.tensor(ids, device=device),
        at_N=torch.tensor(at, device=device),
        target_N=torch.tensor(target, device=device),
        banned_SV=banned_SV.to(device),
        banned_N=torch.tensor(banned, device=device),
        sampled_N=torch.tensor(sampled, dtype=torch.float32, device=device),
        advantage_N=torch.tensor(advantage, dtype=torch.float32, device=device),
        weight_N=torch.tensor(weight, dtype=torch.float32, device=device),
    )
