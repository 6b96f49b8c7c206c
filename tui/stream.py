"""One answer on its way: a reader fills a buffer, the screen's timer empties it."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from engine.errors import LabError
from engine.protocol import Finished, Started
from tui.answers import Answer
from tui.format import duration, scaled

if TYPE_CHECKING:
    from engine.protocol import StreamEvent
    from tui.services import Source

MOST_PER_DRAIN = 400
"""Events taken to the screen at once, so that a burst never holds up a key press."""


class Stream:
    """Reads an answer; ``answer`` changes only in :meth:`drain`."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.began = time.monotonic()
        self.first_token: float | None = None
        self.last_token = self.began
        self.tokens = 0
        self._buffer: deque[StreamEvent] = deque()
        self._failure = ""
        self._open = True
        self._settled = False

    async def read(self, source: Source) -> None:
        """Read to the end; a failure becomes the answer's sentence. Cancelling it cancels there."""
        try:
            async for event in source.generate(self.answer.request):
                self._buffer.append(event)
                if not isinstance(event, Started | Finished):
                    self.last_token = time.monotonic()
                    self.first_token = self.first_token or self.last_token
                    self.tokens += 1
        except LabError as error:
            self.break_off(str(error))
        finally:
            self._open = False

    def break_off(self, sentence: str) -> None:
        """Nothing more will come, and why."""
        self._failure, self._open = sentence, False

    def live(self) -> bool:
        """Whether the screen has not yet been told of its end (:meth:`settle`, :meth:`stop`).

        Not the same as having more to drain: the reader may close a moment after its last event
        was taken, and that end is to be shown as well.
        """
        return not self._settled

    def exhausted(self) -> bool:
        """Whether nothing is left to drain and nothing more will come."""
        return not (self._open or self._buffer or self._failure)

    def settle(self) -> None:
        """The end has been seen."""
        self._settled = True

    def drain(self) -> bool:
        """Move what has arrived into the answer; whether anything had."""
        changed = bool(self._buffer)
        for _ in range(min(MOST_PER_DRAIN, len(self._buffer))):
            self.answer.take(self._buffer.popleft())
        if not self._buffer and self._failure:
            self.answer.fail(self._failure)
            self._failure, changed = "", True
        return changed

    def stop(self) -> None:
        """The person has stopped it: nothing more is taken in."""
        self._buffer.clear()
        self._failure, self._open, self._settled = "", False, True
        self.answer.stop()

    def numbers(self) -> list[str]:
        """``412 tok/s``, ``64 tok``, ``first 31 ms``: the engine's own figures once it is done."""
        finished = [row.finished for row in self.answer.rows if row.finished]
        if finished and len(finished) == len(self.answer.rows):
            count = sum(end.n_tokens for end in finished)
            pace = sum(end.tokens_per_s for end in finished)
            first: float | None = min(end.ttft_s for end in finished)
        else:
            count = self.tokens
            first = self.first_token - self.began if self.first_token else None
            span = self.last_token - (self.first_token or self.last_token)
            pace = (count - 1) / span if span > 0 else 0.0
        if not count or first is None:
            return []
        speed = [f"{scaled(pace)} tok/s"] if pace else []
        return [f"{count} tok", *speed, f"first {duration(first)}"]

    def ending(self) -> str:
        """Why it ended, in a word; nothing while it runs."""
        state = self.answer.state
        if state in ("waiting", "streaming"):
            return "reading the prompt" if state == "waiting" else "writing"
        if state == "failed":
            return "broken off"
        if state == "stopped":
            return "stopped"
        reasons = {row.finished.reason for row in self.answer.rows if row.finished}
        return "cut at max tokens" if reasons == {"length"} else "ended by itself"
