"""Where things lie: the user's state folder, its runs, imported models, the shipped checkpoints.

``LLMLAB_HOME`` moves everything the lab writes; without it the platform's state folder is used
(``~/.local/state/llmlab`` on Linux).
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from engine.errors import LabError
from engine.liveness import is_held

LEAST_ROOM = 1 << 16
"""Bytes on the disk below which the engine's files lie elsewhere."""


def home() -> Path:
    """The folder that everything the lab writes goes under."""
    override = os.environ.get("LLMLAB_HOME")
    if override:
        return expanded(override).absolute()
    return Path(platformdirs.user_state_dir("llmlab"))


def expanded(path: str | Path) -> Path:
    """``path`` with ``~`` and ``~name`` as the home folders that they stand for.

    Raises:
        LabError: there is no user of that name.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise LabError(
            f"{str(path)!r} begins with ~ and the name of no user. Write the path from / on."
        ) from error


def runs_folder() -> Path:
    """Training runs, one folder each."""
    return home() / "runs"


def probes_folder() -> Path:
    """Probes of what models know, one folder each."""
    return home() / "probes"


def models_folder() -> Path:
    """Imported models, one checkpoint folder each."""
    return home() / "models"


def data_folder() -> Path:
    """Crawls and what the funnel made of them, one folder each."""
    return home() / "data"


def tokenizers_folder() -> Path:
    """Tokenizers that were trained on their own, one folder each."""
    return home() / "tokenizers"


def corpora_folder() -> Path:
    """Shards of corpora that were fetched from a hub."""
    return home() / "corpora"


def trash_folder() -> Path:
    """What was deleted and can still be brought back."""
    return home() / "trash"


def engine_folder() -> Path:
    """The engine's socket, lock and log; owner-only.

    They lie in the home folder. Where that takes no more files, models can still be talked to: an
    engine that has its few files elsewhere needs nothing of it.
    """
    folder = home() / "engine"
    if os.name != "posix" or _takes_files(folder) or is_held(folder / "engine.lock"):
        return folder
    import hashlib  # as seldom as this is needed

    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
    # Not under TMPDIR: all of a user's programs must find the same engine.
    return Path(f"/tmp/llmlab-{os.getuid()}-{digest}")


def _takes_files(folder: Path) -> bool:
    """Whether the folder, or what it would be made in, is there, writable and not full."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        disk = os.statvfs(there)
    except OSError:
        return False
    room = disk.f_bavail * disk.f_frsize >= LEAST_ROOM
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK) and room


def shipped_folder() -> Path:
    """The checkpoints that come with the package."""
    import checkpoints

    return Path(checkpoints.__file__).parent
