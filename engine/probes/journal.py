"""A probe's process, seen from its folder: status and heartbeat out, requests in."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine import background
from engine.errors import LabError
from engine.probes.jobs import ProbeStatus, State


class ProbeJournal:
    """Writes ``status.json`` of one probe and reads its ``control.json``.

    Args:
        status: as the probe begins.
        watch: called with every status that is written, in the thread that writes it.
    """

    def __init__(
        self, status: ProbeStatus, watch: Callable[[ProbeStatus], None] | None = None
    ) -> None:
        self.status = status
        self._watch = watch
        self._lock = threading.Lock()

    def keep_beating(self) -> threading.Event:
        """Tell that the process lives, from a thread, until the event is set."""
        return background.keep_beating(self.write)

    def answered(self, count: int) -> None:
        """Count answered questions; written with the next heartbeat."""
        with self._lock:
            self.status = replace(self.status, done=self.status.done + count)

    def write(self, **changes: Any) -> None:
        """Change the status and write it down.

        Raises:
            LabError: the disk is full.
        """
        with self._lock:
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

    def failed(self, message: str) -> None:
        """Write that the probe failed. With a full disk that cannot be: then it looks lost."""
        with contextlib.suppress(LabError):
            self.ended("failed", message)

    @property
    def stop_wanted(self) -> bool:
        """Whether the probe was asked to stop."""
        return background.asked_for(self.status.path) == "stop"
