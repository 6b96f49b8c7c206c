"""A search service on loopback that answers as a test wants, and what each service answers."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tools.search.brave import BraveProvider
from tools.search.duckduckgo import DdgsProvider
from tools.search.keys import KeySource
from tools.search.provider import Provider
from tools.search.searxng import SearxngProvider
from tools.search.tavily import TavilyProvider
from tools.search.wikipedia import WikipediaProvider

KEY = "sekrit-0123456789"


@dataclass
class Reply:
    """What the double sends. ``reset``: nothing but a TCP reset. ``slow``: nothing, for a while."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False
    slow: bool = False
    drips: bool = False


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def query(self) -> str:
        """What was searched for."""
        if self.body.startswith("{"):
            return str(json.loads(self.body)["query"])
        fields = parse_qs(self.body or urlsplit(self.path).query)
        return fields.get("q", fields.get("gsrsearch", [""]))[0]


class Double:
    """A server whose ``replies`` are sent in turn; the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [Reply()]
        self.asked: list[Asked] = []
        self.over = threading.Event()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                double.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                reply = double.replies[min(len(double.asked), len(double.replies)) - 1]
                with contextlib.suppress(OSError):  # the client may have left
                    double.send(self, reply)

            do_GET = do_POST = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]

    def send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.close_connection = True
        if reply.reset:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
            return
        if reply.slow:
            self.over.wait(60)
            return
        if reply.drips:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
            while not self.over.wait(0.02):
                handler.wfile.write(b"X-Drip: 1\r\n")
            return
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"


@contextlib.contextmanager
def serving() -> Iterator[Double]:
    double = Double()
    thread = threading.Thread(target=double.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        double.over.set()
        double.server.shutdown()
        double.server.server_close()
        thread.join()


@dataclass(frozen=True)
class Service:
    """One provider: how to make it, and its service's answers."""

    name: str
    make: Callable[[str, float], Provider]
    ok: str
    empty: str
    odd: tuple[str, ...]
    """Answers of status 200 that are well-formed and make no sense."""


def _key() -> KeySource:
    return KeySource(variable="LLMLAB_SOME_KEY", value=KEY)


RESULTS = [
    {
        "url": f"https://site{i}.example/page?x={i}",
        "title": f"Title <b>{i}</b>",
        "text": f"Orson &amp; <strong>Kovats</strong>\nwas born, says page {i}.",
    }
    for i in range(5)
]


def _with(key: str) -> list[dict[str, str]]:
    return [{"url": r["url"], "title": r["title"], key: r["text"]} for r in RESULTS]


DDG_OK = "<html><body>{}</body></html>".format(
    "".join(
        f'<div class="result"><div class="links_main result__body">'
        f'<h2 class="result__title"><a class="result__a" href="{r["url"]}">{r["title"]}</a></h2>'
        f'<a class="result__snippet" href="{r["url"]}">{r["text"]}</a></div></div>'
        for r in RESULTS
    )
)
# Seen on the real page: the empty result is a body too, without a link.
DDG_EMPTY = (
    '<html><body><div class="result result--no-result"><div class="links_main result__body">'
    '<div class="no-results">No results.</div></div></div></body></html>'
)
ARTICLE = {"pageid": 7, "fullurl": "https://wiki.example/wiki/Orson", "index": 1}

SERVICES = (
    Service(
        "ddgs",
        lambda address, timeout_s: DdgsProvider(f"{address}/html/", timeout_s=timeout_s),
        DDG_OK,
        DDG_EMPTY,
        ("", "  \n", "<html><body>Welcome!</body></html>", "\x00\x01\x02"),
    ),
    Service(
        "searxng",
        lambda address, timeout_s: SearxngProvider(address, timeout_s=timeout_s),
        json.dumps({"results": _with("content"), "unresponsive_engines": [["bing", "timeout"]]}),
        json.dumps({"results": [], "unresponsive_engines": []}),
        ("[]", "null", "{}", '{"results": {"a": 1}}', '{"results": ["a"]}'),
    ),
    Service(
        "wikipedia",
        lambda address, timeout_s: WikipediaProvider(address, timeout_s=timeout_s),
        json.dumps(
            {
                "batchcomplete": True,
                "query": {
                    "pages": [
                        {
                            "index": i + 1,
                            "title": r["title"],
                            "fullurl": r["url"],
                            "extract": r["text"],
                        }
                        for i, r in reversed(list(enumerate(RESULTS)))
                    ]
                },
            }
        ),
        json.dumps({"batchcomplete": True}),
        ("[]", "3", "{}", '{"query": []}', '{"query": {"pages": {"1": {}}}}', '{"error": "x"}'),
    ),
    Service(
        "brave",
        lambda address, timeout_s: BraveProvider(address, _key(), timeout_s=timeout_s),
        json.dumps({"type": "search", "web": {"results": _with("description")}}),
        json.dumps({"type": "search", "query": {"original": "x"}}),
        ("[]", '"x"', "{}", '{"web": []}', '{"web": {"results": 3}}'),
    ),
    Service(
        "tavily",
        lambda address, timeout_s: TavilyProvider(address, _key(), timeout_s=timeout_s),
        json.dumps({"query": "x", "results": _with("content"), "response_time": 1.0}),
        json.dumps({"query": "x", "results": []}),
        ("[]", "1e9", "{}", '{"results": null}', '{"results": [[]]}'),
    ),
)


class FakeTime:
    """A clock that only waits move, and at once."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waited: list[float] = []

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waited.append(seconds)
        self.now += seconds
        return event.is_set()


def wait_until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)
