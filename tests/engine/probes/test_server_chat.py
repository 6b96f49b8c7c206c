"""Many conversations with a real HTTP server: order, bounded concurrency, a server that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from engine.errors import RemoteError
from engine.probes.server_chat import ServerChat
from engine.protocol import Message
from engine.remote.servers import Server
from tests.engine.remote.fake_server import (
    STREAM_HEAD,
    Asked,
    FakeServer,
    answers,
    event,
    said,
    serving_in_a_thread,
)

CHAT = "/v1/chat/completions"


class EchoServer(FakeServer):
    """Says the question back after a while, and counts how many wait at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = self.most = 0
        self.handlers[CHAT] = self.echo

    async def echo(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(0.02)
        self.waiting -= 1
        text = asked.body["messages"][-1]["content"]
        chunk = event(said(text.upper(), finish="stop"))
        writer.write(STREAM_HEAD + chunk + event("[DONE]"))


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    fake = EchoServer()
    with serving_in_a_thread(fake):
        yield fake


def ask(fake: FakeServer, *texts: str, at_once: int = 3) -> list[str]:
    chat = ServerChat(Server(name="box", url=fake.url), "good", at_once=at_once)
    conversations = [[Message(role="user", content=text)] for text in texts]
    return chat.ask(conversations, max_tokens=9)


def test_answers_come_in_order_and_only_so_many_are_asked_at_once(echo: EchoServer) -> None:
    texts = [f"question {i}" for i in range(12)]
    assert ask(echo, *texts) == [text.upper() for text in texts]
    assert 1 < echo.most <= 3
    assert {body["temperature"] for body in echo.bodies()} == {0}
    assert ask(echo) == []


def test_a_server_that_refuses_ends_it_in_a_sentence(echo: EchoServer) -> None:
    echo.handlers[CHAT] = answers(401, b"no")
    with pytest.raises(RemoteError, match="box wants a key"):
        ask(echo, "a", "b", "c", "d")


def test_nobody_there() -> None:
    fake = FakeServer(port=1)
    with pytest.raises(RemoteError, match="box"):
        ask(fake, "a", "b")
