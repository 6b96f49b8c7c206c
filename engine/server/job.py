"""One request on its way through the worker, with a clock for each of its rows."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from engine.events import NO_TOKEN, TokenEvent
from engine.protocol import Finished, GenerateRequest
from engine.server.backend import Prompt, Source
from engine.server.stream import Stream


@dataclass(slots=True)
class RowClock:
    """When a row's first and last token came, in seconds after the request's arrival."""

    first_s: float
    last_s: float
    n_tokens: int = 0

    def tokens_per_s(self) -> float:
        """Pace after the first token; 0 where there is nothing to divide."""
        elapsed = self.last_s - self.first_s
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
    clocks: dict[int, RowClock] = field(default_factory=dict)
    finished: int = 0

    @property
    def done(self) -> bool:
        """Whether all rows have finished."""
        return self.finished == self.request.n

    def see(self, event: TokenEvent, now_s: float) -> Finished | None:
        """Count a token if it was drawn; the row's ``Finished`` if it was its last."""
        since = now_s - self.arrived_s
        if not event.forced and event.id != NO_TOKEN:
            clock = self.clocks.setdefault(event.row, RowClock(since, since))
            clock.last_s = since
            clock.n_tokens += 1
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
