"""The same problem before and after: what a run's parent says to it, and its latest checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.protocol import GenerateRequest, StreamEvent
    from engine.rl.record import Group
    from engine.tasks.task import Task
    from tui.rl.watch import Shown

State = Literal["missing", "waiting", "asking", "done", "failed"]
SAMPLES = 8
"""Drawn beside the greedy answer, at the temperature of training."""
_SEED = 1
MOST_TOKENS = 256
"""Room for an answer where the task is not known here."""


@dataclass(slots=True)
class Heard:
    """One answer so far."""

    text: str = ""
    ended: bool = False
    n_tokens: int = 0
    n_calls: int = 0
    correct: bool | None = None
    """None while nobody has judged it."""

    def take(self, event: StreamEvent) -> None:
        """Add an event of its row."""
        from engine.events import TokenEvent, ToolCalled
        from engine.protocol import Finished

        if isinstance(event, TokenEvent):
            self.text += event.text if event.span == "text" else ""
        elif isinstance(event, ToolCalled):
            self.n_calls += 1
        elif isinstance(event, Finished):
            self.ended, self.n_tokens = event.reason == "stop", event.n_tokens


@dataclass(slots=True)
class Side:
    """What one checkpoint says: the greedy answer, then samples."""

    name: str
    stage: str
    state: State = "waiting"
    message: str = ""
    """Why it is missing or has failed."""
    greedy: Heard | None = None
    samples: Sequence[Heard] = ()

    @property
    def n_right(self) -> int:
        """Samples that are right."""
        return sum(heard.correct is True for heard in self.samples)


@dataclass(slots=True)
class Comparison:
    """A problem put to both; what can be asked at all."""

    group: Group
    sides: list[Side] = field(default_factory=list)

    def is_about(self, group: Group | None) -> bool:
        """Whether this is that problem."""
        mine = (self.group.task, self.group.question)
        return group is not None and mine == (group.task, group.question)


def comparison(shown: Shown, group: Group, checkpoints: Sequence[CheckpointInfo]) -> Comparison:
    """Both sides, a side without a checkpoint missing."""
    from engine.rl.reader import checkpoint_of

    by_name = {info.name: info for info in checkpoints}
    parent = shown.run.parent or ""
    sides = []
    for name, why in (
        (parent, "the parent's checkpoint is not here any more"),
        (checkpoint_of(shown.run), "the run has published no checkpoint yet"),
    ):
        info = by_name.get(name)
        if info is None:
            sides.append(Side(name or "parent", "", "missing", why))
        else:
            sides.append(Side(name, info.stage))
    return Comparison(group, sides)


def requests(
    side: Side, group: Group, task: Task | None
) -> tuple[GenerateRequest, GenerateRequest]:
    """One for the greedy answer, one for the samples.

    Raises:
        LabError: the problem is too long to be asked.
    """
    from engine.protocol import GenerateRequest, Message
    from engine.sampling_params import SamplingParams

    turns = (Message(role="user", content=group.question),)
    room = task.max_tokens if task is not None else MOST_TOKENS
    tools = task.tools if task is not None else ()
    greedy, drawn = (
        GenerateRequest(
            model=side.name,
            messages=turns,
            params=SamplingParams(temperature=temperature, seed=_SEED, max_tokens=room),
            n=n,
            tools=tools,
        )
        for n, temperature in ((1, 0.0), (SAMPLES, 1.0))
    )
    return greedy, drawn


def judge(task: Task, group: Group, heard: Sequence[Heard]) -> None:
    """Hold answers against the task's own verifier; it may take its time, so call in a thread."""
    from engine.tasks.task import Problem, Said

    problem = Problem(task=group.task, question=group.question, answer=group.answer, worked="")
    for each in heard:
        said = Said(text=each.text, ended=each.ended, n_calls=each.n_calls)
        each.correct = task.rewards(problem, said)["correct"] > 0
