"""A run's side of its folder: events out, status and heartbeat out, requests in."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import Any, Literal, get_args

from engine import background
from engine.files import disk_error, write_atomic
from engine.runs import Action, RunStatus, State


class Journal:
    """Writes ``events.jsonl`` and ``status.json`` of one run, reads ``control.json``."""

    def __init__(self, status: RunStatus) -> None:
        self.status = status
        self._step = status.step
        self._path = status.path / "events.jsonl"
        self._lock = threading.Lock()
        background.drop_half_line(self._path)

    def rewind(self, step: int) -> None:
        """Forget events after ``step``: a resumed run writes them again."""
        if not self._path.exists():
            return
        kept = []
        for event in background.LineTail(self._path).read():  # leaves out damaged lines
            kind, at = event.get("type"), event.get("step", 0)
            if kind == "state" or (isinstance(at, int | float) and at <= step):
                kept.append(json.dumps(event, ensure_ascii=False) + "\n")
        write_atomic(self._path, "".join(kept).encode())

    def event(self, kind: str, **values: Any) -> None:
        """Append one event.

        Raises:
            LabError: the disk is full.
        """
        line = json.dumps({"type": kind, **values}, ensure_ascii=False)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise disk_error(self._path, error) from error

    def state(self, state: State, step: int, message: str = "") -> None:
        """Change the run's state, in ``status.json`` and as an event."""
        self._step = step
        try:
            # The event first: who reads in the status that a run has ended finds all its events.
            self.event("state", state=state, step=step, message=message)
        finally:
            self._write(state=state, message=message)

    def at(self, step: int) -> None:
        """Remember the step for the next heartbeat."""
        self._step = step

    def keep_beating(self) -> None:
        """Tell that the process lives, from a thread, for as long as it does."""
        background.keep_beating(self._write)

    def _write(self, **changes: Any) -> None:
        with self._lock:
            self.status = replace(self.status, **changes, step=self._step, heartbeat=time.time())
            self.status.save()

    def wanted(self) -> Action | Literal["none"]:
        """What the run was last asked to do."""
        action = background.asked_for(self.status.path)
        return next((known for known in get_args(Action) if known == action), "none")
