"""End an engine that hangs, or that another version of the program has left running. No torch."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from engine import endpoint, paths
from engine.liveness import is_held

GRACE_S = 8.0
"""An engine that is asked to leave waits five seconds for the step it is in."""
_POLL_S = 0.05


def end_engine() -> bool:
    """Ask the engine of this home to leave, and end it if it does not; blocks for seconds.

    Returns:
        Whether there was one.
    """
    found = endpoint.read_endpoint()
    # Who holds the lock is an engine; without that the number may be another program's by now.
    if found is None or sys.platform == "win32" or not _serves():
        return False
    os.kill(found.pid, signal.SIGTERM)
    if not _gone_within(GRACE_S):
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)
        _gone_within(GRACE_S)
    return True


def _serves() -> bool:
    return is_held(paths.engine_folder() / endpoint.LOCK) is True


def _gone_within(seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _serves():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
