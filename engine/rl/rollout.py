"""A group as it was drawn: its record, and what the loss needs beside it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.calls import CallRules
from engine.rl.batch import Lesson, banned_in
from engine.rl.plan import RlPlan
from engine.rl.record import Attempt, Group
from engine.tasks.task import Said
from engine.tool_loop import Answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollout:
    """A group, and what the loss needs beside its record."""

    group: Group
    prompt: tuple[int, ...]
    rules: CallRules
    limit: int
    """Most tokens that an attempt could have."""
    entropy: float
    """Of the model where it drew, in nats a token."""

    def lessons(self, plan: RlPlan, stop_ids: frozenset[int]) -> list[Lesson]:
        """Its attempts as the loss sees them."""
        return [
            Lesson(
                prompt=self.prompt,
                turn=attempt.ids,
                drawn=attempt.drawn,
                banned=banned_in(attempt.ids, self.rules, stop_ids),
                logprobs=attempt.logprobs,
                advantage=attempt.advantage,
                counted=_counts(attempt, plan),
                limit=self.limit,
            )
            for attempt in self.group.attempts
        ]


def said_of(answer: Answered) -> Said:
    """An answer as the tasks mark it."""
    return Said(
        text=answer.text,
        ended=answer.completion.finish_reason == "stop",
        n_calls=len(answer.calls),
    )


def _counts(attempt: Attempt, plan: RlPlan) -> bool:
    if plan.keep != "all":
        return attempt.advantage > 0
    return attempt.ended or not plan.drop_overlong


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """The attempts of one step."""

    rollouts: list[Rollout]
    """To learn from."""
    first: list[Rollout]
    """The problems that were drawn before any was replaced: what the model can do."""
    n_attempts: int
    """Drawn in all, those of replaced problems included."""
    n_tokens: int
    """Of all of these."""
