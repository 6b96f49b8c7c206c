"""Pages of text files: JSONL, a page a line, and plain text, a page between two gaps.

A line is never held in memory beyond what a page may have, however long it is.
"""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from engine.data.funnel.document import SourcePage
from engine.data.funnel.sources.base import (
    BLOCK,
    MOST_PAGE_BYTES,
    Found,
    Position,
    mb,
    reason_of,
)

TEXT_KEYS = ("text", "content")
"""What a page's text may be called; ``html`` stands for a page that is still to be extracted."""
END_OF_TEXT = b"<|endoftext|>"
"""A line of this alone ends a page of a plain text, as collections of stories have it."""
GAP = 2
"""Blank lines that end a page of a plain text."""


class JsonlSource:
    """A ``.jsonl`` or ``.jsonl.gz`` file; offsets are bytes of its unpacked content."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.is_seekable = not _is_packed(path)

    def share(self, position: Position) -> float:
        """About how much of the file lies before ``position``."""
        return _share(self.path, position)

    def read(self, start: Position | None = None) -> Iterator[Found]:
        """Yield a page a line from ``start`` on; blank lines are none."""
        at = start or Position()
        lines = _Lines(self.path, at)
        for line, cut in lines:
            if not cut and not line.strip():
                continue
            after = Position(offset=lines.offset, record=at.record + 1)
            page, why = (None, _too_long()) if cut else self._page(line, at.record)
            yield Found(page=page, why=why, record=at.record, after=after)
            at = after
        if lines.why is not None:
            yield Found(why=lines.why, record=None, after=at)

    def _page(self, line: bytes, number: int) -> tuple[SourcePage | None, str | None]:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            return None, "the line is not valid JSON"
        if not isinstance(data, dict):
            return None, "the line is no JSON object"
        return page_of(data, f"{self.name}/{number}")


class TextSource:
    """A ``.txt`` file in UTF-8; offsets are bytes.

    Pages stand apart by two blank lines, or by a line ``<|endoftext|>``; a file without any is one.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.is_seekable = not _is_packed(path)

    def share(self, position: Position) -> float:
        """About how much of the file lies before ``position``."""
        return _share(self.path, position)

    def read(self, start: Position | None = None) -> Iterator[Found]:
        """Yield pages from ``start`` on."""
        at = start or Position()
        lines = _Lines(self.path, at)
        page = _TextPage()
        for line, cut in lines:
            ended = page.add(line, cut)
            if ended:
                if not page.is_empty:
                    after = Position(offset=lines.offset, record=at.record + 1)
                    yield self._found(page, at.record, after)
                    at = after
                page = _TextPage()
        if not page.is_empty:
            after = Position(offset=lines.offset, record=at.record + 1)
            yield self._found(page, at.record, after)
            at = after
        if lines.why is not None:
            yield Found(why=lines.why, record=None, after=at)

    def _found(self, page: _TextPage, number: int, after: Position) -> Found:
        if page.is_too_long:
            return Found(why=_too_long(), record=number, after=after)
        try:
            page.body.decode()
        except UnicodeDecodeError as error:
            why = f"it is not UTF-8: byte {page.body[error.start]:#04x} stands in it"
            return Found(why=why, record=number, after=after)
        body = bytes(page.body)
        return Found(
            page=SourcePage(id=f"{self.name}/{number}", url="", body=body, is_text=True),
            record=number,
            after=after,
        )


class _TextPage:
    """Lines up to a gap."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.is_too_long = False
        self._n_blank = 0

    @property
    def is_empty(self) -> bool:
        return not self.body and not self.is_too_long

    def add(self, line: bytes, cut: bool) -> bool:
        """Take one more line in; whether it ends the page."""
        if line.strip() == END_OF_TEXT:
            return True
        self._n_blank = self._n_blank + 1 if not line.strip() and not cut else 0
        if self._n_blank >= GAP:
            return True
        if self.is_empty and not line.strip() and not cut:
            return False
        self.is_too_long = self.is_too_long or cut or len(self.body) + len(line) > MOST_PAGE_BYTES
        if self.is_too_long:
            self.body.clear()
        else:
            self.body += line
        return False


class _Lines:
    """The lines of a file, each with whether it was cut because it is too long to be held."""

    def __init__(self, path: Path, start: Position) -> None:
        self._path = path
        self.offset = start.offset
        """Behind the last line that was yielded."""
        self.why: str | None = None
        """Why there are no more, if that is not the end of the file."""

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        try:
            if not self._path.stat().st_size:
                self.why = "it is empty"
                return
            with _opened(self._path) as file:
                if self.offset:
                    file.seek(self.offset)
                while line := file.readline(MOST_PAGE_BYTES):
                    is_first = not self.offset
                    self.offset += len(line)
                    cut = len(line) == MOST_PAGE_BYTES and not line.endswith(b"\n")
                    if cut:
                        line = b""
                        self._pass_rest(file)
                    yield line.removeprefix(codecs.BOM_UTF8) if is_first else line, cut
        except (OSError, EOFError, zlib.error) as error:
            self.why = f"it ends too soon: {reason_of(error)}"

    def _pass_rest(self, file: IO[bytes]) -> None:
        while block := file.readline(BLOCK):
            self.offset += len(block)
            if block.endswith(b"\n"):
                return


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if _is_packed(path) else path.open("rb")


def _share(path: Path, position: Position) -> float:
    if _is_packed(path):
        return 0.0  # how long it is unpacked, only its end tells
    try:
        size = path.stat().st_size
    except OSError:
        return 1.0
    return min(1.0, position.offset / size) if size else 1.0


def _too_long() -> str:
    return f"it is longer than {mb(MOST_PAGE_BYTES)}"


def page_of(data: dict[str, Any], page_id: str) -> tuple[SourcePage | None, str | None]:
    """A page of a row with a text or HTML, or why it has none."""
    url = data.get("url")
    url = url if isinstance(url, str) else ""
    for key in (*TEXT_KEYS, "html"):
        value = data.get(key)
        if isinstance(value, str):
            # Half of a surrogate pair, as JSON may spell it, has no UTF-8.
            body = value.encode("utf-8", "replace")
        elif isinstance(value, bytes):
            body = value
        else:
            continue
        if len(body) > MOST_PAGE_BYTES:
            return None, _too_long()
        charset = "utf-8" if isinstance(value, str) else None
        is_text = key != "html"
        page = SourcePage(id=page_id, url=url, body=body, charset=charset, is_text=is_text)
        return page, None
    names = ", ".join(sorted(map(str, data)))[:200]
    return None, f"it has no text, content or html, but {names or 'nothing'}"
