"""The routes, first in this process, then over a real socket with readers that misbehave."""

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from conftest import Engines
from fake_engine import FakeBackend

from engine import endpoint, protocol, wire
from engine.client import EngineClient
from engine.protocol import Health
from engine.server.app import Lab
from engine.server.worker import Worker

GOOD: dict[str, Any] = {"model": "count", "prompt": "hi", "params": {"max_tokens": 2}}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    worker = Worker(FakeBackend)
    worker.start()
    transport = httpx.ASGITransport(Lab(worker).routes(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://engine") as client:
        yield client
    worker.stop(30.0)


def error_in(response: httpx.Response) -> tuple[str, str]:
    error = response.json()["error"]
    return error["type"], error["message"]


async def test_health(http: httpx.AsyncClient) -> None:
    response = await http.get("/lab/health")
    health = wire.decode(Health, response.json())
    assert (health.device, health.threads, health.active_requests) == ("fake", 1, 0)
    assert health.memory_bytes > 1 << 20
    assert health.uptime_s >= 0


async def test_a_stream_is_server_sent_events(http: httpx.AsyncClient) -> None:
    response = await http.post("/lab/generate", json=GOOD)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = response.text.split("\n\n")
    assert blocks.pop() == ""
    types = [json.loads(block.removeprefix("data: "))["type"] for block in blocks]
    assert types == ["started", "token", "token", "finished"]


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 400, "not valid JSON"),
        (b"\x00\xff\xfe junk", 400, "not valid JSON"),
        (b"[" * 500_000, 400, "not valid JSON"),
        (b"[]", 400, "must be an object"),
        (b'"' + b"x" * 1000 + b'"', 400, "must be an object"),
        (b"x" * (protocol.MAX_BODY_BYTES + 1), 413, "longer than 1,048,576 bytes"),
        (b"{}", 400, "model is missing"),
        (json.dumps(GOOD | {"modle": 1}).encode(), 400, "'model'"),
        (json.dumps(GOOD | {"n": "many"}).encode(), 400, "n is"),
        (json.dumps(GOOD | {"params": []}).encode(), 400, "params is a list"),
        (json.dumps(GOOD | {"params": {"top_p": 1.5}}).encode(), 400, "top_p = 1.5"),
        (json.dumps(GOOD | {"prompt": "\ud800"}).encode(), 400, "surrogates"),
        (
            json.dumps(GOOD | {"messages": [{"role": "user", "content": "x"}]}).encode(),
            400,
            "exactly one",
        ),
    ],
    ids=itertools.count(),
)
async def test_junk_gets_a_sentence(
    http: httpx.AsyncClient, content: bytes, status: int, sentence: str
) -> None:
    response = await http.post("/lab/generate", content=content)
    assert response.status_code == status
    kind, message = error_in(response)
    assert kind == ("RequestError" if status == 400 else "RequestTooLargeError")
    assert sentence in message
    assert len(message) < 400
    assert (await http.post("/lab/generate", json=GOOD)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/lab/generate", 405), ("POST", "/lab/health", 405)],
)
async def test_unknown_routes(http: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    response = await http.request(method, path)
    assert response.status_code == status
    assert error_in(response) == ("RequestError", error_in(response)[1])
    assert ("allow" in response.headers) == (status == 405)


async def test_weights_that_are_not_numbers(http: httpx.AsyncClient) -> None:
    response = await http.post("/lab/generate", json=GOOD | {"model": "nan"})
    last = response.text.strip().split("\n\n")[-1]
    error = protocol.decode_event(last.removeprefix("data: "))
    assert "not numbers (NaN)" in str(error)


async def test_a_bug_in_a_route_shows_no_traceback(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(Worker, "submit", lambda *_: 1 / 0)
    response = await http.post("/lab/generate", json=GOOD)
    assert response.status_code == 500
    kind, message = error_in(response)
    assert kind == "LabError"
    assert "ZeroDivision" not in message


async def open_raw(body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has sent a request and reads nothing yet."""
    found = endpoint.read_endpoint()
    assert found is not None
    reader, writer = await asyncio.open_unix_connection(found.socket, limit=1024)
    head = f"POST /lab/generate HTTP/1.1\r\nHost: engine\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def until_idle(client: EngineClient) -> None:
    async with asyncio.timeout(60):
        while (health := await client.health()) is None or health.active_requests:
            await asyncio.sleep(0.05)


async def test_a_hanging_reader_stalls_nobody_and_is_dropped(engines: Engines) -> None:
    client = engines.client()
    before = await client.ensure()
    endless = GOOD | {"params": {"max_tokens": 10**9}, "n": 8}
    _, writer = await open_raw(json.dumps(endless).encode())
    good = wire.decode(protocol.GenerateRequest, GOOD)
    async with asyncio.timeout(30):
        assert len([event async for event in client.generate(good)]) == 4
    await until_idle(client)
    after = await client.health()
    assert after is not None
    assert after.memory_bytes - before.memory_bytes < 64 << 20
    writer.close()


async def test_a_reader_that_leaves_frees_its_slot(engines: Engines) -> None:
    client = engines.client()
    await client.ensure()
    slow = GOOD | {"model": "slow", "params": {"max_tokens": 10**9}}
    reader, writer = await open_raw(json.dumps(slow).encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    health = await client.health()
    assert health is not None
    assert health.active_requests == 1
    writer.transport.abort()
    await until_idle(client)


async def test_broken_http_does_not_disturb_the_engine(engines: Engines) -> None:
    client = engines.client()
    await client.ensure()
    found = endpoint.read_endpoint()
    assert found is not None
    for raw in (
        b"\x16\x03\x01\x02\x00\x01\x00 not http at all\r\n\r\n",
        b"POST /lab/generate HTTP/1.1\r\nHost: e\r\nContent-Length: 9999\r\n\r\n{",
        b"POST /lab/generate HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /lab/health HTTP/1.1\r\n" + b"X: " + b"y" * 200_000,
    ):
        _, writer = await asyncio.open_unix_connection(found.socket)
        writer.write(raw)
        await asyncio.sleep(0.05)
        writer.transport.abort()
        assert await client.health() is not None
    assert len(engines.running()) == 1
    assert "Traceback" not in endpoint.log_file().read_text()
