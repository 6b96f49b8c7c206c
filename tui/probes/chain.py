"""One name through the lab: its pages, what each stage says of it, what a search finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from tui.stages import TRAINED

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.protocol import GenerateRequest, StreamEvent
    from tools.result import ToolResult
    from tui.probes.about import About, Ask, Weighed

State = Literal["waiting", "asking", "weighing", "done", "failed"]
MAX_TOKENS = 64


@dataclass(slots=True)
class Lane:
    """What one checkpoint says: the greedy answer first, then the samples."""

    name: str
    stage: str
    chats: bool
    state: State = "waiting"
    message: str = ""
    """The sentence of a failure."""
    texts: list[str] = field(default_factory=list)
    weighed: Weighed | None = None

    def requests(
        self, ask: Ask, examples: str, *, samples: int, temperature: float, seed: int
    ) -> Iterator[GenerateRequest]:
        """One for the greedy answer and one for the samples."""
        from engine.protocol import GenerateRequest, Message
        from engine.sampling_params import SamplingParams

        params = SamplingParams(
            temperature=0.0, seed=seed, max_tokens=MAX_TOKENS, stop=() if self.chats else ("\n",)
        )
        drawn = replace(params, temperature=temperature)
        for n, how in ((1, params), (samples, drawn)) if samples else ((1, params),):
            if self.chats:
                turns = (Message(role="user", content=ask.question),)
                yield GenerateRequest(model=self.name, messages=turns, params=how, n=n)
            else:
                # As on a page of questions and answers, which is all that a base model knows of.
                page = f"{examples}Q: {ask.question}\nA:"
                yield GenerateRequest(model=self.name, prompt=page, params=how, n=n)


@dataclass(slots=True)
class Chain:
    """A name that was typed and all that has come of it so far."""

    typed: str
    samples: int
    temperature: float
    lanes: list[Lane]
    about: About | None = None
    message: str = ""
    """Why nothing can be said of the name."""
    chosen: int = 0
    """Which of the questions."""
    found: ToolResult | None = None
    search_message: str = ""
    """Why search gave nothing, or that it is on its way."""
    searched: bool = False
    """Whether search has come to its end, and is not to be tried again."""

    @property
    def ask(self) -> Ask | None:
        """The question that the checkpoints are asked."""
        return self.about.asks[self.chosen] if self.about else None


def lanes_for(checkpoints: Sequence[CheckpointInfo], also: Sequence[str]) -> list[Lane]:
    """The first checkpoint of each stage, and those of ``also`` (the probe that is looked at)."""
    by_name = {info.name: info for info in checkpoints}
    chosen: dict[str, CheckpointInfo] = {}
    for stage in TRAINED:
        first = next((info for info in checkpoints if info.stage == stage), None)
        if first is not None:
            chosen[first.name] = first
    chosen |= {name: by_name[name] for name in also if name in by_name}
    return [Lane(info.name, info.stage, info.chats) for info in chosen.values()]


def searcher(checkpoints: Sequence[CheckpointInfo]) -> str | None:
    """A checkpoint in whose tokens a search can be written; None where none has learned it."""
    return next((info.name for info in checkpoints if "search" in info.tools), None)


@dataclass(slots=True)
class Rows:
    """The texts of a request's samples as they grow."""

    texts: list[str]

    def take(self, event: StreamEvent) -> None:
        """Add one event."""
        from engine.events import TokenEvent

        if isinstance(event, TokenEvent) and event.span == "text":
            self.texts[event.row] += event.text
