"""Writing WARC files (ISO 28500): a gzip member a record, the same bytes for the same pages."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

PAGES_A_FILE = 2_000
_BEGIN = datetime(2024, 3, 1, tzinfo=UTC)


class WarcShards:
    """Numbered WARC files in a folder, filled one after the other.

    Args:
        folder: where they go; it exists.
        stem: how their names begin.
        seed: of record ids, which are otherwise random.
    """

    def __init__(self, folder: Path, stem: str, seed: int) -> None:
        self._folder = folder
        self._stem = stem
        self._seed = seed
        self._written = 0
        self._file: BinaryIO | None = None
        self._writer: Any = None
        self.names: list[str] = []

    def write(self, url: str, body: bytes, charset: str | None) -> str:
        """Write a server's answer with ``body``; returns the page's id, ``<file>/<number in it>``.

        Raises:
            OSError: the disk is full.
        """
        from warcio.statusandheaders import StatusAndHeaders

        number = self._written % PAGES_A_FILE
        if number == 0:
            self._next_file()
        kind = f"text/html; charset={charset}" if charset else "text/html"
        headers = StatusAndHeaders(
            "200 OK",
            [("Content-Type", kind), ("Content-Length", str(len(body)))],
            protocol="HTTP/1.1",
        )
        self._writer.write_record(
            self._writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=headers,
                warc_headers_dict=self._stamp(f"{self._written}"),
            )
        )
        self._written += 1
        return f"{self.names[-1]}/{number}"

    def _stamp(self, key: str) -> dict[str, str]:
        digest = hashlib.blake2b(f"{self._seed}:{key}".encode(), digest_size=16).digest()
        date = _BEGIN + timedelta(seconds=self._written)
        return {
            "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(bytes=digest, version=4)}>",
            "WARC-Date": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _next_file(self) -> None:
        from warcio.warcwriter import WARCWriter

        self._close()
        name = f"{self._stem}-{len(self.names):05d}.warc.gz"
        self.names.append(name)
        self._file = (self._folder / name).open("xb")
        self._writer = WARCWriter(self._file, gzip=True)
        info = self._writer.create_warcinfo_record(
            name, {"software": "llmlab", "format": "WARC File Format 1.0"}
        )
        for header, value in self._stamp(name).items():
            info.rec_headers.replace_header(header, value)
        self._writer.write_record(info)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> WarcShards:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()
