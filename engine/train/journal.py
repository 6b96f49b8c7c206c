"""A run's side of its folder: events out, status and heartbeat out, requests in."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from engine.errors import LabError
from engine.files import disk_error, read_json, write_atomic
from engine.runs import HEARTBEAT_S, Action, RunStatus, State


class Journal:
    """Writes ``events.jsonl`` and ``status.json`` of one run, reads ``control.json``."""

    def __init__(self, status: RunStatus) -> None:
        self.status = status
        self._step = status.step
        self._path = status.path / "events.jsonl"
        self._lock = threading.Lock()
        self._drop_half_line()

    def _drop_half_line(self) -> None:
        """A crash can leave half a last line; the next event must not be glued to it."""
        if self._path.exists():
            data = self._path.read_bytes()
            if data and not data.endswith(b"\n"):
                write_atomic(self._path, data[: data.rfind(b"\n") + 1])

    def rewind(self, step: int) -> None:
        """Forget events after ``step``: a resumed run writes them again."""
        if not self._path.exists():
            return
        kept = []
        for line in self._path.read_text("utf-8").splitlines(keepends=True):
            event = json.loads(line)
            if event["type"] == "state" or event.get("step", 0) <= step:
                kept.append(line)
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
        """Tell every ``HEARTBEAT_S`` that the process lives, from a thread.

        Building the web or compiling the loss can take a minute in which the loop says nothing.
        """
        threading.Thread(target=self._beat_forever, name="heartbeat", daemon=True).start()

    def _beat_forever(self) -> None:
        while True:
            time.sleep(HEARTBEAT_S)
            with contextlib.suppress(LabError):  # a full disk: the loop meets it and says so
                self._write()

    def _write(self, **changes: Any) -> None:
        with self._lock:
            self.status = replace(self.status, **changes, step=self._step, heartbeat=time.time())
            self.status.save()

    def wanted(self) -> Action | Literal["none"]:
        """What the run was last asked to do."""
        path: Path = self.status.path / "control.json"
        if not path.exists():
            return "none"
        try:
            action = read_json(path)["action"]
        except (LabError, KeyError, TypeError):
            return "none"
        return action if action in ("pause", "continue", "stop") else "none"
