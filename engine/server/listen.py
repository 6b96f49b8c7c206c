"""One engine a folder, on a socket that only its owner can open.

The lock is held by the living process and freed by the kernel when it dies, however it dies; so
whoever holds it knows that a socket still lying there is stale and may be replaced.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine import endpoint
from engine.errors import EngineUnavailableError

MAX_SOCKET_PATH = 100
"""Bytes. The kernels' limits are 104 (macOS) and 108 (Linux), an ending zero among them."""

_SHORT_PREFIX = "llmlab-"
_BACKLOG = 128


@contextlib.contextmanager
def only_engine(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock; False when another engine holds it.

    Raises:
        EngineUnavailableError: this platform has no such lock, or the file cannot be made.
    """
    if sys.platform == "win32":
        raise EngineUnavailableError("The engine needs Unix sockets. Run llmlab in WSL.")
    import fcntl

    try:
        handle = os.open(folder / endpoint.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EngineUnavailableError(
            f"{folder / endpoint.LOCK} cannot be opened: {error.strerror}. "
            "Check its owner and permissions."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)  # frees the lock


@contextlib.contextmanager
def listening_socket(folder: Path, wanted: Path | None = None) -> Iterator[socket.socket]:
    """A Unix socket (0600) that listens; removed on leaving. Call with the folder's lock held.

    Args:
        folder: the engine's folder; the socket lies in it when the path is short enough and its
            file system can hold sockets, else in a new owner-only folder under ``/tmp``.
        wanted: this very path instead.

    Raises:
        EngineUnavailableError: no socket can be made.
    """
    remove_stale()
    if wanted is not None:
        with _bound(wanted) as listener:
            yield listener
        return
    with contextlib.ExitStack() as stack:
        try:
            listener = stack.enter_context(_bound(folder / "engine.sock"))
        except EngineUnavailableError:
            # Not under TMPDIR, which may be as long as a home folder.
            short = tempfile.TemporaryDirectory(
                prefix=_SHORT_PREFIX, dir="/tmp", ignore_cleanup_errors=True
            )
            listener = stack.enter_context(_bound(Path(stack.enter_context(short)) / "engine.sock"))
        yield listener


def remove_stale() -> None:
    """Remove what an engine that was killed has left: its socket, and a short folder around it."""
    left = endpoint.read_endpoint()
    if left is None:
        return
    path = Path(left.socket)
    _remove_socket(path)
    if path.parent.name.startswith(_SHORT_PREFIX):
        with contextlib.suppress(OSError):
            path.parent.rmdir()


@contextlib.contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    if len(os.fsencode(path)) > MAX_SOCKET_PATH:
        raise EngineUnavailableError(
            f"The socket's path {path} is longer than {MAX_SOCKET_PATH} bytes. Give a shorter one."
        )
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind(listener, path)
        listener.listen(_BACKLOG)
        yield listener
    finally:
        listener.close()
        _remove_socket(path)


def _bind(listener: socket.socket, path: Path) -> None:
    # No other thread runs yet in this process, so narrowing its umask for a moment is safe.
    before = os.umask(0o177)
    try:
        _remove_socket(path)
        listener.bind(str(path))
    except OSError as error:
        raise EngineUnavailableError(
            f"No socket can be made at {path}: {error.strerror or error}. "
            "Set LLMLAB_HOME to a folder on a local disk."
        ) from error
    finally:
        os.umask(before)


def _remove_socket(path: Path) -> None:
    """Remove ``path`` if it is a socket; any other file is somebody's and stays."""
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
