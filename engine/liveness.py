"""Whether the process of some background work still lives.

Neither a process number nor a time says so by itself: numbers are given again to other programs,
and a clock may be set or the machine may have slept. The lock that a working process holds on its
folder's file ``lock`` does, for the kernel frees it when the process ends, however it ends.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

LOCK = "lock"
"""The file of a folder that its process has taken (``engine.background.locked``)."""
SILENT_S = 90.0
"""Without a lock to look at: a live pid that has not written for so long is another program's."""


def lives(folder: Path, pid: int, heartbeat: float) -> bool:
    """Whether the process ``pid`` still works in ``folder``.

    Args:
        folder: of the work.
        pid: its process, as it wrote down itself.
        heartbeat: when it last wrote; seconds since 1970.
    """
    if not runs(pid):
        return False
    held = is_held(folder / LOCK)
    return silent_s(heartbeat) <= SILENT_S if held is None else held


def is_held(lock: Path) -> bool | None:
    """Whether a process has taken the file; None where that cannot be told."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        with lock.open() as file:
            # Shared, so that two who look are not in each other's way; closing frees it.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None  # there is none yet, or this disk has no locks
    return False


def silent_s(heartbeat: float) -> float:
    """Seconds since a heartbeat.

    One that lies in the future was written before the clock was set back, and says as little.
    """
    return abs(time.time() - heartbeat)


def runs(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """A child that died but was not waited for still has a pid (Linux; elsewhere: no)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"
