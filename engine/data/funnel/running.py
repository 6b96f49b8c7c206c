"""Carries out a named run in this process: its lock, its status, the wish to stop it."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from engine import background
from engine.background import locked
from engine.data.funnel.executors import LOCAL
from engine.data.funnel.jobs import DataStatus, State, read_run
from engine.data.funnel.plan import Plan
from engine.data.funnel.report import Report
from engine.data.funnel.run import Progress, run
from engine.errors import DataError, LabError
from engine.files import disk_error
from engine.lacking import sentence_for

_WRITE_S = 0.5
Watch = Callable[[DataStatus], None]


class _StopWanted(Exception):  # noqa: N818 - not an error
    """Somebody asked the run to stop."""


def run_named(name: str, watch: Watch | None = None, *, executor: str = LOCAL) -> DataStatus:
    """Do what is left of the run ``name``; every end is written to its status.

    Args:
        name: of a run that ``create_run`` or ``prepare_resume`` has made ready.
        watch: called with each status that is written, from a thread too.
        executor: of ``EXECUTORS``, what hands out the work.

    Returns:
        The last status: done, or stopped as somebody asked.

    Raises:
        LabError: it cannot go on, or another process is at it.
        KeyboardInterrupt: passed on; what is done is kept, and the run is stopped.
    """
    status = read_run(name)
    try:
        lock = (status.path / "lock").open("w")
    except OSError as error:
        raise disk_error(status.path / "lock", error) from error
    with lock:
        if not locked(lock):
            # Looks lost after a long sleep of the machine, but its process goes on.
            raise DataError(f"The run {name!r} has a living process already.")
        journal = _Journal(replace(status, pid=os.getpid()), watch)
        beating = background.keep_beating(journal.write)
        try:
            return _carry_out(journal, executor)
        finally:
            beating.set()


def _carry_out(journal: _Journal, executor: str) -> DataStatus:
    folder = journal.status.path
    try:
        journal.write(state="running")
        _executed(executor)(Plan.read(folder), folder, on_progress=journal.progress)
        journal.ended("done")
    except _StopWanted:
        journal.ended("stopped", "Stopped; resume it to go on.")
    except KeyboardInterrupt:
        journal.ended("stopped", "Interrupted; resume it to go on.")
        raise
    except Exception as error:
        bug = f"A bug ended the run; {folder / 'log.txt'} may hold the traceback. Resume it."
        said = sentence_for(error, "the run", bug)
        with contextlib.suppress(LabError):  # with a full disk it looks lost instead
            journal.ended("failed", str(error) if isinstance(error, LabError) else said)
        raise
    return journal.status


def _executed(executor: str) -> Callable[..., Report]:
    if executor == LOCAL:
        return run
    from engine.data.funnel.datatrove_executor import run_with_datatrove

    return partial(run_with_datatrove, executor=executor)


class _Journal:
    """Writes the run's ``status.json`` and reads its ``control.json``."""

    def __init__(self, status: DataStatus, watch: Watch | None) -> None:
        self.status = status
        self._watch = watch
        self._lock = threading.Lock()
        self._written = 0.0

    def progress(self, progress: Progress) -> None:
        """Take how far the run is; written now and then.

        Raises:
            _StopWanted: the run was asked to stop.
        """
        if background.asked_for(self.status.path) == "stop":
            raise _StopWanted
        changes: dict[str, Any] = {
            "stage": progress.stage,
            "share": round(progress.share, 4),
            "pages": progress.pages,
            "kept": progress.kept,
        }
        is_new = progress.stage != self.status.stage
        if is_new or time.monotonic() - self._written >= _WRITE_S:
            self.write(**changes)
        else:
            with self._lock:
                self.status = replace(self.status, **changes)

    def write(self, **changes: Any) -> None:
        """Change the status and write it down.

        Raises:
            LabError: the disk is full.
        """
        with self._lock:
            self._written = time.monotonic()
            self.status = replace(self.status, **changes, heartbeat=time.time())
            self.status.save()
        if self._watch is not None:
            self._watch(self.status)

    def ended(self, state: State, message: str = "") -> None:
        """Write the last status of this process.

        Raises:
            LabError: the disk is full.
        """
        self.write(state=state, message=message, pid=None)
