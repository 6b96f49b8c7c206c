"""A folder of HTML pages, a file each, with the folders in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from engine.data.funnel.document import SourcePage
from engine.data.funnel.plan import plain_name
from engine.data.funnel.sources.base import MOST_PAGE_BYTES, Found, Position, mb, reason_of

HTML = (".html", ".htm", ".xhtml")


class HtmlFolder:
    """All HTML files under a folder, sorted by name; its offsets count files."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.is_seekable = True
        self._n_files = 0

    def share(self, position: Position) -> float:
        """About how much of the folder lies before ``position``."""
        if not self._n_files:
            self._n_files = sum(1 for _ in html_files(self.path))
        return position.offset / self._n_files if self._n_files else 1.0

    def read(self, start: Position | None = None) -> Iterator[Found]:
        """Yield the pages of the folder from ``start`` on."""
        start = start or Position()
        number = -1
        for number, path in enumerate(html_files(self.path)):
            if number < start.offset:
                continue
            after = Position(offset=number + 1, record=number + 1)
            body, why = _body(path)
            if body is None:
                name = plain_name(str(path.relative_to(self.path)))
                yield Found(why=f"{name}: {why}", record=number, after=after)
                continue
            page = SourcePage(id=f"{self.name}/{self._inside(path)}", url="", body=body)
            yield Found(page=page, record=number, after=after)
        if number < 0:
            yield Found(why="no HTML file is in it", record=None, after=start)

    def _inside(self, path: Path) -> str:
        return plain_name(path.relative_to(self.path).as_posix())


def _body(path: Path) -> tuple[bytes | None, str]:
    try:
        with path.open("rb") as file:
            body = file.read(MOST_PAGE_BYTES + 1)
    except OSError as error:
        return None, reason_of(error)
    if len(body) > MOST_PAGE_BYTES:
        return None, f"it is larger than {mb(MOST_PAGE_BYTES)}"
    return body, ""


def html_files(folder: Path) -> Iterator[Path]:
    """The HTML files under ``folder`` in a fixed order; no folder is entered twice."""
    for path in files_under(folder):
        if path.suffix.lower() in HTML:
            yield path


def files_under(folder: Path) -> Iterator[Path]:
    """All regular files under ``folder``, sorted; links are followed, but into no circle.

    Hidden files and folders are left out: they are editors' and systems'.
    """
    yield from _walk(folder, set())


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        found = folder.stat()
        names = sorted(os.listdir(folder))
    except OSError:  # taken away meanwhile, or not ours to look into
        return
    if (found.st_dev, found.st_ino) in seen:
        return
    seen.add((found.st_dev, found.st_ino))
    for name in names:
        if name.startswith("."):
            continue
        path = folder / name
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            yield from _walk(path, seen)
        elif stat.S_ISREG(mode) or (not mode and path.is_symlink()):
            yield path  # a link to nowhere is met again when it is opened, and said


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0
