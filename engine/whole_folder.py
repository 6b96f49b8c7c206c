"""A folder that is there whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.errors import LabError
from engine.files import disk_error, fsync_folder


@contextlib.contextmanager
def whole_folder(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give out a hidden folder to fill, which takes the name ``folder`` when the block is done.

    Whatever ends the block early, Ctrl+C among it, leaves nothing of it behind; what a process left
    that was killed goes when the same folder is begun the next time.

    Args:
        folder: the target.
        replace: whether one that is there is replaced; else only an empty one is.

    Raises:
        LabError: the target is taken, the disk is full, or its place cannot be written to.
    """
    try:
        if not replace and folder.exists() and not _is_empty(folder):
            raise LabError(f"{folder} exists and is not an empty folder. Choose another.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        temporary, lock = _begin(folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    try:
        temporary.chmod(0o755)
        yield temporary
        _swap(temporary, folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _close(lock)


def _begin(folder: Path) -> tuple[Path, int | None]:
    """A new hidden folder, and the descriptor that holds its lock."""
    while True:
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        lock = _locked(temporary)
        if temporary.exists():
            return temporary, lock
        _close(lock)  # Another process swept it away before it was locked.


def _sweep(folder: Path) -> None:
    """Take away what processes have left that were killed while they filled it."""
    for left in folder.parent.glob(f".{glob.escape(folder.name)}.{'[a-z0-9_]' * 8}"):
        lock = _locked(left)
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            _close(lock)


def _locked(folder: Path) -> int | None:
    """The descriptor that holds a folder's lock; the kernel frees it with the process.

    None where another process holds it, the folder has gone, or there are no locks.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _swap(temporary: Path, folder: Path) -> None:
    """Put ``temporary`` in the place of ``folder``; a folder cannot be renamed over a full one."""
    old: Path | None = None
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".old-{folder.name}."))
        os.rename(folder, old / folder.name)
    os.rename(temporary, folder)
    fsync_folder(folder.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
