"""Pages of WARC files (ISO 28500), a gzip member a record or not compressed at all.

warcio reads the records. What it cannot read is searched for the next beginning of a record, so
damage in the middle of a file costs the records that it lies in and none behind them.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from engine.data.funnel.document import SourcePage
from engine.data.funnel.sources.base import (
    BLOCK,
    MOST_PAGE_BYTES,
    Found,
    Position,
    mb,
    reason_of,
)

GZIP = b"\x1f\x8b\x08"
PLAIN = b"WARC/1."


class _BadRecordError(Exception):
    """One record cannot be used; ``str(error)`` says why."""


class WarcSource:
    """A ``.warc`` or ``.warc.gz`` file; its offsets are bytes of the file as it lies there."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.is_seekable = True
        self._size = path.stat().st_size if path.is_file() else 0

    def share(self, position: Position) -> float:
        """About how much of the file lies before ``position``."""
        return position.offset / self._size if self._size else 1.0

    def read(self, start: Position | None = None) -> Iterator[Found]:
        """Yield the responses of the file from ``start`` on."""
        at: Position | None = start or Position()
        try:
            with self.path.open("rb") as file:
                if not self._size:
                    yield _whole(at, "it is empty")
                while at is not None and at.offset < self._size:
                    at = yield from self._read_sound(file, at)
        except OSError as error:
            yield _whole(at, reason_of(error))

    def _read_sound(
        self, file: io.BufferedReader, at: Position
    ) -> Generator[Found, None, Position | None]:
        """Yield from ``at`` to the end or to damage; returns where to go on behind the damage."""
        from warcio.archiveiterator import ArchiveIterator

        file.seek(at.offset)
        iterator = ArchiveIterator(file)
        begun = sought = at.offset
        number = at.record
        try:
            while True:
                with contextlib.redirect_stderr(io.StringIO()):  # warcio prints what it dislikes
                    record = next(iterator, None)
                if record is None:
                    if begun < self._size:
                        cut = "the file is cut short, or ends in something else"
                        yield _whole(Position(offset=self._size, record=number), cut)
                    return None
                page, why = self._page(record, number)
                with contextlib.redirect_stderr(io.StringIO()):
                    iterator.read_to_end()
                begun = iterator.offset
                if page is None and why is None:
                    at = Position(offset=begun, record=number)
                    continue
                at = Position(offset=begun, record=number + 1)
                yield Found(page=page, why=why, record=number, after=at)
                number += 1
        except (zlib.error, EOFError, OSError, ValueError, KeyError, _library_error()) as error:
            # Of a file that is one piece of gzip, warcio's offsets are none of the file's.
            behind = _next_beginning(file, max(begun, sought) + 1)
            at = Position(offset=self._size if behind is None else behind, record=number + 1)
            yield Found(why=f"the record is damaged: {_short(error)}", record=number, after=at)
            return None if behind is None else at

    def _page(self, record: Any, number: int) -> tuple[SourcePage | None, str | None]:
        """A page, or why there is none; neither for records that are no answer of a server.

        Whether the answer is a page at all is for the extraction to say.
        """
        if record.rec_type != "response":
            return None, None
        headers = record.http_headers
        kind = (headers.get_header("Content-Type") or "") if headers is not None else ""
        try:
            body = _body(record)
        except _BadRecordError as error:
            return None, str(error)
        page = SourcePage(
            id=f"{self.name}/{number}",
            url=record.rec_headers.get_header("WARC-Target-URI") or "",
            body=body,
            charset=_charset(kind),
        )
        return page, None


def _body(record: Any) -> bytes:
    """The body of an answer, unpacked, as long as it is not too long.

    Raises:
        _BadRecordError: it is too long or cut short.
        zlib.error: it is damaged.
    """
    stream = record.content_stream()
    blocks: list[bytes] = []
    size = 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > MOST_PAGE_BYTES:
            raise _BadRecordError(f"it is larger than {mb(MOST_PAGE_BYTES)} when unpacked")
        blocks.append(block)
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise _BadRecordError("it is cut short")
    return b"".join(blocks)


def _charset(content_type: str) -> str | None:
    for parameter in content_type.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40] or None
    return None


def _next_beginning(file: io.BufferedReader, offset: int) -> int | None:
    """Where the next record may begin, from ``offset`` on; None where there is none."""
    file.seek(0)
    mark = GZIP if file.read(2) == GZIP[:2] else PLAIN
    file.seek(offset)
    tail = b""
    while block := file.read(BLOCK):
        block = tail + block
        place = block.find(mark)
        if place >= 0:
            return file.tell() - len(block) + place
        tail = block[-len(mark) + 1 :]
    return None


def _library_error() -> type[Exception]:
    from warcio.exceptions import ArchiveLoadFailed

    error: type[Exception] = ArchiveLoadFailed
    return error


def _short(error: Exception) -> str:
    """warcio's messages quote the file, or are a page long."""
    if isinstance(error, _library_error()):
        if "non-chunked gzip" in str(error):
            return "the file is one piece of gzip; mend it with warcio recompress"
        return "no record begins where one should"
    return reason_of(error)


def _whole(at: Position | None, why: str) -> Found:
    return Found(why=why, record=None, after=at or Position())
