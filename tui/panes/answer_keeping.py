"""Keeps what was asked of the columns and what they said, as it comes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.remembering import Remembering
    from tui.sampling import Sampling
    from tui.state.prompts import Answered, Prompt
    from tui.stream import Stream
    from tui.widgets.column import Column
    from tui.widgets.columns import Columns

RETRY_S = 5.0
"""How long what could not be written waits for another try."""
HALF_EVERY_S = 2.0
"""How much of an answer that is on its way a kill costs at most."""


class Lab(Protocol):
    """What keeping needs of the app."""

    @property
    def remembering(self) -> Remembering:
        """Holds the state, and says what goes wrong with it."""
        ...


class AnswerKeeper:
    """Gives prompts and answers to the state.

    Args:
        host: the pane; its workers write.
        lab: the app.
        columns: the pane's columns.
        relabel: writes the words on a column's border, where a sign says what is not kept yet.
    """

    def __init__(
        self, host: Widget, lab: Lab, columns: Columns, relabel: Callable[[Column], None]
    ) -> None:
        self._host, self._lab, self._columns, self._relabel = host, lab, columns, relabel
        self._prompt: Prompt | None = None
        self._prompts: dict[str, Prompt] = {}
        """By the key of an answer that is in a column, what it answers."""
        self._retrying: Timer | None = None

    def send(self) -> None:
        """What is asked from here on answers a new prompt."""
        self._prompt = None

    def asked(self, column: Column, stream: Stream, sampling: Sampling) -> None:
        """A column has been asked; also one alone, with a model or settings of its own."""
        answer = stream.answer
        prompt, question = self._prompt, answer.question
        if prompt is None or (prompt.text, prompt.sampling) != (question, sampling):
            prompt = self._prompt = self._new_prompt(question, sampling)
        there = {each.lane.stream.key for each in self._columns.all if each.lane.stream}
        self._prompts = {key: each for key, each in self._prompts.items() if key in there}
        self._prompts[stream.key] = prompt
        self.keep(column, stream)

    def keep(self, column: Column, stream: Stream) -> None:
        """Write down what there is of an answer that was asked for, or has ended."""
        prompt = self._prompts.get(stream.key)
        if prompt is None or stream.is_kept:
            return
        self._relabel(column)
        in_background(self._host, partial(self._write, column, stream, prompt), "keep")

    async def keep_halves(self) -> None:
        """Write down what there is of the answers that are on their way, one after the other."""
        for column, stream, prompt in self._halves():
            await self._write(column, stream, prompt)

    def _halves(self) -> list[tuple[Column, Stream, Prompt]]:
        streams = [(column, column.lane.stream) for column in self._columns.all]
        return [
            (column, stream, self._prompts[stream.key])
            for column, stream in streams
            if stream is not None and stream.answer.live and stream.key in self._prompts
        ]

    def _new_prompt(self, text: str, sampling: Sampling) -> Prompt:
        import secrets  # Not before the first paint.

        from tui.state.clock import now
        from tui.state.prompts import Prompt

        return Prompt(
            key=secrets.token_hex(8),
            text=text,
            chat=self._columns.chat,
            sampling=sampling,
            models=tuple(column.lane.name for column in self._columns.all),
            time=now(),
        )

    async def _write(self, column: Column, stream: Stream, prompt: Prompt) -> None:
        remembering = self._lab.remembering
        state, mark = remembering.state, stream.mark
        has_begun = any(row.tokens for row in stream.answer.rows)
        answered = self._answered(column, stream) if has_begun or not stream.answer.live else None
        try:
            await state.do(state.prompts.keep, prompt, answered)
        except LabError as error:
            remembering.say(error)
            self._retry_later()
            return
        remembering.say_notices()
        is_new = stream.kept != mark  # Of one on its way nothing that is shown is new.
        if state.on_disk:
            stream.kept = mark
        if is_new and column.lane.stream is stream and column.is_attached:
            self._relabel(column)
            remembering.note()

    def _answered(self, column: Column, stream: Stream) -> Answered | None:
        from tui.answer_record import copy_of
        from tui.state.prompts import Answered

        columns = self._columns.all
        if column not in columns:
            return None  # It was taken away meanwhile.
        return Answered(
            key=stream.key,
            place=columns.index(column),
            model=column.lane.name,
            answer=copy_of(stream.answer),
        )

    def _retry_later(self) -> None:
        def retry() -> None:
            self._retrying = None
            for column in self._columns.all:
                if column.lane.stream is not None:
                    self.keep(column, column.lane.stream)

        if self._retrying is None and self._host.is_attached:
            self._retrying = self._host.set_timer(RETRY_S, retry)
