"""One request on its way through the worker, with a clock for each of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from engine.events import NO_TOKEN, TokenEvent
from engine.protocol import Finished, GenerateRequest
from engine.server.backend import Prompt, Source
from engine.server.stream import Stream
from engine.server.toolbox import OpenedTools
from engine.tool_runner import Running
from tools.tool import Tool


@dataclass(slots=True)
class RowClock:
    """When a row's first and last token came, in seconds after the request's arrival."""

    first_s: float
    last_s: float
    n_tokens: int = 0
    waited_s: float = 0.0
    """For tools, between the two."""

    def drawn(self, at_s: float) -> None:
        """Count a token."""
        self.last_s = at_s
        self.n_tokens += 1

    def given(self, at_s: float) -> None:
        """Since the last token, the row has waited for this one, which was not its own."""
        self.waited_s += at_s - self.last_s
        self.last_s = at_s

    def tokens_per_s(self) -> float:
        """Pace after the first token; 0 where there is nothing to divide."""
        elapsed = self.last_s - self.first_s - self.waited_s
        return (self.n_tokens - 1) / elapsed if elapsed > 0 else 0.0


@dataclass(slots=True, eq=False)
class Job:
    """A request, where its events go, and how far its rows are."""

    id: int
    request: GenerateRequest
    stream: Stream
    arrived_s: float
    source: Source | None = None
    """What the model's name stood for when the request was first looked at."""
    prompt: Future[Prompt] | None = None
    """Of a long text, while or after another thread turns it to tokens."""
    tools: Mapping[str, Tool] = field(default_factory=dict)
    """Those offered to the model, by name."""
    opening: Future[OpenedTools] | None = None
    """Of all tools, where some were asked for."""
    running: dict[int, Running] = field(default_factory=dict)
    """The call that each paused row waits for."""
    clocks: dict[int, RowClock] = field(default_factory=dict)
    finished: int = 0

    def cancel_calls(self) -> None:
        """Tell the tools that nobody waits for them any more."""
        for running in self.running.values():
            running.cancel()

    @property
    def done(self) -> bool:
        """Whether all rows have finished."""
        return self.finished == self.request.n

    def see(self, event: TokenEvent, now_s: float) -> Finished | None:
        """Count a token if it was drawn; the row's ``Finished`` if it was its last."""
        since = now_s - self.arrived_s
        if event.span == "output":
            self.clocks.setdefault(event.row, RowClock(since, since)).given(since)
        elif not event.forced and event.id != NO_TOKEN:
            self.clocks.setdefault(event.row, RowClock(since, since)).drawn(since)
        if event.finish_reason is None:
            return None
        self.finished += 1
        clock = self.clocks.get(event.row, RowClock(since, since))
        return Finished(
            row=event.row,
            reason=event.finish_reason,
            n_tokens=clock.n_tokens,
            ttft_s=clock.first_s,
            tokens_per_s=clock.tokens_per_s(),
        )
