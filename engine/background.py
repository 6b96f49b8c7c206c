"""Work that goes on in a folder and a process of its own: what runs and probes have in common.

Whoever watches reads the folder; the process writes its status with a heartbeat and reads requests
from a file between two steps. That works alike on every system and over a crash of either side.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeVar

from engine import paths
from engine.errors import LabError
from engine.files import disk_error, last_line, read_json, write_atomic, write_json
from engine.liveness import SILENT_S as SILENT_S
from engine.liveness import lives, runs, silent_s

HEARTBEAT_S = 2.0
STARTING_S = 15.0
"""So long work may be without a process: whoever made its folder is about to start one."""
NICENESS = 10
"""Typing and sampling come before work in the background."""
PORTION = 1 << 20
"""Bytes of a log that are read at a time."""
_TRIES, _TRY_AGAIN_S = 10, 0.02
LOG = "log.txt"
BEGINS = "---"
"""What a process's part of the log begins with."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What can name a folder of work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What the work of a folder is doing, as its process last wrote it."""

    name: str
    state: str
    pid: int | None
    """None while no process is at it."""
    started: str
    message: str
    """What it is at, or why it ended."""
    heartbeat: float
    """When this was written; seconds since 1970."""
    path: Path

    def save(self) -> None:
        """Write ``status.json``.

        Raises:
            LabError: the disk is full, or the folder was deleted.
        """
        if not self.path.is_dir():  # writing would make it again, with nothing else in it
            raise LabError(f"The folder {self.path} was deleted, and the work in it with it.")
        write_json(self.path / "status.json", {**asdict(self), "path": None})

    @property
    def has_process(self) -> bool:
        """Whether a process is at it, or is about to be."""
        starting = self.state == "starting" and silent_s(self.heartbeat) <= STARTING_S
        if self.pid is None or starting:  # it has not had the time to take its lock
            return starting and (self.pid is None or runs(self.pid))
        return lives(self.path, self.pid, self.heartbeat)

    @property
    def is_stuck(self) -> bool:
        """Whether its process lives, but has not written for long."""
        return self.pid is not None and silent_s(self.heartbeat) > SILENT_S

    @property
    def stuck_words(self) -> str:
        """What to say and do about it."""
        return (
            f"Its process has said nothing for {silent_s(self.heartbeat) / 60:.0f} min. If it is "
            f"not asleep, end it with `kill -9 {self.pid}` and resume it."
        )

    @property
    def how_it_ended(self) -> str:
        """Why there is no process any more, as far as its log says; begins a sentence."""
        said = last_line(self.path / LOG)
        if not said or said.startswith(BEGINS):
            return "Its process ended without a word, as when it is killed or memory runs out,"
        return f"Its process ended ({said[:200]})"


SomeStatus = TypeVar("SomeStatus", bound=Status)


def now() -> str:
    """The time as it stands in every file: ISO 8601, UTC, seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def free_name(folder: Path, stem: str) -> str:
    """``stem-0001``, or the number behind the highest there is."""
    ends = [path.name.removeprefix(f"{stem}-") for path in folder.glob(f"{stem}-[0-9]*")]
    return f"{stem}-{max((int(end) for end in ends if end.isdigit()), default=0) + 1:04d}"


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the lock of all work in ``folder``, so that what was found in it still holds.

    Without ``fcntl`` there is no such lock.

    Raises:
        LabError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise disk_error(folder, error) from error
    with lock:  # closing it frees the lock
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def locked(lock: IO[str]) -> bool:
    """Take the open file for this process until it is closed; always true without ``fcntl``.

    Whoever looks whether it is held holds it for a moment, so it is tried more than once.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    for _ in range(_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_TRY_AGAIN_S)
        else:
            return True
    return False


def spawn(module: str, status: SomeStatus) -> SomeStatus:
    """Start ``python -m MODULE NAME`` for prepared work, detached from this process."""
    status = replace(status, pid=_start_detached(module, status.path), heartbeat=time.time())
    # The child may have written its own status meanwhile; only one of the two says "starting".
    if read_json(status.path / "status.json")["state"] == "starting":
        status.save()
    return status


def _start_detached(module: str, folder: Path) -> int:
    """Start ``python -m MODULE NAME`` for the work in ``folder``; returns its pid.

    It is a child of nobody: it goes on when the terminal closes. What it prints goes to
    ``log.txt``.
    """
    options: dict[str, Any] = (
        {"start_new_session": True}
        if os.name == "posix"
        else {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    )
    with (folder / LOG).open("ab") as log:
        log.write(f"{BEGINS} {now()} {module} {folder.name}\n".encode())
        log.flush()
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", module, folder.name],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "LLMLAB_HOME": str(paths.home())},
            **options,
        )
    # Waited for by a thread, so that it never stays behind as a zombie while we live.
    threading.Thread(target=child.wait, name=f"wait-{child.pid}", daemon=True).start()
    return child.pid


def step_back() -> None:
    """Lower this process's priority.

    A detached process is a session of its own, and Linux shares the processor between sessions
    first (autogroups): there ``nice`` counts only inside the group, so the group's own is set too.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def keep_beating(write: Callable[[], None]) -> threading.Event:
    """Call ``write`` every ``HEARTBEAT_S`` from a thread, until the event that this returns is set.

    Loading a model or building a web can take a minute in which the work itself says nothing.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_S):
            with contextlib.suppress(LabError):  # a full disk: the work meets it and says so
                write()

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()
    return ended


def asked_for(folder: Path) -> str | None:
    """The action that ``control.json`` asks for, if any."""
    path = folder / "control.json"
    if not path.exists():
        return None
    try:
        action = read_json(path)["action"]
    except (LabError, KeyError, TypeError):
        return None
    return action if isinstance(action, str) else None


def drop_half_line(path: Path) -> None:
    """A crash can leave half a last line; what is appended next must not be glued to it."""
    if path.exists():
        data = path.read_bytes()
        if data and not data.endswith(b"\n"):
            write_atomic(path, data[: data.rfind(b"\n") + 1])


class LineTail:
    """Reads the new whole lines of a file of JSON objects each time it is asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._offset = 0

    def read(self) -> list[dict[str, Any]]:
        """Objects since the last call; a damaged line is left out."""
        return [value for portion in self.portions() for value in portion]

    def portions(self, most: int = PORTION) -> Iterator[list[dict[str, Any]]]:
        """The same, ``most`` bytes of lines at a time: a log may be larger than the memory."""
        while data := self._new(most):
            yield list(_objects(data))

    def _new(self, most: int) -> bytes:
        """Whole lines behind what was read, none at the end."""
        try:
            with self._path.open("rb") as file:
                found = os.fstat(file.fileno())
                # Work that is resumed replaces the file by one without what it will do again.
                if found.st_ino != self._inode or found.st_size < self._offset:
                    self._inode, self._offset = found.st_ino, 0
                file.seek(self._offset)
                data = file.read(most) + file.readline()
        except OSError:
            return b""
        end = data.rfind(b"\n") + 1
        self._offset += end
        return data[:end]


def _objects(lines: bytes) -> Iterator[dict[str, Any]]:
    for line in lines.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict):
                yield value
