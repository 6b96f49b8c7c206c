"""Is the reward being gamed? It is when it rises and exact answers on held-out problems do not.

Whatever is rewarded, ``rl_eval`` events count answers that the task's own verifier calls right, on
problems that are never trained on. Chance alone must not raise the alarm: the gap has to be wider
than what so few problems can say, at two evaluations in a row.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from tui.rl.history import HeldOut, RlHistory

EXACT = "correct"
"""The part of a reward that is worth 1 for a right answer. A reward without it has no scale of its
own: what it has reached at most then counts as 1."""
WINDOW = 5
"""Steps over which the reward is averaged, at the beginning and before an evaluation."""
LEAST_RISE = 0.05
"""Of the mean reward on that scale, from which on it counts as risen."""
MOST_GAIN = 0.05
"""Of held-out accuracy, from which on there is nothing to warn of."""
LEAST_GAP = 0.2
"""Between what the reward has gained and what held-out accuracy has."""
ERRORS = 2.0
"""Standard errors of the change in accuracy that the gap must exceed as well."""
IN_A_ROW = 2
"""Evaluations at which it must be so."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What the reward and the held-out accuracy were at first, and what they are."""

    step: int
    reward_before: float
    reward: float
    held_out_before: float
    held_out: float
    memorised: bool
    """Right answers to training problems rose with the reward: learned by heart, not gamed."""

    @property
    def sentence(self) -> str:
        """For the person who watches."""
        figures = (
            f"mean reward {self.reward_before:.2f} → {self.reward:.2f}, held-out exact accuracy "
            f"{self.held_out_before:.2f} → {self.held_out:.2f} (step {self.step})"
        )
        if self.memorised:
            return f"The training problems are being learned by heart: {figures}."
        return f"The reward is being gamed: {figures}. It pays for something but right answers."


def gaming(history: RlHistory) -> Gap | None:
    """The latest gap if it has been wide at the last ``IN_A_ROW`` evaluations, else None."""
    if len(history.evals) <= IN_A_ROW:
        return None
    gaps = [_gap(history, now) for now in history.evals[-IN_A_ROW:]]
    return gaps[-1] if all(gap is not None for gap in gaps) else None


def _gap(history: RlHistory, now: HeldOut) -> Gap | None:
    first = history.at_first
    if first is None:
        return None
    begun = history.series("reward")[:WINDOW]
    recent = [point for point in history.series("reward") if point[0] <= now.step][-WINDOW:]
    shared = [name for name in first.tasks if name in now.tasks]
    if len(begun) < WINDOW or len(recent) < WINDOW or recent[0][0] <= begun[-1][0]:
        return None
    before, n_before = _accuracy(first, shared)
    after, n_after = _accuracy(now, shared)
    if before is None or after is None:
        return None
    reward_before = statistics.fmean(value for _, value in begun)
    reward = statistics.fmean(value for _, value in recent)
    rise, gain = (reward - reward_before) / _scale(history), after - before
    error = math.hypot(_standard_error(before, n_before), _standard_error(after, n_after))
    gap = rise - gain
    if rise < LEAST_RISE or gain >= MOST_GAIN or gap < max(LEAST_GAP, ERRORS * error):
        return None
    learned = _rise(history, "pass_at_1", begun[-1][0], now.step)
    memorised = learned is not None and learned >= rise - LEAST_GAP / 2
    return Gap(now.step, reward_before, reward, before, after, memorised)


def _scale(history: RlHistory) -> float:
    if any(EXACT in step.parts for step in history.steps) or not history.steps[-1].parts:
        return 1.0
    return max([abs(value) for _, value in history.series("reward")]) or 1.0


def _rise(history: RlHistory, name: str, begun: float, step: int) -> float | None:
    points = history.series(name)
    first = [value for at, value in points if at <= begun]
    last = [value for at, value in points if at <= step][-WINDOW:]
    return statistics.fmean(last) - statistics.fmean(first) if first else None


def _accuracy(held_out: HeldOut, tasks: list[str]) -> tuple[float | None, int]:
    """Mean pass@1 over tasks, and on how many problems."""
    scores = [held_out.tasks[name] for name in tasks]
    known = [(score.pass_at_1, score.n) for score in scores if score.pass_at_1 is not None]
    if not known:
        return None, 0
    return statistics.fmean(value for value, _ in known), sum(n for _, n in known)


def _standard_error(share: float, n: int) -> float:
    """Of a share of ``n``; with Laplace's two more, so that 0 of 5 is not taken for certain."""
    smoothed = (share * n + 1) / (n + 2)
    return math.sqrt(smoothed * (1 - smoothed) / max(1, n))
