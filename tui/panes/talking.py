"""Carries replies from the engine to a conversation, and a person's decisions to the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.timer import Timer
from textual.widget import Widget

from engine.errors import LabError
from tui import telling
from tui.background import in_background
from tui.chat.reply import Reply
from tui.panes.streaming import Lab as StreamingLab
from tui.panes.streaming import frame_s
from tui.reader import Reader
from tui.safe_text import visible

if TYPE_CHECKING:
    from engine.protocol import GenerateRequest
    from engine.tool_protocol import ToolRequest
    from tui.chat.parts import Call
    from tui.services import Engine


class Lab(StreamingLab, Protocol):
    """What talking needs of the app."""

    async def connected(self) -> Engine:
        """The client of the lab's own engine."""
        ...


@dataclass(slots=True)
class Talk:
    """A reply that is on its way."""

    reader: Reader[Reply]
    question: str
    server: str | None
    n_calls: int = 0
    """Calls whose results have been kept."""


class Talker:
    """Starts, reads and stops replies; one timer draws them all.

    Args:
        host: the pane; its workers read the streams and wait for tools.
        lab: the app.
        changed: called with each frame in which something arrived, or a tool still runs.
        milestone: called when something is worth keeping: a call's end, a reply's end.
        decided: called when a call that a person decided about has its output.
    """

    def __init__(
        self,
        host: Widget,
        lab: Lab,
        changed: Callable[[], None],
        milestone: Callable[[Reply], None],
        decided: Callable[[Reply], None],
    ) -> None:
        self._host, self._lab = host, lab
        self._changed, self._milestone, self._decided = changed, milestone, decided
        self._talks: dict[int, Talk] = {}
        self._deciding: dict[int, tuple[Reply, Call]] = {}
        self._timer: Timer = host.set_interval(frame_s(), self.tick, pause=True)

    @property
    def running(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._talks or self._deciding)

    def start(
        self, reply: Reply, request: GenerateRequest, question: str, server: str | None
    ) -> None:
        """Let a reply go on by a request."""
        reply.resume()
        talk = self._talks[id(reply)] = Talk(Reader(reply, request), question, server)
        in_background(self._host, partial(self._read, talk), f"talk-{id(reply)}", only=True)
        self._timer.resume()

    def stop(self) -> None:
        """End everything early; what has arrived stays, and a call waits for a decision again."""
        for key, talk in list(self._talks.items()):
            self._host.workers.cancel_group(self._host, f"talk-{key}")
            talk.reader.drain()
            talk.reader.stop()
            del self._talks[key]
            self._milestone(talk.reader.answer)
        for key, (_, call) in list(self._deciding.items()):
            self._host.workers.cancel_group(self._host, f"decide-{key}")
            call.state = "waiting"
            del self._deciding[key]
        self._changed()

    def say_waiting(self, words: str) -> None:
        """What replies wait for of which nothing has come yet."""
        for talk in self._talks.values():
            if talk.reader.answer.state == "waiting" and talk.server is None:
                talk.reader.answer.message = words

    def tick(self) -> None:
        """One frame."""
        changed = bool(self._deciding)
        for key, talk in list(self._talks.items()):
            reader, reply = talk.reader, talk.reader.answer
            changed |= reader.drain() or any(call.state == "running" for call in reply.calls)
            changed |= reply.state == "waiting"
            ended = [call for call in reply.calls if call.outcome is not None]
            if len(ended) != talk.n_calls:
                for call in ended[talk.n_calls :]:
                    telling.called(self._host, reader.request.model, call)
                talk.n_calls = len(ended)
                self._milestone(reply)
            if reader.exhausted():
                reader.settle()
                del self._talks[key]
                self._end(talk)
                changed = True
        if changed:
            self._changed()
        if not self.running:
            self._timer.pause()

    def decide(self, reply: Reply, call: Call, request: ToolRequest) -> None:
        """Run the call, or write its output, as a person wants it; then ``decided``."""
        call.restart()
        self._deciding[id(reply)] = (reply, call)
        work = partial(self._decide, reply, call, request)
        in_background(self._host, work, f"decide-{id(reply)}", only=True)
        self._timer.resume()

    async def _decide(self, reply: Reply, call: Call, request: ToolRequest) -> None:
        try:
            engine = await self._lab.connected()
            answer = await engine.call_tool(request)
        except LabError as error:
            call.state = "waiting"
            self._deciding.pop(id(reply), None)
            self._host.notify(visible(str(error)), severity="error", timeout=10, markup=False)
            self._lab.revive()
            self._changed()
            return
        by_hand = request.output is not None
        call.answered(answer, by="you" if by_hand else "tool")
        telling.called(self._host, request.model, call)
        self._deciding.pop(id(reply), None)
        self._decided(reply)

    async def _read(self, talk: Talk) -> None:
        try:
            source = await self._lab.source(talk.server)
        except LabError as error:
            talk.reader.break_off(str(error))
        else:
            await talk.reader.read(source)

    def _end(self, talk: Talk) -> None:
        reply = talk.reader.answer
        if reply.state == "failed" and talk.server is None:
            self._lab.revive()
        if reply.state == "done" and reply.text:
            in_background(self._host, partial(self._judge, talk), "judge")
        self._milestone(reply)

    async def _judge(self, talk: Talk) -> None:
        reply = talk.reader.answer
        reply.not_judged = "comparing with the pocket web …"
        self._changed()
        said = reply.text
        try:
            verdict, problem = await self._lab.truth().judge(talk.question, said), ""
        except LabError as error:
            verdict, problem = None, str(error)
        if reply.text == said and reply.state == "done":
            reply.verdict, reply.not_judged = verdict, problem
            telling.replied(self._host, talk.reader.request.model, talk.question, reply)
            self._milestone(reply)
            self._changed()
