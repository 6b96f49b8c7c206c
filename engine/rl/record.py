"""What a step of reinforcement learning leaves on disk, to be watched and replayed. No torch.

In the run's folder, ``rollouts/step-0000012.json`` holds the groups of a step; the curves stand in
``events.jsonl`` as ``rl`` events (a step's figures) and ``rl_eval`` events (held-out figures).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

Kind = TypeVar("Kind")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One answer to a problem."""

    ids: tuple[int, ...]
    """The whole turn behind the prompt, outputs of tools and the stop token included."""
    pieces: tuple[str, ...]
    """The text of each id; untrusted."""
    drawn: tuple[bool, ...]
    """Whether each id was drawn by the model; the loss counts no other."""
    logprobs: tuple[float, ...]
    """Of each id, by the sampler, in nats; 0 where it was not drawn."""
    logprobs_after: tuple[float, ...] | None
    """The same after the update; None until there was one (and where it is not measured)."""
    rewards: dict[str, float]
    """The named parts that count in this run."""
    correct: bool
    """By the task's own verifier, whatever is rewarded."""
    advantage: float
    ended: bool
    """False: cut off at the limit."""

    @property
    def reward(self) -> float:
        """All parts together."""
        return sum(self.rewards.values())

    @property
    def n_drawn(self) -> int:
        """The answer's length: tokens that the model drew."""
        return sum(self.drawn)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(data: Any) -> Attempt:
        """Read what ``to_json`` wrote, after it came from a file that anybody may have touched.

        Raises:
            ValueError: something is missing, of another kind, or of another length than the ids.
        """
        fields = _fields(data, Attempt)
        ids = tuple(_each(fields["ids"], int, "ids"))
        after = fields["logprobs_after"]
        attempt = Attempt(
            ids=ids,
            pieces=tuple(_each(fields["pieces"], str, "pieces")),
            drawn=tuple(_each(fields["drawn"], bool, "drawn")),
            logprobs=_numbers(fields["logprobs"], "logprobs"),
            logprobs_after=None if after is None else _numbers(after, "logprobs_after"),
            rewards=_rewards(fields["rewards"]),
            correct=_one(fields["correct"], bool, "correct"),
            advantage=_number(fields["advantage"], "advantage"),
            ended=_one(fields["ended"], bool, "ended"),
        )
        for name in ("pieces", "drawn", "logprobs", "logprobs_after"):
            values = getattr(attempt, name)
            if values is not None and len(values) != len(ids):
                raise ValueError(f"{name}: {len(ids)} expected, {len(values)} found")
        return attempt


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """All attempts at one problem in one step."""

    step: int
    task: str
    question: str
    answer: str
    attempts: tuple[Attempt, ...]

    @property
    def all_equal(self) -> bool:
        """Whether there is nothing to learn from it: every attempt was worth the same."""
        return len({round(attempt.reward, 6) for attempt in self.attempts}) <= 1

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(data: Any) -> Group:
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: something is missing or of another kind.
        """
        fields = _fields(data, Group)
        attempts = _one(fields["attempts"], list, "attempts")
        return Group(
            step=_one(fields["step"], int, "step"),
            task=_one(fields["task"], str, "task"),
            question=_one(fields["question"], str, "question"),
            answer=_one(fields["answer"], str, "answer"),
            attempts=tuple(Attempt.from_json(attempt) for attempt in attempts),
        )


def encode_step(step: int, groups: Iterable[Group]) -> bytes:
    """A file of rollouts.

    Compact and by the C encoder: a step has tens of thousands of tokens, and ``files.write_json``,
    which indents, would take longer than the step itself.
    """
    value = {"step": step, "groups": [group.to_json() for group in groups]}
    return json.dumps(value, separators=(",", ":")).encode()


def decode_step(data: Any) -> list[Group]:
    """The groups of what was decoded from a file of rollouts.

    Raises:
        ValueError: something is missing or of another kind.
    """
    if not isinstance(data, dict):
        raise ValueError(f"an object expected, {type(data).__name__} found")
    return [Group.from_json(group) for group in _one(data.get("groups"), list, "groups")]


def _fields(data: Any, of: type[Attempt] | type[Group]) -> dict[str, Any]:
    expected = {field.name for field in dataclasses.fields(of)}
    if not isinstance(data, dict) or set(data) != expected:
        found = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        raise ValueError(f"{sorted(expected)} expected, {found} found")
    return data


def _one(value: Any, kind: type[Kind], name: str) -> Kind:
    # A bool is an int to Python, but not to whoever wrote the file.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name}: {kind.__name__} expected, {type(value).__name__} found")
    return value


def _each(values: Any, kind: type[Kind], name: str) -> Iterator[Kind]:
    return (_one(value, kind, name) for value in _one(values, list, name))


def _number(value: Any, name: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # a whole number beyond all floats
            if math.isfinite(value):
                return float(value)
    raise ValueError(f"{name}: a number expected, {str(value)[:20]!r} found")


def _numbers(values: Any, name: str) -> tuple[float, ...]:
    return tuple(_number(value, name) for value in _one(values, list, name))


def _rewards(parts: Any) -> dict[str, float]:
    return {name: _number(part, name) for name, part in _one(parts, dict, "rewards").items()}
