"""The one thread that owns torch. It takes requests, and steps every live one in turn.

Requests for the same checkpoint share its batch; checkpoints take turns, a step each. The event
loop hands requests in and never waits; the worker hands events out and never waits for a reader.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from engine.errors import LabError, RequestError
from engine.events import TokenEvent
from engine.protocol import GenerateRequest, Started
from engine.server.backend import Backend, Device
from engine.server.job import Job
from engine.server.shelf import Entry, Shelf
from engine.server.stream import Item, Stream

log = logging.getLogger(__name__)

BUG_SENTENCE = (
    "The engine met a fault of its own in this request; the other requests go on. "
    "Details are in its log, engine.log; please report it."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much the engine takes on at once."""

    models: int = 6
    rows: int = 128
    waiting: int = 64


class Worker:
    """Runs a backend in a thread of its own.

    Args:
        make_backend: called in the thread: importing torch and choosing a device belongs there.
        limits: bounds on memory and queue.
    """

    def __init__(self, make_backend: Callable[[], Backend], limits: Limits | None = None) -> None:
        self._make_backend = make_backend
        self._limits = limits or Limits()
        self._ids = itertools.count(1)
        self._wake = threading.Condition()
        self._inbox: deque[Job] = deque()
        self._stopping = False
        self._rows = 0
        self._active = 0
        self._loaded: tuple[str, ...] = ()
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

    def stop(self, timeout_s: float) -> None:
        """Drop everything and end the thread; waits ``timeout_s`` for the step it is in."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout_s)

    def submit(self, request: GenerateRequest, stream: Stream) -> None:
        """Queue a request; its events will come through ``stream``.

        Raises:
            RequestError: too many requests wait already.
        """
        with self._wake:
            if len(self._inbox) >= self._limits.waiting:
                raise RequestError(
                    f"The engine is full: {self._active} requests run and {len(self._inbox)} wait. "
                    "Try again when some have ended."
                )
            self._inbox.append(Job(next(self._ids), request, stream, time.monotonic()))
            self._wake.notify()

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names of the checkpoints in memory, last used last."""
        return self._loaded

    @property
    def active_requests(self) -> int:
        """Requests that run or wait."""
        return self._active + len(self._inbox)

    def _run(self) -> None:
        try:
            backend = self._make_backend()
        except Exception as error:
            self.ready.set_exception(error)
            return
        self._shelf = Shelf(backend, self._limits.models, self._on_shelf_changed)
        self.ready.set_result(backend.device)
        while self._wait():
            self._admit()
            for entry in self._shelf.busy():
                self._drop_abandoned(entry)
                if entry.jobs:
                    self._step(entry)

    def _on_shelf_changed(self) -> None:
        self._loaded = self._shelf.names()

    def _wait(self) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: self._stopping or self._inbox or self._active)
            return not self._stopping

    def _admit(self) -> None:
        """Start waiting requests, first come first served, as far as there is room."""
        with self._wake:
            self._inbox = deque(job for job in self._inbox if not job.stream.abandoned)
        while self._inbox and self._start(self._inbox[0]):
            with self._wake:
                self._inbox.popleft()

    def _start(self, job: Job) -> bool:
        """Start a request or refuse it with an error; False when it has to wait for room."""
        if self._rows + job.request.n > self._limits.rows:
            return False
        try:
            entry = self._shelf.get(job.request.model)
            if entry is None:
                return False
            self._join(entry, job)
        except LabError as error:
            job.stream.put([error], last=True)
        except Exception:
            log.exception("a request for %s could not be started", job.request.model)
            job.stream.put([LabError(BUG_SENTENCE)], last=True)
        return True

    def _join(self, entry: Entry, job: Job) -> None:
        prompt = entry.model.render(job.request)
        entry.model.add(job.id, job.request, prompt)
        entry.jobs[job.id] = job
        self._rows += job.request.n
        self._active += 1
        started = Started(
            model=entry.source.name,
            prompt_ids=prompt.ids,
            prompt_tokens=prompt.tokens,
            max_seq_len=entry.model.max_seq_len,
        )
        job.stream.put([started])

    def _step(self, entry: Entry) -> None:
        try:
            self._deliver(entry, entry.model.step())
        except LabError as error:
            self._give_up(entry, error)
        except Exception:
            log.exception("a step of %s failed", entry.source.name)
            self._give_up(entry, LabError(BUG_SENTENCE))

    def _give_up(self, entry: Entry, error: LabError) -> None:
        """End all requests of a batch whose state is unknown; the next one loads it afresh."""
        for job in list(entry.jobs.values()):
            self._end(entry, job, [error])
        self._shelf.drop(entry)

    def _deliver(self, entry: Entry, events: list[TokenEvent]) -> None:
        now = time.monotonic()
        items: defaultdict[Job, list[Item]] = defaultdict(list)
        for event in events:
            job = entry.jobs[event.request]
            items[job].append(event)
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
        self._rows -= job.request.n
        self._active -= 1
        job.stream.put(items, last=True)
