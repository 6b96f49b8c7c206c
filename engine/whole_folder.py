"""A folder that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.errors import LabError
from engine.files import disk_error, fsync_folder


@contextlib.contextmanager
def whole_folder(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give out a hidden folder to fill, which takes the name ``folder`` when the block is done.

    Whatever ends the block early, Ctrl+C among it, leaves nothing of it behind.

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
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
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
