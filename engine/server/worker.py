"""The one thread that owns torch. It takes requests, and steps every live one in turn.

Requests for the same checkpoint share its batch; checkpoints take turns, a step each. The event
loop hands requests in and never waits; the worker hands events out and never waits for a reader.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from engine.dialect import Dialect
from engine.errors import EngineBusyError, EngineUnavailableError, LabError
from engine.protocol import GenerateRequest, Started
from engine.server.aside import aside
from engine.server.backend import Backend, Device, Offer, Prompt
from engine.server.dispatch import Dispatch, Noted
from engine.server.faults import explain
from engine.server.job import Job
from engine.server.limits import Limits
from engine.server.shelf import Entry, Shelf
from engine.server.stream import Item, Stream
from engine.server.toolbox import OpenedTools, Toolbox
from engine.tool_runner import chosen_tools

POLL_S = 0.25
"""While all that is left waits for a checkpoint or a tool, it is looked so often whether its reader
left."""

log = logging.getLogger(__name__)


class Worker:
    """Runs a backend in a thread of its own.

    No request may end that thread, so it catches ``BaseException`` as well: that is what a panic of
    a library written in Rust becomes, and a key press never arrives in this thread.

    Args:
        make_backend: called in the thread: importing torch and choosing a device belongs there.
        limits: bounds on memory and queue.
        open_tools: opens the tools that models can call; None: they can call none.
    """

    def __init__(
        self,
        make_backend: Callable[[], Backend],
        limits: Limits | None = None,
        open_tools: Callable[[], OpenedTools] | None = None,
    ) -> None:
        self._make_backend = make_backend
        self._limits = limits or Limits()
        self._ids = itertools.count(1)
        self._wake = threading.Condition()
        self._inbox: list[Job] = []
        self._news = False
        """Whether anything has come since the waiting were last looked at."""
        self._waiting: list[Job] = []
        self._stopping = False
        self._active = 0
        self.toolbox = Toolbox(open_tools)
        self._dispatch = Dispatch(self.toolbox.runner, self._on_news)
        self._backend: Backend
        self._shelf: Shelf
        self.ready: Future[Device] = Future()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin; ``ready`` gets the device, or what went wrong."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs. It never ends by itself except by a fault."""
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether it takes no more requests: it was told to stop, or a fault ended its thread."""
        return self._stopping

    def stop(self, timeout_s: float) -> None:
        """End all requests and the thread; waits ``timeout_s`` for the step it is in."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout_s)

    def submit(self, request: GenerateRequest, stream: Stream) -> None:
        """Queue a request; its events will come through ``stream``.

        Raises:
            EngineBusyError: too many requests wait already.
            EngineUnavailableError: it has been stopped.
        """
        with self._wake:
            if self._stopping:
                raise _stopped()
            jobs = [*self._inbox, *self._waiting]
            waiting = sum(not job.stream.abandoned for job in jobs)
            if waiting >= self._limits.waiting_for(request.priority):
                raise EngineBusyError(
                    f"The engine is full: {self._active} requests run and {waiting} wait. "
                    "Try again when some have ended."
                )
            self._inbox.append(Job(next(self._ids), request, stream, time.monotonic()))
            self._tell()

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names of the checkpoints in memory, last used last; call once ``ready``."""
        return self._shelf.names()

    @property
    def active_requests(self) -> int:
        """Requests that run or wait."""
        return self._active + len(self._inbox) + len(self._waiting)

    def offers(self) -> Sequence[Offer]:
        """The checkpoints that can be asked for. Reads folders; call once ``ready``."""
        return self._backend.offers()

    def dialect(self, model: str) -> Dialect:
        """How a checkpoint is spoken to. Reads files; call once ``ready``.

        Raises:
            CheckpointError: there is no such checkpoint, or its tokenizer is damaged.
        """
        return self._backend.dialect(model)

    def _run(self) -> None:
        try:
            self._backend = self._make_backend()
        except Exception as error:
            self.ready.set_exception(error)
            return
        self._shelf = Shelf(self._backend, self._limits.models, self._on_news)
        self.ready.set_result(self._backend.device)
        try:
            while self._wait():
                self._admit()
                self._take_returned()
                for entry in self._shelf.busy():
                    self._drop_abandoned(entry)
                    if entry.model.busy:
                        self._step(entry)
        finally:
            self._leave()

    def _tell(self) -> None:
        self._news = True
        self._wake.notify()

    def _on_news(self) -> None:
        with self._wake:
            self._tell()

    def _wait(self) -> bool:
        with self._wake:
            self._wake.wait_for(
                lambda: self._stopping or self._news or self._computing(),
                timeout=POLL_S if self._waiting or self._active else None,
            )
            return not self._stopping

    def _computing(self) -> bool:
        """Whether any row can be stepped: those that have called a tool wait for news."""
        return any(entry.model.busy for entry in self._shelf.busy())

    def _admit(self) -> None:
        """Start waiting requests, first come first served for each checkpoint, bulk work last.

        Who waits for rows or for a checkpoint holds up no request for another one.
        """
        with self._wake:
            waiting = [*self._waiting, *self._inbox]
            waiting.sort(key=lambda job: job.request.priority == "bulk")
            self._waiting, self._inbox, self._news = waiting, [], False
        if not waiting:
            return
        self._shelf.settle()
        held_up: set[str] = set()
        left = []
        for job in waiting:
            name = job.request.model
            if job.stream.abandoned:
                continue
            if name in held_up or not self._start(job):
                held_up.add(name)
                left.append(job)
        with self._wake:
            self._waiting = left

    def _start(self, job: Job) -> bool:
        """Start a request or refuse it with an error; False when it has to wait."""
        try:
            if job.source is None:
                job.source = self._backend.find(job.request.model)
            entry = self._shelf.get(job.source)
            if entry is None:
                return False
            most = self._limits.rows_for(job.request.priority)
            if entry.jobs and entry.n_rows + job.request.n > most:
                return False
            prompt = self._prompt(entry, job)
            if prompt is None or not self._has_tools(job):
                return False
            self._join(entry, job, prompt)
        except BaseException as error:
            if not isinstance(error, LabError):
                log.exception("a request for %s could not be started", job.request.model)
            job.stream.put([explain(error)], last=True)
        return True

    def _prompt(self, entry: Entry, job: Job) -> Prompt | None:
        """The prompt's tokens; None while another thread works on a long one."""
        size = job.request.n_chars + job.request.n_ids
        if size <= self._limits.prompt_size_at_once:
            return entry.model.render(job.request)
        if job.prompt is None:
            job.prompt = aside("reader", lambda: entry.model.render(job.request), self._on_news)
        return job.prompt.result() if job.prompt.done() else None

    def _has_tools(self, job: Job) -> bool:
        """Give the request the tools it names; False while they are being opened."""
        if not job.request.tools:
            return True
        if job.opening is None:
            job.opening = self.toolbox.open()
            job.opening.add_done_callback(lambda _: self._on_news())
        if not job.opening.done():
            return False
        found = chosen_tools(job.opening.result().registry, job.request.tools)
        job.tools = {tool.name: tool for tool in found}
        return True

    def _join(self, entry: Entry, job: Job, prompt: Prompt) -> None:
        entry.model.add(job.id, job.request, prompt, tuple(job.tools.values()))
        entry.jobs[job.id] = job
        self._active += 1
        job.stream.vocabulary = entry.model.vocabulary
        if job.request.messages is not None:
            job.stream.answer_prefix = entry.model.answer_prefix
        started = Started(
            model=entry.source.name,
            prompt_ids=prompt.ids,
            prompt_tokens=prompt.tokens,
            max_seq_len=entry.model.max_seq_len,
        )
        job.stream.put([started])

    def _step(self, entry: Entry) -> None:
        try:
            self._deliver(entry, self._dispatch.called(entry, entry.model.step()))
        except BaseException as error:
            if not isinstance(error, LabError):
                log.exception("a step of %s failed", entry.source.name)
            self._give_up(entry, explain(error))

    def _take_returned(self) -> None:
        """Let rows go on whose tools have answered."""
        for back in self._dispatch.returned():
            if not back.awaited:
                continue
            try:
                self._deliver(back.entry, self._dispatch.go_on(back))
            except BaseException as error:
                log.exception("a tool's output could not be read by %s", back.entry.source.name)
                self._give_up(back.entry, explain(error))

    def _give_up(self, entry: Entry, error: LabError) -> None:
        """End all requests of a batch whose state is unknown; the next one loads it afresh."""
        for job in list(entry.jobs.values()):
            self._end(entry, job, [error])
        self._shelf.drop(entry)

    def _deliver(self, entry: Entry, events: Iterable[Noted]) -> None:
        now = time.monotonic()
        items: defaultdict[Job, list[Item]] = defaultdict(list)
        for event, note in events:
            job = entry.jobs[event.request]
            items[job].append(event)
            if note is not None:
                items[job].append(note)
            finished = job.see(event, now)
            if finished is not None:
                items[job].append(finished)
        for job, job_items in items.items():
            if job.done:
                self._end(entry, job, job_items)
            else:
                job.stream.put(job_items)

    def _drop_abandoned(self, entry: Entry) -> None:
        for job in [job for job in entry.jobs.values() if job.stream.abandoned]:
            entry.model.cancel(job.id)
            self._end(entry, job, [])

    def _end(self, entry: Entry, job: Job, items: list[Item]) -> None:
        del entry.jobs[job.id]
        self._active -= 1
        job.cancel_calls()
        job.stream.put(items, last=True)

    def _leave(self) -> None:
        """Tell every reader that its stream ends here."""
        with self._wake:
            self._stopping = True  # where a fault has ended the loop it is not yet
        for entry in self._shelf.busy():
            self._give_up(entry, _stopped())
        for job in [*self._waiting, *self._inbox]:
            job.stream.put([_stopped()], last=True)
        self.toolbox.close()


def _stopped() -> EngineUnavailableError:
    return EngineUnavailableError("The engine was stopped. Start it again and ask again.")
