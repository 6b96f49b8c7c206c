"""Where the engine is to be found: one small file in an owner-only folder. No torch.

The engine writes ``endpoint.json`` once its socket listens and removes it when it leaves in order,
so a client tells "asleep" (no file) from "killed" (a file, and nobody answers). The socket's path
stands in the file because it may lie elsewhere: a Unix socket's path holds about 100 bytes and a
home folder may be longer.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from engine import files, paths, wire
from engine.errors import EngineUnavailableError, LabError

LOCK = "engine.lock"
"""The file of the engine's folder that the one engine there holds while it lives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """The address of this user's own engine. ``llmlab serve`` is another one, on TCP."""

    socket: str
    pid: int
    version: str


def endpoint_file() -> Path:
    """The file that says where the engine listens."""
    return paths.engine_folder() / "endpoint.json"


def log_file() -> Path:
    """What the engine last said."""
    return paths.engine_folder() / "engine.log"


def private_folder() -> Path:
    """Make the engine's folder, readable by its owner only.

    Raises:
        EngineUnavailableError: it cannot be made, or belongs to somebody else.
    """
    folder = paths.engine_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            make_private(folder)
    except OSError as error:
        raise EngineUnavailableError(
            f"The engine's folder {folder} cannot be used: {error.strerror or error}. "
            "Check its owner and permissions, or set LLMLAB_HOME to another folder."
        ) from error
    return folder


def make_private(folder: Path) -> None:
    """Take all rights from everybody but the owner; an ``OSError`` if we are not the owner."""
    owner = folder.lstat().st_uid  # of the link, if it is one: somebody else's may lead anywhere
    found = folder.stat()
    if {owner, found.st_uid} != {os.getuid()}:
        raise PermissionError(f"it belongs to user {owner}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def read_endpoint() -> Endpoint | None:
    """The published endpoint; None where there is none or the file is damaged."""
    with contextlib.suppress(LabError):
        return wire.decode(Endpoint, files.read_json(endpoint_file()))
    return None


def publish(endpoint: Endpoint) -> None:
    """Write the endpoint for clients to find.

    Raises:
        LabError: the file cannot be written.
    """
    files.write_json(endpoint_file(), wire.fields_of(endpoint), private=True)


def withdraw(endpoint: Endpoint) -> None:
    """Remove the endpoint unless it is by now another engine's."""
    if read_endpoint() == endpoint:
        with contextlib.suppress(OSError):
            endpoint_file().unlink()
