"""Clients that are slow, too many, or too large, against a real socket."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from urllib.parse import urlsplit

import httpx
import pytest
from fake_engine import FakeBackend
from starlette.responses import Response
from tcp_server import tcp_server

from engine.server import body, http
from engine.server.worker import Worker


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(http, "HEAD_TIMEOUT_S", 0.4)
    monkeypatch.setattr(http, "WRITE_TIMEOUT_S", 0.4)
    monkeypatch.setattr(body, "BODY_TIMEOUT_S", 0.4)
    with tcp_server() as (url, *_):
        yield url


def raw(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname is not None
    sock = socket.create_connection((parts.hostname, parts.port), timeout=10)
    return sock


def closed_after(sock: socket.socket, began: float) -> float:
    """Seconds until the server closed it."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - began


def answer(sock: socket.socket) -> tuple[int, bytes]:
    """The next response on a connection, whole."""
    response = HTTPResponse(sock)
    response.begin()
    return response.status, response.read()


def trickle(sock: socket.socket, data: bytes) -> None:
    for byte in data:
        sock.sendall(bytes([byte]))
        time.sleep(0.02)


def head(length: int, *more: str) -> bytes:
    lines = ["POST /v1/completions HTTP/1.1", "Host: localhost", f"Content-Length: {length}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("sent", [b"", b"GET /v1/mod", head(3)[:-2]])
def test_headers_that_do_not_come(url: str, sent: bytes) -> None:
    with raw(url) as sock:
        began = time.monotonic()
        sock.sendall(sent)
        assert 0.2 < closed_after(sock, began) < 5


def test_headers_that_trickle_in(url: str) -> None:
    with raw(url) as sock:
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            trickle(sock, head(3, "X: " + "y" * 500))
        assert time.monotonic() - began < 5


def test_a_body_that_trickles_in(url: str) -> None:
    with raw(url) as sock:
        sock.sendall(head(100) + b"{")
        status, content = answer(sock)
        assert status == 400
        assert b"did not arrive within" in content


def test_a_slow_second_request_on_the_same_connection(url: str) -> None:
    with raw(url) as sock:
        sock.sendall(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer(sock)[0] == 200
        time.sleep(0.6)  # idle between two requests is no slowness
        sock.sendall(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer(sock)[0] == 200
        began = time.monotonic()
        sock.sendall(b"GET")
        assert closed_after(sock, began) < 5


def test_headers_too_large(url: str) -> None:
    with raw(url) as sock:
        sock.sendall(head(0, "X: " + "y" * 100_000))
        assert answer(sock)[0] == 400


def test_a_body_too_large_is_answered_before_the_connection_ends(url: str) -> None:
    with httpx.Client() as client:
        response = client.post(f"{url}/completions", content=b"x" * 8_000_000)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "request_too_large"
    assert response.headers["connection"] == "close"


def test_a_reader_that_does_not_read_loses_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WRITE_TIMEOUT_S", 0.4)
    with tcp_server() as (url, worker, _):
        content = json.dumps(
            {
                "model": "count",
                "prompt": "a",
                "max_tokens": 10**9,
                "n": 16,
                "stream": True,
                "logprobs": 20,
            }
        ).encode()
        with raw(url) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(head(len(content)) + content)
            assert sock.recv(10).startswith(b"HTTP/1.1 2")
            until(lambda: worker.active_requests == 0)
            time.sleep(0.6)
            with pytest.raises(ConnectionError):
                trickle(sock, b"x" * 100)


@pytest.mark.parametrize(("pause_s", "arrives"), [(0.02, True), (0.6, False)])
def test_a_large_answer_may_take_longer_while_it_is_being_read(
    monkeypatch: pytest.MonkeyPatch, pause_s: float, arrives: bool
) -> None:
    monkeypatch.setattr(http, "WRITE_TIMEOUT_S", 0.4)
    n_bytes = 30_000_000
    worker = Worker(FakeBackend)
    worker.start()
    server = http.Server(Response(b"x" * n_bytes), worker)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        began, read = time.monotonic(), 0
        with socket.create_connection(listener.getsockname(), timeout=10) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            try:
                while data := sock.recv(1_000_000 if arrives else 10_000):
                    read += len(data)
                    if read < n_bytes // 2 or not arrives:
                        time.sleep(pause_s)
                    if time.monotonic() - began > 5:
                        break
            except ConnectionError:
                pass
        server.should_exit = True
        thread.join(10)
    assert (read > n_bytes) == arrives
    assert time.monotonic() - began > 0.4


def test_junk_behind_an_answer_ends_the_connection_quietly(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with raw(url) as sock:
        sock.sendall(
            b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        assert answer(sock)[0] == 200
        began = time.monotonic()
        sock.sendall(b"zz\r\n")
        assert closed_after(sock, began) < 5
    assert "Traceback" not in caplog.text
    assert httpx.get(f"{url}/models").status_code == 200


def test_more_connections_than_there_is_room_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(http, "HEAD_TIMEOUT_S", 1.5)
    socks = [raw(url) for _ in range(6)]
    try:
        began = time.monotonic()
        assert all(closed_after(sock, began) < 1.0 for sock in socks[3:])
    finally:
        for sock in socks:
            sock.close()
    time.sleep(0.2)
    assert httpx.get(f"{url}/models").status_code == 200


def test_stopping_ends_streams_with_an_error() -> None:
    request = {"model": "slow", "prompt": "a", "max_tokens": 10**6, "stream": True}
    with (
        tcp_server() as (url, _, server),
        httpx.Client() as client,
        client.stream("POST", f"{url}/completions", json=request) as response,
    ):
        lines = response.iter_lines()
        assert next(lines).startswith("data: ")
        server.should_exit = True
        rest = [line for line in lines if line]
    assert "The engine was stopped" in rest[-1]


def until(condition: Callable[[], object], timeout_s: float = 20.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
