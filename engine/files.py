"""Writes that are whole or absent: a reader never sees half a file, also after a power cut."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from engine.errors import LabError

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}")
"""How a file is called until it is whole: dot, its name, dot, four bytes drawn at random."""

_BUFFER = 1 << 20
"""Bytes written at a time. A thread that writes every few lines lets go of Python's lock so often
that others, the app's event loop first, wait for it for tenths of a second."""


def temporary_name(path: Path) -> Path:
    """Where to write what is to be renamed to ``path`` when it is whole."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def fsync_folder(folder: Path) -> None:
    """Make a rename inside ``folder`` durable (a no-op where folders cannot be opened)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_new(path: Path) -> None:
    """Refuse a file that something would be written over.

    Raises:
        LabError: it exists, or its name cannot be looked up.
    """
    try:
        exists = path.exists()
    except OSError as error:  # a name that is too long
        raise disk_error(path, error) from error
    if exists:
        raise LabError(f"{path} exists already, and nothing is overwritten. Choose another name.")


def write_atomic(path: Path, data: bytes | Iterable[bytes], *, private: bool = False) -> None:
    """Replace ``path`` with ``data`` through a temporary file, fsync and rename.

    A ``private`` file is for its owner only; any other is as the umask says. Pieces are written as
    they come; an error in making them is let through, and nothing is replaced.

    Raises:
        LabError: the disk is full, or the folder cannot be written to.
    """
    # Not tempfile: its files are for their owner only, and a checkpoint is there to be shared.
    temporary = temporary_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb", buffering=_BUFFER) as file:
            if private:
                temporary.chmod(0o600)
            file.writelines((data,) if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        fsync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise disk_error(path, error) from error
        raise


def leftovers(folder: Path) -> list[Path]:
    """Temporary files in ``folder`` of writes that were killed."""
    return [path for path in folder.glob(".*") if _TEMPORARY.fullmatch(path.name)]


def write_json(path: Path, value: Any, *, private: bool = False) -> None:
    """Write ``value`` as indented JSON, atomically; see ``write_atomic``."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_atomic(path, text.encode(), private=private)


def write_jsonl(path: Path, values: Iterable[Any]) -> None:
    """Write a value a line, atomically; see ``write_atomic``."""
    text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    write_atomic(path, text.encode())


def make_folder(folder: Path) -> None:
    """Make a folder and those that it lies in, as far as they are not there.

    Raises:
        LabError: the disk is full, or it may not be made there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(folder, error) from error


def listing(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where there is none.

    Raises:
        LabError: it cannot be read.
    """
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        reason = error.strerror or str(error)
        raise LabError(
            f"{folder} cannot be read: {reason}. Check its owner and permissions."
        ) from error


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        LabError: the file is missing, unreadable or not JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise LabError(f"{path} cannot be read: {reason}. Check the path.") from error
    except (ValueError, RecursionError) as error:
        raise LabError(
            f"{path} is not valid JSON ({error}). Restore or delete the file."
        ) from error


def read_jsonl(path: Path) -> Iterator[Any]:
    """Yield a value a line; a last line cut short by a crash is left out, as it was never whole."""
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)


def last_line(path: Path, start: int = 0) -> str:
    """The last line with something on it, looking no further back than byte ``start``.

    An empty string where there is none, or no such file.
    """
    with contextlib.suppress(OSError), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(start if start <= size else 0, size - 8192))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")
    return ""


def disk_error(path: Path, error: OSError) -> LabError:
    """Say what an ``OSError`` on ``path`` means to the person at the keyboard."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LabError(
            f"The disk is full: {path} could not be written, and what was there before is kept. "
            "Free some space and try again."
        )
    reason = error.strerror or str(error)
    return LabError(f"{path} could not be written: {reason}. Check the folder's permissions.")
