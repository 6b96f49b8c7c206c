"""Carries answers from engine and servers to the columns: a reader each, one timer for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.timer import Timer
from textual.widget import Widget

from engine.errors import LabError
from tui import settings
from tui.background import in_background
from tui.lane import verdict_note
from tui.notes import Note
from tui.settings import schema
from tui.widgets.column import Column

if TYPE_CHECKING:
    from tui.answers import Answer
    from tui.services import Source, Truth
    from tui.stream import Stream

DRAWN_A_FRAME = 2
"""Columns drawn in one frame. Four take turns, so that a frame is short and a key press, which
waits for the frame at hand, shows soon."""


def frame_s() -> float:
    """Seconds from one drawing of new tokens to the next; a label's numbers change at a fifth of
    the drawings."""
    return 1 / settings.value(schema.FRAMES_PER_S)


class Lab(Protocol):
    """What the streams need of the app."""

    async def source(self, server: str | None) -> Source:
        """Who answers for a server's models, or for the lab's own (None). Raises LabError."""
        ...

    def truth(self) -> Truth:
        """Whoever knows what is true."""
        ...

    def revive(self) -> None:
        """Start the engine again after it was lost."""
        ...


class Streamer:
    """Starts and stops streams and draws what arrives.

    Args:
        host: the pane that owns the columns; its workers read the streams.
        lab: the app.
        columns: the columns there are now.
        relabel: writes the words on a column's border.
        asked: called with an answer that has been asked for.
        ended: called with an answer that has come to its end, and again when it was judged.
        finished: called when the last of the running answers has ended.
    """

    def __init__(
        self,
        host: Widget,
        lab: Lab,
        columns: Callable[[], Iterable[Column]],
        relabel: Callable[[Column], None],
        asked: Callable[[Column, Stream], None],
        ended: Callable[[Column, Stream], None],
        finished: Callable[[], None],
    ) -> None:
        self._host, self._lab = host, lab
        self._columns, self._relabel = columns, relabel
        self._asked, self._ended, self._finished = asked, ended, finished
        self._frame = 0
        self._timer: Timer = host.set_interval(frame_s(), self.tick, pause=True)

    @property
    def running(self) -> bool:
        """Whether any answer is still on its way."""
        return any(column.lane.is_live() for column in self._columns())

    def start(self, column: Column, answer: Answer, *, show_prompt: bool) -> None:
        """Begin an answer in a column, in place of the one that is there."""
        from tui.stream import Stream  # Not before the first paint.

        self.stop(column)
        stream = column.lane.stream = Stream(answer)
        column.show(answer, show_prompt=show_prompt)
        column.say(Note("dim", f"Waiting for {column.lane.server or 'the engine'}."))
        self._asked(column, stream)
        self._relabel(column)
        read = partial(self._read, stream, column.lane.server)
        in_background(self._host, read, f"stream-{id(column)}", only=True)
        self._timer.resume()

    def stop(self, column: Column) -> None:
        """End an answer early; its tokens stay."""
        stream = column.lane.stream
        if stream is not None and stream.live():
            self._host.workers.cancel_group(self._host, f"stream-{id(column)}")
            stream.drain()
            stream.stop()
            column.flush()
            if not any(row.tokens for row in stream.answer.rows):
                column.say(Note("dim", "Stopped before the first token."))
            self._relabel(column)
            self._ended(column, stream)

    def tick(self) -> None:
        """One frame: draw what has arrived, finish what has ended."""
        self._frame += 1
        columns = [column for column in self._columns() if column.lane.is_live()]
        turns = max(1, -(-len(columns) // DRAWN_A_FRAME))
        for place, column in enumerate(columns):
            if (place + self._frame) % turns:
                continue
            stream = column.lane.stream
            assert stream is not None
            if stream.drain() and column.is_on_screen:
                column.flush()
            if stream.exhausted():
                stream.settle()
                self._end(column, stream)
            elif (place + self._frame) // turns % 5 == 0:
                self._relabel(column)
        if not self.running:
            self._timer.pause()
            self._finished()

    async def _read(self, stream: Stream, server: str | None) -> None:
        try:
            source = await self._lab.source(server)
        except LabError as error:
            stream.break_off(str(error))
        else:
            await stream.read(source)

    def put_back(self, column: Column, stream: Stream, *, show_prompt: bool) -> None:
        """Show an answer of before as it was."""
        stream.settle()
        column.lane.stream = stream
        column.show(stream.answer, show_prompt=show_prompt)
        self._say_failure(column, stream.answer)
        for number, row in enumerate(stream.answer.rows):
            if row.verdict is not None:
                column.set_notes(number, verdict_note(row.verdict, answered=stream.answer.chat))
        self._relabel(column)

    def _end(self, column: Column, stream: Stream) -> None:
        column.flush()
        self._relabel(column)
        answer = stream.answer
        self._say_failure(column, answer)
        if answer.state == "failed" and column.lane.server is None:
            self._lab.revive()
        self._ended(column, stream)
        if answer.state == "done":
            from tui import telling  # Not before the first paint.

            if not answer.chat:  # A continuation is told at once: its verdict is only shown.
                for row in answer.rows:
                    telling.answered(self._host, column.lane, answer, row)
            in_background(self._host, partial(self._judge, column, stream), "judge")

    def _say_failure(self, column: Column, answer: Answer) -> None:
        if answer.state == "failed":
            notes = (Note("error", f"✗ {answer.message}"), Note("dim", "Press enter to ask again."))
            column.say(*notes)
            for row in range(len(answer.rows)):
                column.set_notes(row, *notes)

    async def _judge(self, column: Column, stream: Stream) -> None:
        from tui import telling

        for number, row in enumerate(stream.answer.rows):
            column.set_notes(number, Note("dim", "comparing with the pocket web …"))
            try:
                row.verdict = await self._lab.truth().judge(stream.answer.question, row.text)
            except LabError as error:
                notes = [Note("dim", str(error))]
            else:
                answered = stream.answer.chat
                notes = [verdict_note(row.verdict, answered=answered)] if row.verdict else []
            if column.lane.stream is not stream:
                break
            column.set_notes(number, *notes)
            self._relabel(column)  # A verdict that nobody has kept yet says so.
            if stream.answer.chat:
                telling.answered(self._host, column.lane, stream.answer, row)
        self._ended(column, stream)
