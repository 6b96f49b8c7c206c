"""A column's answer on its way, and what its border says of it meanwhile."""

from __future__ import annotations

import secrets
from typing import Any

from tui.answers import Answer
from tui.format import duration, scaled
from tui.reader import Reader


class Stream(Reader[Answer]):
    """Reads an answer of the compare pane."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer, answer.request)
        self.key = secrets.token_hex(8)
        """By which it is kept."""
        self.kept: tuple[Any, ...] | None = None
        """What its ``mark`` was when it was written to the disk last."""

    @property
    def mark(self) -> tuple[Any, ...]:
        """Differs as soon as something has come that is to be kept; not with every token."""
        if self.answer.live:
            return ("live",)
        return (self.answer.state, *(row.verdict for row in self.answer.rows))

    @property
    def is_kept(self) -> bool:
        """Whether what can be seen of it, but for what is still coming, is on the disk."""
        return self.kept == self.mark

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
