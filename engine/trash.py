"""What was deleted and can be brought back: folders that were moved aside within the lab's home.

Each lies in ``trash/KEY/folder``, beside ``entry.json``, which says what it was. Moving is a
rename: nothing is copied, and after a crash a folder lies in one of the two places, whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from engine import paths
from engine.background import now
from engine.errors import LabError
from engine.files import disk_error, fsync_folder, make_folder, read_json, write_json

ENTRY, FOLDER = "entry.json", "folder"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trashed:
    """A folder in the trash."""

    key: str
    """Names it in the trash; a later one's sorts behind."""
    kind: str
    """What it is, such as ``run``."""
    name: str
    """What it was called."""
    deleted: str
    """When; ISO 8601, UTC."""

    @property
    def folder(self) -> Path:
        """Where it lies now."""
        return paths.trash_folder() / self.key / FOLDER


def put(folder: Path, kind: str) -> Trashed:
    """Move a folder to the trash.

    Raises:
        LabError: the disk is full, or the folder may not be moved.
    """
    entry = Trashed(
        key=f"{time.time_ns():020}-{folder.name}", kind=kind, name=folder.name, deleted=now()
    )
    make_folder(entry.folder.parent)
    what = {"kind": entry.kind, "name": entry.name, "deleted": entry.deleted}
    try:
        write_json(entry.folder.parent / ENTRY, what)
        _move(folder, entry.folder)
    except LabError:
        shutil.rmtree(entry.folder.parent, ignore_errors=True)
        raise
    return entry


def take_back(entry: Trashed, target: Path) -> None:
    """Move a folder out of the trash.

    Raises:
        LabError: there is something at ``target``, it is not in the trash any more, or it may not
            be moved.
    """
    if target.exists():
        raise LabError(f"{target} exists again, and nothing is overwritten. Choose another name.")
    if not entry.folder.is_dir():
        raise LabError(f"{entry.name!r} is not in the trash any more: it was emptied meanwhile.")
    make_folder(target.parent)
    _move(entry.folder, target)
    shutil.rmtree(entry.folder.parent, ignore_errors=True)


def listed() -> list[Trashed]:
    """What can be brought back, deleted last first."""
    folder = paths.trash_folder()
    there = folder.iterdir() if folder.is_dir() else ()
    found = [_read(path) for path in there if (path / FOLDER).is_dir()]
    return sorted(found, key=lambda entry: entry.key, reverse=True)


def empty() -> None:
    """Delete for good what lies in the trash.

    Raises:
        LabError: something may not be deleted; what could be is gone.
    """
    folder = paths.trash_folder()
    problem: OSError | None = None
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError as error:
            problem = error
    if problem is not None:
        raise disk_error(folder, problem) from problem


def _read(path: Path) -> Trashed:
    """An entry; of one whose words are lost the folder's name still says enough."""
    data = None
    with contextlib.suppress(LabError):
        data = read_json(path / ENTRY)
    known = data if isinstance(data, dict) else {}
    return Trashed(
        key=path.name,
        kind=str(known.get("kind", "run")),
        name=str(known.get("name", path.name.partition("-")[2] or path.name)),
        deleted=str(known.get("deleted", "")),
    )


def _move(source: Path, target: Path) -> None:
    try:
        os.rename(source, target)
        fsync_folder(target.parent)
        fsync_folder(source.parent)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise LabError(
                f"{source} lies on another disk than {target.parent}, so it cannot simply be "
                "moved. Move the folder by hand."
            ) from error
        reason = error.strerror or str(error)
        raise LabError(f"{source} could not be moved to {target}: {reason}.") from error
