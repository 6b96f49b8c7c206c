"""Tool calls on their way from rows to tools and back. Owned by the worker's thread."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.calls import NO_MORE_CALLS, Call
from engine.events import TokenEvent, ToolCalled, ToolReturned
from engine.server.job import Job
from engine.server.shelf import Entry
from engine.tool_runner import ToolRunner
from tools.result import ToolResult

Noted = tuple[TokenEvent, ToolCalled | ToolReturned | None]
"""A token, and what its reader is to be told right behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    """A result that a paused row waits for."""

    entry: Entry
    job: Job
    call: Call
    result: ToolResult

    @property
    def awaited(self) -> bool:
        """Whether the row is still there."""
        return self.entry.jobs.get(self.job.id) is self.job


class Dispatch:
    """Starts calls that rows have ended, and lets the rows go on with what comes back.

    Args:
        runner: runs them.
        told: called, from any thread, when something has come back.
    """

    def __init__(self, runner: ToolRunner, told: Callable[[], None]) -> None:
        self._runner = runner
        self._told = told
        self._come: queue.SimpleQueue[Return] = queue.SimpleQueue()

    def called(self, entry: Entry, events: Iterable[TokenEvent]) -> list[Noted]:
        """The events of a step, with a note behind each call that has ended; those calls start."""
        calls = {(call.request, call.row): call for call in entry.model.take_calls()}
        noted: list[Noted] = []
        for event in events:
            call = calls.get((event.request, event.row)) if event.span == "call" else None
            ends = call is not None and event.id == call.fence.end
            noted.append((event, self._start(entry, call) if call and ends else None))
        return noted

    def returned(self) -> list[Return]:
        """What has come back since this was last asked; not all of it may still be awaited."""
        come: list[Return] = []
        while not self._come.empty():
            come.append(self._come.get())
        return come

    def go_on(self, back: Return) -> list[Noted]:
        """Append a result to its row; the tokens, and a note behind the last of them."""
        call, result = back.call, back.result
        back.job.running.pop(call.row, None)
        events = back.entry.model.proceed(call, result.text)
        forced = [event for event in events if event.forced]
        said = "".join(event.text for event in forced)
        note = ToolReturned(
            row=call.row,
            call=call.number,
            tool=call.fence.tool,
            kind=result.kind,
            output=result.output,
            error=result.error,
            elapsed_ms=result.elapsed_ms,
            tier=result.tier,
            truncated=result.truncated or said != f" {result.text}",
            sources=result.sources,
            n_tokens=len(forced),
        )
        last = max(0, len(forced) - 1)
        return [(event, note if i == last else None) for i, event in enumerate(events)]

    def _start(self, entry: Entry, call: Call) -> ToolCalled:
        job, text = entry.jobs[call.request], call.text(entry.model.vocabulary)

        def back(result: ToolResult) -> None:
            self._come.put(Return(entry, job, call, result))
            self._told()

        if call.fence.handed_over:
            pass  # the row has ended: whoever asked goes on with it
        elif call.within_budget:
            tool = job.tools[call.fence.tool]
            job.running[call.row] = self._runner.start(tool, text, back)
        else:
            back(NO_MORE_CALLS)
        return ToolCalled(row=call.row, call=call.number, tool=call.fence.tool, text=text)
