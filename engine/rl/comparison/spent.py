"""How many attempts a run has drawn, and how far a budget of them goes. No torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Spent:
    """Attempts by step, from a run's events; those told twice by a resumed run count once."""

    by_step: dict[int, int] = field(default_factory=dict)

    def hear(self, event: dict[str, Any]) -> None:
        """Count an event of ``events.jsonl``; those of another kind say nothing of attempts."""
        if event["type"] == "rl":
            self.by_step[event["step"]] = event["n_attempts"]

    @property
    def attempts(self) -> int:
        """In all."""
        return sum(self.by_step.values())

    def steps_within(self, budget: int) -> int:
        """How many steps from the first on cost no more than ``budget``, but at least 1."""
        n_steps = 0
        for step in sorted(self.by_step):
            budget -= self.by_step[step]
            if budget < 0:
                break
            n_steps += 1
        return max(1, n_steps)
