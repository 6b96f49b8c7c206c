"""The terminal's side of the engine: start it on demand, stream from it, notice when it is gone.

No torch here, nor anything else that is slow to import.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from engine import endpoint, files, launch
from engine.connection import Connection, GoneError, OtherVersionError, SilentError, connect
from engine.ending import end_engine
from engine.errors import EngineUnavailableError, LabError
from engine.launch import Child
from engine.protocol import EngineState, EngineStatus, GenerateRequest, Health, StreamEvent
from engine.tool_protocol import ToolAnswer, ToolList, ToolRequest

Answer = TypeVar("Answer")

__all__ = ["EngineClient", "EngineStatus"]

START_TIMEOUT_S = 90.0
"""Torch's first import from a cold, busy disk takes tens of seconds."""

SILENT_START_S = 30.0
"""For an engine that somebody else has started and that says nothing."""

HEALTH_TIMEOUT_S = 5.0

_PROBE_S = 2.0
_POLL_S = 0.1
_LONGEST_TURN_S = 5.0
"""A turn of waiting that took longer: this process was stopped, and the engine perhaps with it."""
_SIGKILL = 9
_AGAIN_S = 1.0
"""Before one more process is started that may find another engine serving."""


class EngineClient:
    """A client of the one engine of this user, which is started when it is first needed.

    Use it from one event loop; several streams may run at once.

    Args:
        on_status: called on the event loop with each change of ``status``.
        start: starts an engine process; tests put another one in its place.
    """

    def __init__(
        self,
        *,
        on_status: Callable[[EngineStatus], None] | None = None,
        start: Callable[[], Child] = launch.start_engine,
    ) -> None:
        self.status = EngineStatus("down")
        self._on_status = on_status
        self._start = start
        self._starting = asyncio.Lock()
        self._connecting = asyncio.Lock()
        self._connection: Connection | None = None
        self._lost = False
        self._pid = 0
        self._child: Child | None = None
        """The engine that this client has started last."""
        self._failed_starts = 0

    async def ensure(self) -> Health:
        """Start the engine unless it runs, and wait until it answers.

        All who wait for one start share its outcome. An engine that an older version of this
        program has left is ended and replaced.

        Raises:
            EngineUnavailableError: it does not start (the sentence ends in its log's last line),
                does not answer, or is of a newer version.
        """
        failed_before = self._failed_starts
        async with self._starting:
            if self._failed_starts != failed_before:
                raise EngineUnavailableError(self.status.detail)
            try:
                return await self._start_and_wait()
            except LabError as error:
                self._failed_starts += 1
                self._set_status("down", str(error))
                raise

    async def restart(self) -> Health:
        """End the engine, also one that hangs, and start another; its streams break off.

        Raises:
            EngineUnavailableError: as ``ensure`` has it.
        """
        self._set_status("starting", "ending the engine that ran")
        await asyncio.to_thread(end_engine)
        return await self.ensure()

    async def health(self) -> Health | None:
        """How the engine does; None when it does not answer. Never starts it."""
        try:
            health = await self._ask(HEALTH_TIMEOUT_S)
        except (GoneError, EngineUnavailableError) as error:
            self._notice_absence(error)
            return None
        self._set_ready(health)
        return health

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[StreamEvent, None]:
        """Stream a request's events; closing the iterator cancels it in the engine.

        An engine that is found gone, or being stopped, before its first event is started anew,
        once.

        Raises:
            RequestError: the engine refuses the request.
            CheckpointError: the checkpoint does not exist or is damaged.
            EngineUnavailableError: the engine cannot be started, or was lost in the middle.
        """
        for may_retry in (True, False):
            if self.status.state != "ready":
                await self.ensure()
            connection: Connection | None = None
            try:
                connection = await self._connect()
                async with contextlib.aclosing(connection.generate(request)) as events:
                    async for event in events:
                        may_retry = False
                        yield event
                return
            except GoneError as error:
                # A newer engine may be up by now: it is not lost because an older one was.
                if connection in (None, self._connection):
                    self._notice_absence(error)
                if not may_retry:
                    raise self._stopped_in_the_middle(error) from error
            except EngineUnavailableError:
                if not may_retry:
                    raise
                # It is being stopped, and has not begun to answer: the next one can.
                if connection is self._connection:
                    self._set_status("down", "being stopped; it is started again")

    async def tools(self) -> ToolList:
        """The tools that models of this engine can call.

        Raises:
            LabError: they cannot be opened.
            EngineUnavailableError: the engine cannot be started, or was lost.
        """
        return await self._ask_anew(Connection.tools)

    async def call_tool(self, request: ToolRequest) -> ToolAnswer:
        """Run one call, or write its output by hand; cancelling this cancels the call.

        Raises:
            RequestError: there is no such tool, or the model has not learned it.
            CheckpointError: the checkpoint does not exist or is damaged.
            EngineUnavailableError: the engine cannot be started, or was lost in the middle.
        """
        return await self._ask_anew(lambda connection: connection.call_tool(request))

    async def _ask_anew(self, ask: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        """One question, put again to an engine started anew if the first turns out to be gone."""
        for may_retry in (True, False):
            if self.status.state != "ready":
                await self.ensure()
            try:
                return await ask(await self._connect())
            except GoneError as error:
                self._notice_absence(error)
                if not may_retry:
                    raise self._stopped_in_the_middle(error) from error
        raise AssertionError("the second try returns or raises")

    async def close(self) -> None:
        """Close the connections; the engine stays, and leaves by itself when nobody needs it."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _start_and_wait(self) -> Health:
        child: Child | None = None
        turn = tried = time.monotonic()
        elapsed, replaced = 0.0, False
        while elapsed < START_TIMEOUT_S:
            doing = f"waiting for the engine, {elapsed:.0f} s"
            try:
                health = await self._ask(_PROBE_S)
            except SilentError:
                # It is there: busy importing torch, or it hangs.
                if child is None and elapsed > SILENT_START_S:
                    break
            except GoneError:
                code = None if child is None else child.exit_code()
                # Another engine held the lock and still nobody answers: it was leaving.
                leaving = code == launch.ALREADY_SERVED and time.monotonic() - tried > _AGAIN_S
                if child is None or leaving:
                    tried = time.monotonic()
                    child = self._child = await asyncio.to_thread(self._start)
                elif code not in (None, launch.ALREADY_SERVED):
                    raise _died_at_start(child, code) from None
            except OtherVersionError as error:
                if replaced or not error.is_older:
                    raise
                replaced, doing = True, "replacing the engine of an older llmlab"
                self._set_status("starting", doing)
                await asyncio.to_thread(end_engine)
            else:
                self._set_ready(health)
                return health
            self._set_status("starting", doing)
            await asyncio.sleep(_POLL_S)
            before, turn = turn, time.monotonic()
            elapsed += min(turn - before, _LONGEST_TURN_S)
        raise _does_not_answer(elapsed)

    async def _ask(self, timeout_s: float) -> Health:
        connection = await self._connect()
        return await connection.health(timeout_s)

    async def _connect(self) -> Connection:
        """Connections to the engine that is published now.

        Raises:
            GoneError: none is.
        """
        found = endpoint.read_endpoint()
        if found is None:
            raise GoneError("no engine is published")
        async with self._connecting:
            if self._connection is None or self._connection.endpoint != found:
                fresh = await connect(found)
                await self.close()
                self._connection = fresh
            return self._connection

    def _set_ready(self, health: Health) -> None:
        restarts = self.status.restarts + (self._lost and health.pid != self._pid)
        self._lost, self._pid = False, health.pid
        detail = f"process {health.pid}, {health.device}, torch {health.torch_version}"
        self._set_status("ready", detail, restarts)

    def _notice_absence(self, error: Exception) -> None:
        """An engine that left in order took its endpoint away; one that was killed did not."""
        if self.status.state != "ready":
            return
        if endpoint.read_endpoint() is None:
            self._set_status("down", "asleep; it is started again when needed")
        else:
            self._lost = True
            said = "does not answer" if isinstance(error, SilentError) else "stopped"
            detail = f"the engine {said}{self._by_signal()}; it is started again when needed"
            self._set_status("lost", detail)

    def _by_signal(self) -> str:
        """How the engine that was ready ended, as far as this client is its parent."""
        if self._child is None or self._child.pid != self._pid:
            return ""
        code = self._child.exit_code()
        if code is None or code >= 0:
            return ""
        return f" by signal {-code}" + ", as when memory runs out" * (-code == _SIGKILL)

    def _stopped_in_the_middle(self, error: GoneError) -> EngineUnavailableError:
        said = files.last_line(endpoint.log_file())
        return EngineUnavailableError(
            f"The engine stopped in the middle of an answer{self._by_signal()}; it is started "
            f"again when you ask again ({error}; {endpoint.log_file()} ends in: "
            f"{said or 'nothing'})."
        )

    def _set_status(self, state: EngineState, detail: str, restarts: int | None = None) -> None:
        restarts = self.status.restarts if restarts is None else restarts
        status = EngineStatus(state, detail, restarts)
        if status != self.status:
            self.status = status
            if self._on_status is not None:
                self._on_status(status)


def _died_at_start(child: Child, code: int) -> EngineUnavailableError:
    if code < 0:
        how = f"by signal {-code}, as when it is killed or memory runs out"
    else:
        how = f"with exit code {code}: {child.last_words() or 'it said nothing'}"
    return EngineUnavailableError(
        f"The engine stopped while starting {how} (its log: {endpoint.log_file()})."
    )


def _does_not_answer(seconds: float) -> EngineUnavailableError:
    found = endpoint.read_endpoint()
    end = f"end it with `kill -9 {found.pid}`" if found else "try again"
    return EngineUnavailableError(
        f"The engine has not answered for {seconds:.0f} s. If it hangs, {end} or restart it from "
        f"the palette; its log is {endpoint.log_file()}."
    )
