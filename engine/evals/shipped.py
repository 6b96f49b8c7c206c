"""The folder of shipped checkpoints, as those who fill it use it. No torch."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from engine import paths
from engine.manifest import MANIFEST, WEIGHTS, read_manifest


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """A new folder that takes the place of ``target`` when the block has filled it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
        folder = Path(temporary) / "new"
        folder.mkdir()
        yield folder
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def shipped_name(parent: Mapping[str, str]) -> str:
    """The name under which users find a manifest's parent: its own if it does not ship."""
    for folder in sorted(paths.shipped_folder().glob("*/*")):
        if (folder / MANIFEST).is_file():
            weights = read_manifest(folder)["files"][WEIGHTS]
            if weights["sha256"] == parent["sha256"]:
                return folder.relative_to(paths.shipped_folder()).as_posix()
    return parent["name"]
