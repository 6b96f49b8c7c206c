"""A hub of data sets on this machine, in the wire form of the Hugging Face hub."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow
import pyarrow.parquet

COMMIT = "a" * 40
PAGE = 3
"""Files on a page of a listing."""


def shard(texts: Sequence[str], column: str = "text") -> bytes:
    """A parquet file with a row for each text."""
    out = io.BytesIO()
    table = pyarrow.table({"url": [""] * len(texts), column: list(texts)})
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


@dataclass
class FakeHub:
    """A hub with one data set, ``org/tiny``."""

    files: dict[str, bytes] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    commit: str = COMMIT
    listed: list[dict[str, Any]] = field(default_factory=list)
    """Entries of the listing beside those of the files."""
    asked: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    """``FILE@START`` of each file sent."""
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Answers, status and headers, to be given before all others."""
    cuts: int = 0
    """So many files are sent as half of what was asked for."""
    wrong: int = 0
    """So many files are sent with a byte changed."""
    ranges: bool = True
    elsewhere: str | None = None
    """Where files are sent from, as by a content network."""
    headers: dict[str, str | None] = field(default_factory=dict)
    """Authorization by the host it was sent to."""
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        path = unquote(parts.path)
        self.asked.append(path)
        self.headers[request.headers["Host"]] = request.headers.get("Authorization")
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return self._send(request, status, b"", headers)
        if "org/tiny" not in path:
            return self._send(request, 404, b"", {"X-Error-Code": "RepoNotFound"})
        if "/resolve/" in path:
            return self._file(request, path)
        revision = path.split("/")[6] if "/tree/" in path or "/revision/" in path else ""
        if revision not in ("main", self.commit):
            return self._send(request, 404, b"", {"X-Error-Code": "RevisionNotFound"})
        if "/tree/" in path:
            return self._tree(request, "/".join(path.split("/")[7:]), parse_qs(parts.query))
        answer = {"id": "org/tiny", "sha": self.commit, "cardData": self.card}
        return self._send(request, 200, json.dumps(answer).encode(), {})

    def _tree(self, request: BaseHTTPRequestHandler, folder: str, query: dict[str, Any]) -> None:
        entries = [
            {
                "type": "file", "path": name, "size": len(data), "oid": "0" * 40,
                "lfs": {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)},
            }
            for name, data in self.files.items() if name.startswith(folder)
        ] + self.listed  # fmt: skip
        if not entries:
            return self._send(request, 404, b"", {"X-Error-Code": "EntryNotFound"})
        start = int(query.get("cursor", ["0"])[0])
        headers = {}
        if start + PAGE < len(entries):
            here = f"{self.url}{urlsplit(request.path).path}?recursive=true&cursor={start + PAGE}"
            headers["Link"] = f'<{here}>; rel="next"'
        body = json.dumps(entries[start : start + PAGE]).encode()
        return self._send(request, 200, body, headers)

    def _file(self, request: BaseHTTPRequestHandler, path: str) -> None:
        if self.elsewhere is not None and request.headers["Host"] not in self.elsewhere:
            return self._send(request, 302, b"", {"Location": self.elsewhere + path})
        name = path.split("/resolve/")[1].partition("/")[2]
        data = self.files.get(name)
        if data is None:
            return self._send(request, 404, b"", {"X-Error-Code": "EntryNotFound"})
        start = int(request.headers.get("Range", "bytes=0-")[6:-1]) if self.ranges else 0
        self.served.append(f"{name}@{start}")
        if self.wrong:
            self.wrong -= 1
            data = data[:-1] + bytes([data[-1] ^ 1])
        body, length = data[start:], len(data) - start
        if self.cuts:
            self.cuts -= 1
            body = body[: length // 2]
        headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        return self._send(request, 206 if start else 200, body, headers, length)

    def _send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        headers: dict[str, str],
        length: int | None = None,
    ) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = length is not None and length != len(body)


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """Answer for ``hub`` at its ``url`` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
