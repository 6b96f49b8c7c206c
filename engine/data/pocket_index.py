"""The pocket web as something to search: the pages to train on and those that only search finds."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from engine.data.web import Web
from engine.data.world import WorldConfig
from tools.search.pocket import FORMAT_VERSION, build_index

EXERCISES = ("skills", "reading", "quiz", "tale")
"""Kinds of pages that tell nothing of the world beyond what others tell."""


def pocket_pages(web: Web) -> Iterator[tuple[str, str]]:
    """(source, text) of all pages that tell something: ``pocket/NUMBER``."""
    for number, page in enumerate((*web.pages, *web.search_pages), start=1):
        if page.kind not in EXERCISES:
            yield f"pocket/{number}", page.text


def index_name(config: WorldConfig) -> str:
    """The file name of a world's index: another world, or form of index, has another one."""
    text = json.dumps([FORMAT_VERSION, dataclasses.asdict(config)], sort_keys=True)
    return f"pocket-{hashlib.sha256(text.encode()).hexdigest()[:12]}.sqlite"


def ensure_index(path: Path, web: Web) -> None:
    """Write the index unless it is there. Two who write at once both write the same whole file.

    Raises:
        OSError: the folder cannot be written to.
        sqlite3.Error: the disk is full.
    """
    if not path.is_file():
        build_index(path, pocket_pages(web))
