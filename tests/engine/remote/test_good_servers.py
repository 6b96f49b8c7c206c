from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest

from engine.events import TokenEvent
from engine.protocol import Finished, Started
from tests.engine.remote.asking import (
    CHAT,
    RAW,
    ask,
    chat,
    client_of,
    raw,
    text_of,
    tokens_of,
)
from tests.engine.remote.fake_server import (
    STREAM_HEAD,
    Asked,
    FakeServer,
    event,
    reply,
    said,
    scored,
    streams,
)


async def test_an_answer_with_probabilities(fake: FakeServer) -> None:
    first = scored("Mira", -0.1, (" Tova", -2.5), ("The", -4.0))
    second = scored(" Veklon", -1.5, (" Kasrin", -0.5))
    fake.handlers[CHAT] = streams(
        said("", role="assistant"),
        said("Mira", logprobs={"content": [first]}),
        said(" Veklon", logprobs={"content": [second]}),
        said("", finish="stop"),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    )
    events = await ask(fake, chat())
    started, one, two, finished = events
    assert started == Started(model="good", prompt_ids=(), prompt_tokens=(), max_seq_len=0)
    assert isinstance(one, TokenEvent)
    assert isinstance(two, TokenEvent)
    assert (one.text, one.logprob, one.rank, one.forced, one.span) == (
        "Mira", -0.1, 1, False, "text",
    )  # fmt: skip
    assert [(a.text, a.logprob) for a in one.alternatives] == [
        ("Mira", -0.1), (" Tova", -2.5), ("The", -4.0),
    ]  # fmt: skip
    assert two.rank == 2
    assert math.isnan(one.entropy)
    assert one.id < -1
    assert one.alternatives[0].id == one.id
    assert one.id not in {two.id, one.alternatives[1].id}
    assert isinstance(finished, Finished)
    assert (finished.reason, finished.n_tokens) == ("stop", 2)
    assert finished.ttft_s > 0
    (body,) = fake.bodies()
    assert body == {
        "model": "good",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 1.0,
        "top_p": 1.0,
        "seed": 7,
        "logprobs": True,
        "top_logprobs": 10,
    }


async def test_an_answer_without_probabilities(fake: FakeServer) -> None:
    fake.handlers[CHAT] = streams(said("Mira "), said("Veklon"), said("", finish="length"))
    events = await ask(fake, chat(n_alternatives=0))
    assert text_of(events) == "Mira Veklon"
    for token in tokens_of(events):
        assert math.isnan(token.logprob)
        assert (token.rank, token.alternatives) == (0, ())
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.reason, end.n_tokens) == ("length", 2)


async def test_a_raw_prompt_and_the_older_form_of_probabilities(fake: FakeServer) -> None:
    logprobs = {
        "tokens": [" upon", " a"],
        "token_logprobs": [-0.2, -0.3],
        "top_logprobs": [{" a": -3.0, " upon": -0.2}, {" a": -0.3}],
        "text_offset": [4, 9],
    }
    fake.handlers[RAW] = streams(
        {"choices": [{"index": 0, "text": " upon a", "logprobs": logprobs}]},
        {"choices": [{"index": 0, "text": "", "finish_reason": "length"}]},
    )
    events = await ask(fake, raw(stop=("\n",), top_k=40, min_p=0.1, repetition_penalty=1.1))
    started = events[0]
    assert isinstance(started, Started)
    assert started.prompt_tokens == ("Once",)
    assert len(started.prompt_ids) == 1
    assert [t.text for t in tokens_of(events)] == [" upon", " a"]
    assert [a.text for a in tokens_of(events)[0].alternatives] == [" upon", " a"]
    (body,) = fake.bodies()
    assert (body["prompt"], body["logprobs"], body["stop"]) == ("Once", 10, ["\n"])
    assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (40, 0.1, 1.1)
    assert "messages" not in body
    assert "seed" not in body


async def test_several_samples_come_back_in_any_order(fake: FakeServer) -> None:
    fake.handlers[CHAT] = streams(
        said("b0", index=1), said("a0"), said("b1", index=1, finish="stop"),
        said("a1", finish="length"), {"choices": [], "usage": {"completion_tokens": 40}},
    )  # fmt: skip
    events = await ask(fake, chat(n=2))
    assert [text_of(events, row) for row in (0, 1)] == ["a0a1", "b0b1"]
    ends = [e for e in events if isinstance(e, Finished)]
    assert [(e.row, e.reason, e.n_tokens) for e in ends] == [(0, "length", 2), (1, "stop", 2)]


async def test_a_server_that_ignores_n_is_asked_for_each_sample(fake: FakeServer) -> None:
    async def one(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await streams(said(f"seed {asked.body['seed']}", finish="stop"))(asked, writer)

    fake.handlers[CHAT] = one
    events = await ask(fake, chat(n=3))
    assert [text_of(events, row) for row in range(3)] == ["seed 7", "seed 8", "seed 9"]
    assert [b.get("n") for b in fake.bodies()] == [3, None, None]
    assert [e.row for e in events if isinstance(e, Finished)] == [0, 1, 2]


async def test_half_characters_and_held_back_text_are_never_lost(fake: FakeServer) -> None:
    halves = [
        {"token": "\\xf0\\x9f", "bytes": [0xF0, 0x9F], "logprob": -1, "top_logprobs": []},
        {"token": "\\x99\\x82", "bytes": [0x99, 0x82], "logprob": -1, "top_logprobs": []},
    ]
    fake.handlers[CHAT] = streams(
        said("", logprobs={"content": halves[:1]}),
        said("🙂", logprobs={"content": halves[1:]}),
        said(" ok", logprobs={"content": [scored(" o", -1), scored("k", -1)]}, finish="stop"),
    )
    events = await ask(fake, chat())
    assert [t.text for t in tokens_of(events)] == ["", "🙂", " o", "k"]


async def test_thinking_that_was_split_off_is_put_back(fake: FakeServer) -> None:
    def thought(text: str, answer: str | None = None) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": {"reasoning_content": text, "content": answer}}]}

    end = said(".", finish="stop")
    fake.handlers[CHAT] = streams(thought("Hm"), thought("m."), said("Dunbury"), end)
    assert text_of(await ask(fake, chat())) == "<think>Hmm.</think>Dunbury."
    fake.handlers[CHAT] = streams(thought("Hm"), thought("m.", "Dun"), said("bury"), end)
    assert text_of(await ask(fake, chat())) == "<think>Hmm.</think>Dunbury."


async def test_a_server_that_does_not_stream(fake: FakeServer) -> None:
    async def whole(asked: Asked, writer: asyncio.StreamWriter) -> None:
        message = {"role": "assistant", "content": "All at once."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        writer.write(reply({"choices": [choice], "usage": {"completion_tokens": 4}}))

    fake.handlers[CHAT] = whole
    events = await ask(fake, chat())
    assert text_of(events) == "All at once."
    assert isinstance(events[-1], Finished)
    assert events[-1].n_tokens == 4


@pytest.mark.parametrize("ending", ["\n\n", "\r\n\r\n"])
async def test_any_line_ending_comments_and_any_cut_of_the_bytes(
    fake: FakeServer, ending: str
) -> None:
    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        lines = [": ping", "event: message\nid: 3\ndata:" + json.dumps(said("é🙂"))]
        lines += ["data: " + json.dumps(said("!", finish="stop")), "data: [DONE]"]
        data = (ending.join(lines) + ending).replace("\n", ending[: len(ending) // 2])
        data = data.replace("\r\r", "\r")
        writer.write(STREAM_HEAD)
        for byte in data.encode():
            writer.write(bytes([byte]))
            await writer.drain()

    fake.handlers[CHAT] = trickle
    assert text_of(await ask(fake, chat())) == "é🙂!"


async def test_the_key_is_sent_and_only_as_a_header(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOX_KEY", "sk-secret")
    fake.handlers[CHAT] = streams(said("x", finish="stop"))
    await ask(fake, chat(), key_env="BOX_KEY")
    client = client_of(fake)
    await client.models()
    await client.close()
    assert [a.headers.get("authorization") for a in fake.asked] == ["Bearer sk-secret", None]
    assert "sk-secret" not in json.dumps(fake.bodies())


async def test_no_proxy_stands_between_us_and_this_machine(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fake.handlers[CHAT] = streams(said("x", finish="stop"))
    assert text_of(await ask(fake, chat())) == "x"


async def test_closing_the_stream_closes_the_connection(fake: FakeServer) -> None:
    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD)
        while True:
            writer.write(event(said("word ")))
            await writer.drain()
            await asyncio.sleep(0.001)

    fake.handlers[CHAT] = endless
    client = client_of(fake)
    stream = client.generate(chat())
    for _ in range(5):
        await anext(stream)
    await stream.aclose()
    async with asyncio.timeout(5):
        while not fake.dropped:
            await asyncio.sleep(0.01)
    await client.close()


@pytest.mark.parametrize(
    ("tokens", "text", "pieces"),
    [
        ((" Mira", " Veklon", "."), "Mira Veklon.", ["Mira", " Veklon", "."]),
        (("  ", " a", " b"), "a b", ["", "a", " b"]),
        (("a", " b", " stop"), "a b", ["a", " b", ""]),
        ((" a", "\ufffd", "\ufffd"), " a\u20ac", ["", "", " a\u20ac"]),
        (("a", "b"), "", ["", ""]),
    ],
)
async def test_text_that_is_not_quite_its_tokens(
    fake: FakeServer, tokens: tuple[str, ...], text: str, pieces: list[str]
) -> None:
    content = [scored(token, -0.5, ("other", -2.0)) for token in tokens]
    fake.handlers[CHAT] = streams(
        said(text, logprobs={"content": content}), said("", finish="stop")
    )
    events = await ask(fake, chat())
    assert [token.text for token in tokens_of(events)] == pieces
    assert all(token.rank == 1 for token in tokens_of(events))


async def test_an_answer_in_one_burst_tells_no_pace(fake: FakeServer) -> None:
    fake.handlers[CHAT] = streams(*map(said, "abcdefgh"), said("", finish="stop"))
    end = (await ask(fake, chat()))[-1]
    assert isinstance(end, Finished)
    assert (end.n_tokens, end.tokens_per_s) == (8, 0.0)
