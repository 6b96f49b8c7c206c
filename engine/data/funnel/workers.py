"""Processes that do the tasks of a run; a page that kills them is found, skipped and reported.

A worker says before each record which one it is at. When it dies or comes to no end, the task is
given to another one; at the second time at the same record, that record is left out from then on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Protocol

from engine.data.funnel.parts import PartName
from engine.data.funnel.tasks import Answer, Doing, JudgePart, Task, WasRead
from engine.errors import DataError, LabError

TICK_S = 1.0
TICKS_A_RECORD = 600
"""Ticks of the waiting process, not the clock: a machine that slept has not waited for a page."""
DEATHS_A_RECORD = 2
DEATHS_A_TASK = 4
"""Of a worker that was at no record; then memory or the disk is at fault, and no page."""
NOWHERE = -1
Answered = Callable[[Task, Answer], Iterable[Task]]
"""Takes an answer; returns further tasks, which are done before those that wait."""
Beat = Callable[[], None]
"""Called all the time; raises to end the work."""


class Workers(Protocol):
    """Whoever does tasks."""

    def work(self, tasks: Iterable[Task], answered: Answered, beat: Beat) -> None:
        """Do all tasks, and those that ``answered`` adds to them."""
        ...

    def close(self) -> None:
        """End whatever runs."""
        ...


class InThisProcess:
    """Does tasks one after the other where it is called."""

    def __init__(self, folder: Path) -> None:
        self._doing = Doing(folder)

    def work(self, tasks: Iterable[Task], answered: Answered, beat: Beat) -> None:
        """Do all tasks; see ``Workers``."""
        waiting = deque(tasks)
        while waiting:
            beat()
            task = waiting.popleft()
            waiting.extendleft(answered(task, self._doing.do(task)))

    def close(self) -> None:
        """Nothing runs."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    at: Any
    """A shared number: the record at work."""
    task: Task | None = None
    last_at: int = NOWHERE
    ticks: int = 0


class Processes:
    """Does tasks in several processes, which are started as they are needed.

    Args:
        folder: of the run, with its plan.
        n: how many at most.
    """

    def __init__(self, folder: Path, n: int) -> None:
        self._folder = folder
        self._n = n
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._deaths: Counter[tuple[PartName, int]] = Counter()
        self._fatal: dict[PartName, set[int]] = {}

    def work(self, tasks: Iterable[Task], answered: Answered, beat: Beat) -> None:
        """Do all tasks; see ``Workers``.

        Raises:
            LabError: what a worker has met, or workers die whatever they do.
        """
        waiting = deque(tasks)
        while waiting or any(worker.task for worker in self._workers):
            beat()
            self._give_out(waiting)
            busy = [worker for worker in self._workers if worker.task is not None]
            ready = wait([worker.pipe for worker in busy], timeout=TICK_S)
            for worker in busy:
                if worker.pipe in ready:
                    self._hear(worker, waiting, answered)
                elif not ready:
                    self._watch(worker)

    def _give_out(self, waiting: deque[Task]) -> None:
        for worker in self._workers:
            if waiting and worker.task is None:
                self._give(worker, waiting.popleft())
        while waiting and len(self._workers) < self._n:
            self._workers.append(self._started())
            self._give(self._workers[-1], waiting.popleft())

    def _give(self, worker: _Worker, task: Task) -> None:
        if isinstance(task, JudgePart):
            task = replace(task, fatal=frozenset(self._fatal.get(task.part, ())))
        worker.task, worker.ticks, worker.last_at = task, 0, NOWHERE
        worker.at.value = NOWHERE
        try:
            worker.pipe.send(task)
        except OSError:
            return  # it is dead; its end of the pipe says so to whoever waits for it

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        at = self._context.RawValue("q", NOWHERE)
        process = self._context.Process(
            target=_work, args=(str(self._folder), theirs, at, os.getpid()), daemon=True
        )
        with _deaf_to_ctrl_c():
            process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours, at=at)

    def _hear(self, worker: _Worker, waiting: deque[Task], answered: Answered) -> None:
        """Take what a worker says, or that it is dead."""
        task = worker.task
        assert task is not None
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            waiting.appendleft(task)
            return
        worker.ticks = 0
        if isinstance(answer, _Failed):
            raise LabError(answer.text) if answer.is_sentence else RuntimeError(answer.text)
        if not isinstance(answer, WasRead):
            worker.task = None
        further = list(answered(task, answer))
        if worker.task is None and further:
            self._give(worker, further.pop(0))  # goes on in the file that it has open
        waiting.extendleft(reversed(further))

    def _watch(self, worker: _Worker) -> None:
        """End a worker that has been at one record for too long."""
        at = worker.at.value
        worker.ticks = worker.ticks + 1 if at == worker.last_at else 0
        worker.last_at = at
        if worker.ticks > TICKS_A_RECORD:
            worker.process.kill()

    def _bury(self, worker: _Worker) -> None:
        """Note at what a worker has died.

        Raises:
            DataError: others have died at the same task, and at no page of it.
        """
        assert worker.task is not None
        part, at = worker.task.part, worker.at.value
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join()
        self._deaths[part, at] += 1
        if at == NOWHERE and self._deaths[part, at] >= DEATHS_A_TASK:
            raise DataError(
                f"{DEATHS_A_TASK} processes have died while they read or wrote part {part.number} "
                f"of input {part.file} (the last one with exit code {worker.process.exitcode}). "
                "There may be too little memory: try fewer --workers."
            )
        if at != NOWHERE and self._deaths[part, at] >= DEATHS_A_RECORD:
            self._fatal.setdefault(part, set()).add(at)

    def close(self) -> None:
        """End all processes; what they have not written down whole is not there."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers = []


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started within ignores Ctrl+C from its first instruction on: it is for us alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class _Failed:
    """A worker cannot go on."""

    text: str
    is_sentence: bool
    """Whether it is for the user; else it is the traceback of a bug."""


class _OrphanedError(Exception):
    """The process that gives out the tasks is gone."""


def _work(folder: str, pipe: Connection, at: Any, parent: int) -> None:
    """The whole of a worker's life."""

    def told(record: int) -> None:
        at.value = record
        if sys.platform != "win32" and os.getppid() != parent:
            raise _OrphanedError

    try:
        doing = Doing(Path(folder))
        while True:
            task: Task = pipe.recv()
            done = doing.do(task, say=pipe.send, told=told)
            pipe.send(done)
    except (EOFError, BrokenPipeError, _OrphanedError):
        return
    except LabError as error:
        failed = _Failed(str(error), is_sentence=True)
    except Exception:
        failed = _Failed(traceback.format_exc(), is_sentence=False)
    with contextlib.suppress(BrokenPipeError):
        pipe.send(failed)
