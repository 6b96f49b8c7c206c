"""A folder in which each piece of background work has a folder: probes, runs of the funnel.

Each holds ``status.json`` and ``control.json`` (what it is asked to do) as ``engine.background``
has them; what else lies there is the work's own.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic

from engine import background
from engine.background import SomeStatus
from engine.errors import LabError
from engine.files import disk_error, listing, read_json, write_json

STATUS = "status.json"
ALIVE = ("starting", "running")
"""States of work that has a process, or is about to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf(Generic[SomeStatus]):
    """The work of one kind."""

    folder: Callable[[], Path]
    status: type[SomeStatus]
    noun: str
    """What one is called."""
    error: type[LabError]
    told: Callable[[SomeStatus], str]
    """How far it was, such as ``12 answers``."""
    begin: str
    """The command that makes one."""

    def new_folder(self, name: str | None, stem: str) -> Path:
        """Make the folder of new work; to be called within ``one_at_a_time``.

        Args:
            name: else ``stem`` with the next free number.
            stem: see ``name``.

        Raises:
            LabError: the name is taken or unusable, or the folder cannot be made.
        """
        folder = self.folder()
        name = name if name is not None else background.free_name(folder, stem)
        if not background.NAME.fullmatch(name):
            raise self.error(
                f"{name!r} cannot name a {self.noun}. Use letters, digits, dots and dashes, "
                "64 at most."
            )
        path = folder / name
        try:
            path.mkdir()
        except FileExistsError as error:
            raise self.error(
                f"There is {path} already. Choose another name; if it is a {self.noun}, "
                "it can be resumed."
            ) from error
        except OSError as error:
            raise disk_error(path, error) from error
        return path

    def all(self) -> list[SomeStatus]:
        """All that can be read, newest first.

        Raises:
            LabError: their folder cannot be read.
        """
        found = []
        for path in listing(self.folder()):
            if (path / STATUS).is_file():
                with contextlib.suppress(LabError):
                    found.append(self.read(path.name))
        return sorted(found, key=lambda status: (status.started, status.name), reverse=True)

    def path_of(self, name: str) -> Path:
        """Where the work ``name`` lies.

        Raises:
            LabError: there is none of that name.
        """
        folder = self.folder()
        if not background.NAME.fullmatch(name) or not (folder / name / STATUS).is_file():
            known = sorted(path.parent.name for path in folder.glob(f"*/{STATUS}"))
            raise self.error(
                f"There is no {self.noun} {name[:80]!r}. There are: "
                f"{', '.join(known) or f'none yet ({self.begin})'}."
            )
        return folder / name

    def read(self, name: str) -> SomeStatus:
        """The status of one; whose process died without a word shows as ``lost``.

        Raises:
            LabError: there is none of that name, or its status cannot be read.
        """
        path = self.path_of(name)
        try:
            status = self.status(**{**read_json(path / STATUS), "path": path})
        except (LabError, TypeError) as error:
            raise self.error(f"The {self.noun} {name!r} cannot be read: {error}") from error
        if status.state in ALIVE and not status.has_process:
            message = f"{status.how_it_ended} after {self.told(status)}. Resume it to go on."
            return replace(status, state="lost", pid=None, message=message)
        if status.state in ALIVE and status.is_stuck:
            return replace(status, message=status.stuck_words)
        return status

    def prepare_resume(self, name: str, check: Callable[[Path], None]) -> SomeStatus:
        """Check that one can be resumed and mark it as starting.

        Args:
            name: of a stopped, failed or lost one.
            check: given its folder; raises if what it works on has changed.

        Raises:
            LabError: there is none, it is finished or at work, or ``check`` says no.
        """
        with background.one_at_a_time(self.folder()):
            status = self.read(name)
            if status.state == "done":
                raise self.error(
                    f"The {self.noun} {name!r} is finished: there is nothing to resume. "
                    "Start a new one."
                )
            if status.state in ALIVE:
                raise self.error(
                    f"The {self.noun} {name!r} is {status.state} already (pid {status.pid})."
                )
            check(status.path)
            status = replace(status, state="starting", pid=None, message="", heartbeat=time.time())
            status.save()
            (status.path / "control.json").unlink(missing_ok=True)
            return status

    def stop(self, name: str) -> None:
        """Ask one to stop; it keeps what it has and can be resumed.

        Raises:
            LabError: there is none, or it is not at work.
        """
        status = self.read(name)
        if status.state not in ALIVE:
            raise self.error(
                f"The {self.noun} {name!r} is {status.state}: there is nothing to stop."
            )
        write_json(status.path / "control.json", {"action": "stop"})
