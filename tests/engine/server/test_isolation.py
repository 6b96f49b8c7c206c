"""What some clients do must not show in what others get."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import FAKE_ENGINE, Engines
from fake_engine import FakeBackend
from tcp_server import tcp_server

from engine.errors import EngineUnavailableError
from engine.events import TokenEvent
from engine.launch import child_environment
from engine.protocol import GenerateRequest
from engine.sampling_params import SamplingParams

N_TOKENS = 60
ENDLESS = {"model": "slow", "prompt": "endless", "max_tokens": 10**6, "stream": True}


async def answer(client: httpx.AsyncClient, url: str, number: int) -> str:
    """One well-behaved client's whole answer."""
    request = {"model": "slow", "prompt": "p" * number, "max_tokens": N_TOKENS, "stream": True}
    text = ""
    async with client.stream("POST", f"{url}/completions", json=request, timeout=60) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                text += json.loads(line[6:])["choices"][0]["text"]
    assert line == "" or line == "data: [DONE]"
    return text


async def hang(url: str) -> asyncio.StreamWriter:
    """Ask, and never read."""
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1024)
    content = json.dumps(ENDLESS).encode()
    head = f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}"
    writer.write(f"{head}\r\n\r\n".encode() + content)
    await writer.drain()
    return writer


async def disconnect(client: httpx.AsyncClient, url: str) -> None:
    """Ask, read a little, leave."""
    async with client.stream("POST", f"{url}/completions", json=ENDLESS) as response:
        lines = response.aiter_lines()
        for _ in range(10):
            await anext(lines)


async def junk(client: httpx.AsyncClient, url: str) -> int:
    """A megabyte of nothing."""
    return (await client.post(f"{url}/completions", content=os.urandom(1_000_000))).status_code


async def until_idle(client: httpx.AsyncClient, url: str) -> None:
    health = url.removesuffix("/v1") + "/lab/health"
    async with asyncio.timeout(20):
        while (await client.get(health)).json()["active_requests"]:
            await asyncio.sleep(0.02)


async def test_eight_streams_of_which_three_misbehave_and_a_megabyte_of_junk() -> None:
    with tcp_server() as (url, worker, _):
        async with httpx.AsyncClient() as client:
            alone = await asyncio.gather(*(answer(client, url, i) for i in range(1, 6)))
            hanging = [await hang(url), await hang(url)]
            *among, status, _ = await asyncio.gather(
                *(answer(client, url, i) for i in range(1, 6)),
                junk(client, url),
                disconnect(client, url),
            )
            assert among == alone
            assert status == 400
            for writer in hanging:
                writer.transport.abort()
            await until_idle(client, url)
        assert worker.active_requests == 0


async def test_a_thousand_requests_that_are_cancelled_leave_no_slot() -> None:
    backend = FakeBackend()
    with tcp_server(lambda: backend) as (url, *_):
        async with httpx.AsyncClient() as client:
            for _ in range(40):
                await asyncio.gather(*(leave_soon(client, url, i) for i in range(25)))
            await until_idle(client, url)
            assert all(not model.rows for model in backend.models)
            assert (await answer(client, url, 1)).split()[-1] == str(N_TOKENS - 1)


async def leave_soon(client: httpx.AsyncClient, url: str, number: int) -> None:
    """Before the answer, in the middle of a stream, or while it is being computed."""
    request = ENDLESS | {"stream": number % 2 == 0, "n": 1 + number % 3}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.001 * number):
            if request["stream"]:
                async with client.stream("POST", f"{url}/completions", json=request) as response:
                    async for _ in response.aiter_lines():
                        pass
            else:
                await client.post(f"{url}/completions", json=request)


async def test_killed_under_eight_streams(engines: Engines) -> None:
    client = engines.client()
    params = SamplingParams(max_tokens=10**6)
    request = GenerateRequest(model="slow", prompt="a", params=params)
    begun = asyncio.Barrier(9)

    async def follow() -> float:
        events = client.generate(request)
        while not isinstance(await anext(events), TokenEvent):
            pass
        await begun.wait()
        with pytest.raises(EngineUnavailableError, match="stopped in the middle"):
            [event async for event in events]
        return time.monotonic()

    following = [asyncio.create_task(follow()) for _ in range(8)]
    await begun.wait()
    killed = time.monotonic()
    os.kill(engines.children[0].pid, signal.SIGKILL)
    ended = await asyncio.gather(*following)
    assert max(ended) - killed < 2
    few = GenerateRequest(model="count", prompt="a", params=SamplingParams(max_tokens=2))
    assert len([event async for event in client.generate(few)]) == 4
    assert client.status.restarts == 1


@pytest.fixture
def tcp_process() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, FAKE_ENGINE, "--tcp"]
    process = subprocess.Popen(
        command, env=child_environment(), stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.communicate()


async def test_killed_under_eight_streams_on_tcp(
    tcp_process: tuple[str, subprocess.Popen[str]],
) -> None:
    url, process = tcp_process
    async with httpx.AsyncClient() as client, contextlib.AsyncExitStack() as stack:
        streams = []
        for _ in range(8):
            stream = client.stream("POST", f"{url}/completions", json=ENDLESS)
            streams.append((await stack.enter_async_context(stream)).aiter_lines())
            await anext(streams[-1])
        process.kill()
        killed = time.monotonic()
        for lines in streams:
            with pytest.raises(httpx.TransportError):
                [line async for line in lines]
        assert time.monotonic() - killed < 2


def test_ctrl_c_ends_it_in_order(tcp_process: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = tcp_process
    with (
        httpx.Client() as client,
        client.stream("POST", f"{url}/completions", json=ENDLESS) as response,
    ):
        lines = response.iter_lines()
        next(lines)
        process.send_signal(signal.SIGINT)
        rest = [line for line in lines if line]
    assert "The engine was stopped" in rest[-1]
    assert process.wait(10) == 0
