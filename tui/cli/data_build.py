"""``llmlab data build``: write the pocket web as a crawl."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path

from engine import paths
from tui.cli.output import emit_json, left, narrate

POCKET = "pocket"
SHOW_S = 5.0


def run(arguments: argparse.Namespace) -> int:
    """Build the crawl, or find it built.

    Raises:
        LabError: there is no such preset, or the folder is taken or cannot be written to.
    """
    from engine.data.crawl.build import build

    folder = crawl_folder(arguments.preset)
    if arguments.out is not None:
        folder = paths.expanded(arguments.out).absolute()
    info = build(arguments.preset, folder, on_progress=Building())
    if arguments.json:
        emit_json({"folder": str(folder), **asdict(info)})
    else:
        print(f"{info.pages:,} pages in {len(info.files)} files: {folder}")
    return 0


def crawl_folder(preset: str) -> Path:
    """Where the crawl of a preset is built unless another folder is given."""
    return paths.data_folder() / (POCKET if preset == "nano" else f"{POCKET}-{preset}")


class Building:
    """Tells how far the building of a crawl is, a line every few seconds."""

    def __init__(self) -> None:
        self._began = self._shown = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Take how many pages are written, of how many."""
        now = time.monotonic()
        if now - self._shown < SHOW_S or not done:
            return
        self._shown = now
        rate = done / (now - self._began)
        narrate(
            f"builds the crawl: {done:,} of {total:,} pages  {rate:,.0f} pages/s  "
            f"{left((total - done) / rate)}"
        )
