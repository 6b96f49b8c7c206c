"""Servers that take less than they are asked for."""

from __future__ import annotations

import asyncio

import pytest

from tests.engine.remote.asking import (
    CHAT,
    ask,
    chat,
    client_of,
    refusal,
    text_of,
)
from tests.engine.remote.fake_server import (
    Asked,
    FakeServer,
    Handler,
    reply,
    said,
    streams,
)


def choosy(refused: dict[str, str], status: int = 400) -> Handler:
    """Refuses bodies with certain fields, naming them as ``refused`` says."""

    async def handle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        for name, words in refused.items():
            if name in asked.body:
                writer.write(reply({"error": {"message": words}}, status))
                return
        await streams(said("fine", finish="stop"))(asked, writer)

    return handle


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize(
    "refused",
    [
        {"logprobs": "logprobs are not supported with this model"},
        {"stream_options": "Unknown field: stream_options"},
        {"logprobs": "bad request", "stream_options": "bad request"},
        {"logprobs": ""},
        {"max_tokens": "Use 'max_completion_tokens' instead."},
        {"n": "Parameter 'n' must be 1"},
        {"n": "n > 1 is not supported", "logprobs": "This model does not support logprobs"},
    ],
)
async def test_what_text_can_be_had_without_is_left_out(
    fake: FakeServer, refused: dict[str, str], status: int
) -> None:
    fake.handlers[CHAT] = choosy(refused, status)
    client = client_of(fake)
    events = [item async for item in client.generate(chat(n=2))]
    assert [text_of(events, row) for row in (0, 1)] == ["fine", "fine"]
    asked = len(fake.bodies())
    assert not set(refused) & set(fake.bodies()[-1])
    events = [item async for item in client.generate(chat(n=2))]
    assert len(fake.bodies()) == asked + 2, "what it minds is remembered"
    assert all(not set(refused) & set(body) for body in fake.bodies()[asked:])
    await client.close()


async def test_fewer_alternatives_before_none(fake: FakeServer) -> None:
    async def five(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.body.get("top_logprobs", 0) > 5:
            writer.write(reply({"error": {"message": "top_logprobs must be at most 5"}}, 400))
            return
        await streams(said("fine", finish="stop"))(asked, writer)

    fake.handlers[CHAT] = five
    assert text_of(await ask(fake, chat())) == "fine"
    assert [b.get("top_logprobs") for b in fake.bodies()] == [10, 5]


async def test_sampling_is_never_left_out(fake: FakeServer) -> None:
    fake.handlers[CHAT] = choosy({"top_k": "Unrecognized request argument: top_k"})
    sentence = await refusal(fake, chat(top_k=40))
    assert "Unrecognized request argument: top_k" in sentence
    assert all(body["top_k"] == 40 for body in fake.bodies())
    assert len(fake.bodies()) <= 2
