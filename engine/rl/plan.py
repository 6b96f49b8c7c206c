"""How a run of the stage ``rl`` learns: the algorithm as a few numbers, and named presets."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import RunError

Normalise = Literal["token", "sequence", "constant"]
"""What a loss is divided by: all counted tokens of the batch (DAPO), each answer's own length and
then the number of answers (GRPO), or the room an answer has (Dr. GRPO)."""
Keep = Literal["all", "correct", "shortest_correct"]
"""Which attempts are learned from: all with their advantages, or right ones as in fine-tuning."""
REWARDS = ("true", "format")
"""``format`` rewards the form alone, an answer that looks worked out: it can be gamed, and shows
how that looks."""
_LEAST = {
    "n_prompts": 1,
    "group_size": 2,
    "n_updates": 1,
    "kl": 0,
    "overlong_buffer": 0,
    "replay_tokens": 0,
    "cold_start": 0,
    "n_heldout": 1,
}
"""Of each number of a plan. An attempt alone in its group would have nothing to be better than."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RlPlan:
    """Everything about a run of the stage ``rl`` but its model and its optimizer."""

    algorithm: str
    tasks: tuple[str, ...]
    """Of each step the problems are shared among them."""
    n_prompts: int = 16
    group_size: int = 16
    temperature: float = 1.0
    n_updates: int = 1
    """Optimisation steps on the attempts of one step, each on an equal part of them."""
    divide_by_std: bool = True
    normalise: Normalise = "sequence"
    clip_low: float = 0.2
    clip_high: float = 0.2
    kl: float = 0.0
    """Weight of the divergence from the parent (the estimate k3)."""
    resample: bool = False
    """Whether groups whose rewards are all equal are drawn again with other problems."""
    overlong_buffer: int = 0
    """Tokens before the limit within which an answer is punished for its length; 0: none."""
    drop_overlong: bool = False
    """Whether answers cut off at the limit are left out of the loss."""
    keep: Keep = "all"
    reward: str = "true"
    replay_tokens: int = 0
    """Tokens of the stage sft's text learned with each optimisation step, against forgetting."""
    cold_start: int = 0
    """Steps of the run that come before the first attempts and learn worked problems of the tasks:
    what is never right at first cannot be made likelier (DeepSeek-R1, arXiv 2501.12948, section
    2.3.1)."""
    n_heldout: int = 64
    """Held-out problems a task at each evaluation."""

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise RunError(
                    f"{name} = {getattr(self, name)} of the rl plan must be at least {least}. "
                    "Mend the plan."
                )
        if not (self.temperature > 0 and 0 < self.clip_low < 1 and self.clip_high > 0):
            raise RunError(
                f"temperature = {self.temperature}, clip_low = {self.clip_low} and clip_high = "
                f"{self.clip_high} must be above 0, and clip_low below 1. Mend the rl plan."
            )
        if self.n_prompts % self.n_updates:
            raise RunError(
                f"n_prompts = {self.n_prompts} groups cannot be shared out evenly among n_updates "
                f"= {self.n_updates} optimisation steps. Mend the rl plan."
            )
        if self.reward not in REWARDS:
            known = ", ".join(REWARDS)
            raise RunError(f"There is no reward {self.reward!r}. Choose one of: {known}.")
        if self.reward != "true" and self.keep != "all":
            raise RunError(
                f"The preset {self.algorithm!r} learns from right answers, whatever is rewarded: "
                f"the reward {self.reward!r} would change nothing. Choose a preset such as grpo."
            )

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> RlPlan:
        """Read what ``to_json`` wrote.

        Raises:
            TypeError: a key is unknown or missing.
        """
        return RlPlan(**{**data, "tasks": tuple(data["tasks"])})


_PRESETS: dict[str, dict[str, Any]] = {
    # Shao et al., arXiv 2402.03300, section 4.1.
    "grpo": {"kl": 0.04},
    # Liu et al., arXiv 2503.20783, section 3.2: no division by what depends on the answers.
    "dr_grpo": {"divide_by_std": False, "normalise": "constant"},
    # Yu et al., arXiv 2503.14476, section 3.
    "dapo": {
        "normalise": "token",
        "clip_high": 0.28,
        "resample": True,
        "overlong_buffer": 16,
    },
    # The lecture's "keep the good ones": fine-tuning on attempts that were right.
    "rejection": {"keep": "correct", "divide_by_std": False, "normalise": "token"},
    # Of the right attempts only the shortest one: expert iteration that prefers brevity.
    "expert": {"keep": "shortest_correct", "divide_by_std": False, "normalise": "token"},
}
ALGORITHMS = tuple(_PRESETS)
_SIZES: dict[str, dict[str, Any]] = {
    "nano": {},
    "pico": {"n_prompts": 4, "group_size": 4, "n_heldout": 4},
}


def plan(algorithm: str, tasks: tuple[str, ...], *, size: str = "nano", **changes: Any) -> RlPlan:
    """The preset ``algorithm`` for ``tasks``, as large as the recipe's preset ``size``.

    Raises:
        RunError: there is no such algorithm, or no task.
    """
    if algorithm not in _PRESETS:
        known = ", ".join(ALGORITHMS)
        raise RunError(f"There is no RL preset {algorithm!r}. Choose one of: {known}.")
    if not tasks:
        raise RunError("An rl run needs a task. Name one with --task.")
    return RlPlan(
        **{
            "algorithm": algorithm,
            "tasks": tasks,
            **_SIZES.get(size, {}),
            **_PRESETS[algorithm],
            **changes,
        }
    )
