"""How much room things take: what files hold on disk, links and what others share left out."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine import paths

_BLOCK = 512
"""Bytes that ``st_blocks`` counts by, on every system that has it."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one folder of the lab takes."""

    name: str
    path: Path
    size: int
    """Bytes."""
    things: int
    """Folders in it, one for each run, model and so on."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What the lab takes of the disk that its home lies on."""

    shares: tuple[Share, ...]
    free: int
    """Bytes that are left on the disk."""
    capacity: int
    """Bytes of the whole disk."""

    @property
    def total(self) -> int:
        """Bytes of all shares."""
        return sum(share.size for share in self.shares)


def size_of(folder: Path) -> int:
    """Bytes that the files below ``folder`` take; what vanishes or may not be read counts 0."""
    size, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += _taken(entry.stat(follow_symlinks=False))
        except OSError:
            continue  # It is being deleted, or is not ours to read.
    return size


def _taken(found: os.stat_result) -> int:
    blocks = getattr(found, "st_blocks", None)
    return found.st_size if blocks is None else int(blocks) * _BLOCK


def disk_use() -> DiskUse:
    """All that the lab keeps, the trash included; it reads every folder, so it takes a while."""
    home = paths.home()
    folders = {
        "runs": paths.runs_folder(),
        "probes": paths.probes_folder(),
        "models": paths.models_folder(),
        "tokenizers": paths.tokenizers_folder(),
        "crawls and funnels": paths.data_folder(),
        "corpora": paths.corpora_folder(),
        "trash": paths.trash_folder(),
    }
    shares = [Share(name, path, size_of(path), _things(path)) for name, path in folders.items()]
    rest = max(0, size_of(home) - sum(share.size for share in shares))
    shares.append(Share("the rest", home, rest, 0))
    there = next((path for path in (home, *home.parents) if path.exists()), Path("/"))
    disk = shutil.disk_usage(there)
    return DiskUse(tuple(shares), free=disk.free, capacity=disk.total)


def _things(folder: Path) -> int:
    try:
        return sum(entry.is_dir() and not entry.name.startswith(".") for entry in folder.iterdir())
    except OSError:
        return 0
