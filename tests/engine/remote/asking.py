"""Questions for a fake server, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import LabError
from engine.events import TokenEvent
from engine.protocol import GenerateRequest, Message, StreamEvent
from engine.remote.client import RemoteClient
from engine.remote.servers import Server
from engine.sampling_params import SamplingParams
from tests.engine.remote.fake_server import (
    FakeServer,
)

CHAT, RAW = "/v1/chat/completions", "/v1/completions"


def chat(n: int = 1, **params: Any) -> GenerateRequest:
    sampling = SamplingParams(**{"seed": 7, "max_tokens": 9, "n_alternatives": 10, **params})
    messages = (Message(role="user", content="Hi"),)
    return GenerateRequest(model="good", messages=messages, params=sampling, n=n)


def raw(**params: Any) -> GenerateRequest:
    sampling = SamplingParams(**{"n_alternatives": 10, **params})
    return GenerateRequest(model="good", prompt="Once", params=sampling)


def client_of(fake: FakeServer, silence_s: float = 5.0, **server: Any) -> RemoteClient:
    return RemoteClient(Server(**{"name": "box", "url": fake.url, **server}), silence_s=silence_s)


async def ask(fake: FakeServer, request: GenerateRequest, **options: Any) -> list[StreamEvent]:
    client = client_of(fake, **options)
    try:
        return [item async for item in client.generate(request)]
    finally:
        await client.close()


async def refusal(fake: FakeServer, request: GenerateRequest, **options: Any) -> str:
    with pytest.raises(LabError) as caught:
        await ask(fake, request, **options)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.isprintable()
    assert len(sentence) < 700
    return sentence


def text_of(events: list[StreamEvent], row: int = 0) -> str:
    return "".join(e.text for e in events if isinstance(e, TokenEvent) and e.row == row)


def tokens_of(events: list[StreamEvent]) -> list[TokenEvent]:
    return [e for e in events if isinstance(e, TokenEvent)]
