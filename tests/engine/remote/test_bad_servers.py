from __future__ import annotations

import asyncio
import json
import math
import ssl
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RemoteError, RequestError
from engine.protocol import GenerateRequest, Message
from engine.remote import rows as rows_module
from engine.remote.chunks import read_chunk
from engine.remote.client import RemoteClient
from engine.remote.rows import Rows
from engine.remote.servers import Server
from tests.engine.remote.asking import (
    CHAT,
    ask,
    chat,
    client_of,
    refusal,
    text_of,
    tokens_of,
)
from tests.engine.remote.fake_server import (
    STREAM_HEAD,
    Asked,
    FakeServer,
    Handler,
    answers,
    event,
    junk,
    said,
    scored,
    silent,
    streams,
)


async def hang_up(asked: Asked, writer: asyncio.StreamWriter) -> None:
    return


async def stalls(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM_HEAD + event(said("So far ")))
    await writer.drain()
    await asyncio.sleep(30)


async def cut(asked: Asked, writer: asyncio.StreamWriter) -> None:
    head = STREAM_HEAD.replace(b"connection: close", b"transfer-encoding: chunked")
    writer.write(head + b"40\r\n" + event(said("So"))[:20])


async def one_long_line(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM_HEAD)
    for _ in range(300):
        writer.write(b"data: " + b"x" * 10_000)
        await writer.drain()


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (junk, "OpenAI-compatible"),
        (hang_up, "cannot be talked to"),
        (silent, "has said nothing for"),
        (stalls, "has said nothing for"),
        (cut, "broke off"),
        (one_long_line, "no stream of tokens"),
        (streams(said("So"), done=False), "ended its stream in the middle"),
        (streams(), "without an answer"),
        (streams(said("x", index=5, finish="stop")), "without an answer"),
        (streams("not json"), "no piece of an answer ('not json')"),
        (streams("[]"), "no piece of an answer"),
        (streams('{"choices": NaN}'), "no piece of an answer"),
        (streams("[" * 100_000), "no piece of an answer"),
        (streams(said("So"), {"error": {"message": "out of\nmemory\x1b[31m"}}), "out of memory"),
        (streams({"error": "boom"}), "boom"),
        (streams({"error": {}}), "does not say why"),
        (answers(200, b"<html>hi</html>"), "without an answer"),
        (answers(401), "wants a key (status 401)"),
        (answers(403, {"error": {"message": "No."}}), "wants a key (status 403): No."),
        (answers(404, {"error": {"message": "no model 'good'"}}), "no model 'good'"),
        (answers(429, {"error": {"message": "quota"}}), "Wait a little"),
        (answers(400, {"detail": "This model has no chat template"}), "no chat template"),
        (answers(500, b"<html><body>Oops" + b"x" * 9000), "status 500"),
        (answers(503, b"\x1b]0;title\x07 loading"), "loading"),
        (answers(302, location="http://evil.example/"), "http://evil.example/"),
        (answers(400, {"error": {"message": "\ud800" + "y" * 10**5}}), "status 400"),
    ],
)  # fmt: skip
async def test_a_bad_server_is_a_sentence(fake: FakeServer, handler: Handler, says: str) -> None:
    fake.handlers[CHAT] = handler
    async with asyncio.timeout(10):
        assert says in await refusal(fake, chat(), silence_s=0.3)


async def test_what_came_before_the_failure_is_kept(fake: FakeServer) -> None:
    fake.handlers[CHAT] = stalls
    client = client_of(fake, silence_s=0.2)
    stream = client.generate(chat())
    came = [await anext(stream), await anext(stream)]
    with pytest.raises(RemoteError):
        await anext(stream)
    assert text_of(came) == "So far "
    await client.close()


NOISE: list[Any] = [
    {}, {"choices": None}, {"choices": {}}, {"choices": [None, 3, "x", []]}, {"choices": [{}]},
    {"choices": [{"index": "0", "delta": 5}]}, {"choices": [{"index": 10**30, "text": "no"}]},
    {"choices": [{"index": -1, "text": "no"}]}, {"choices": [{"delta": {"content": ["no"]}}]},
    said("a", logprobs={"content": [None, {}, {"token": 3, "logprob": "x"}]}),
    said("b", logprobs={"content": [{"token": "b", "logprob": 1e999}]}),
    said("c", logprobs={"content": [{"token": "c", "logprob": 5, "top_logprobs": {"x": 1}}]}),
    said("d", logprobs={"content": [{"token": "d", "bytes": [300, "x"], "logprob": -1}]}),
    said("e", logprobs={"tokens": ["e"], "token_logprobs": [None], "top_logprobs": [3]}),
    said("f", logprobs={"content": [{"token": "f", "logprob": -(10**400)}]}),
    said("g\ud83d", logprobs=[1]), said("", usage=3), {"choices": [], "usage": []},
    {"choices": [], "usage": {"completion_tokens": -5}},
    {"choices": [], "usage": {"completion_tokens": 1e300}}, {"error": None},
]  # fmt: skip


async def test_odd_fields_are_as_good_as_absent(fake: FakeServer) -> None:
    texts = [json.dumps(item).replace("Infinity", "1e999") for item in NOISE]
    fake.handlers[CHAT] = streams(*texts, said("", finish="stop"))
    events = await ask(fake, chat())
    assert text_of(events) == "abcdefg\ufffd"
    for token in tokens_of(events):
        token.text.encode()
        assert token.logprob <= 0 or math.isnan(token.logprob)
        assert math.isfinite(math.exp(token.logprob)) or math.isnan(token.logprob)
    assert events[-1].n_tokens == 7  # type: ignore[union-attr]


async def test_a_server_that_never_stops_is_stopped(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MAX_CHARACTERS", 50_000)

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD)
        while True:
            writer.write(event(said("word " * 1000)))
            await writer.drain()

    fake.handlers[CHAT] = endless
    async with asyncio.timeout(10):
        assert "did not stop" in await refusal(fake, chat())


async def test_alternatives_take_room_as_well(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MAX_CHARACTERS", 50_000)
    others = [(f"{number}" + "y" * 900, -2.0) for number in range(20)]
    chunk = said("x", logprobs={"content": [scored("x", -1.0, *others)]})
    fake.handlers[CHAT] = streams(*[chunk] * 10, said("", finish="stop"))
    assert "did not stop" in await refusal(fake, chat())


async def test_tls_that_breaks_in_the_middle_is_a_sentence(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def damaged(chunks: object) -> AsyncIterator[bytes]:
        yield json.dumps(said("So")).encode()
        raise ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] bad record mac")

    monkeypatch.setattr("engine.remote.link.event_data", damaged)
    fake.handlers[CHAT] = streams(said("So"))
    assert "broke off in the middle" in await refusal(fake, chat())


@pytest.mark.parametrize(
    ("variable", "value"), [("SSL_CERT_FILE", "/nope.pem"), ("HTTP_PROXY", "gopher://box:1")]
)
async def test_an_environment_that_cannot_be_used_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    client = RemoteClient(Server(name="box", url="https://box.invalid/v1"))
    with pytest.raises(RemoteError, match=f"Mend or unset.* {variable}"):
        await client.models()


async def test_closing_while_a_key_is_being_read_disturbs_nobody(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, read = threading.Event(), threading.Event()

    def slowly(server: Server) -> str:
        reading.set()
        assert read.wait(5)
        return "key"

    client = client_of(fake)
    assert await client.models()
    monkeypatch.setattr(Server, "read_key", slowly)
    asking = asyncio.create_task(client.models())
    await asyncio.to_thread(reading.wait, 5)
    await client.close()
    read.set()
    assert [model.id for model in await asking] == ["good"]
    await client.close()


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "x", "continue_ids": (1,)},
        {"prompt_ids": (1,)},
        {"messages": (Message(role="assistant", content="", ids=(1,)),)},
        {"messages": (Message(role="user", content="x"),), "tools": ("calc",)},
    ],
)
async def test_neither_ids_nor_the_labs_tools_can_be_given(
    fake: FakeServer, fields: dict[str, Any]
) -> None:
    request = GenerateRequest(model="good", **fields)
    with pytest.raises(RequestError, match="own engine"):
        await ask(fake, request)
    assert fake.asked == []


async def test_a_key_that_a_server_repeats_is_not_shown(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOX_KEY", "sk-secret")
    words = "Incorrect API key provided: sk-secret. Sorry"
    fake.handlers[CHAT] = answers(401, {"error": {"message": words}})
    sentence = await refusal(fake, chat(), key_env="BOX_KEY")
    assert "sk-secret" not in sentence
    assert "does not accept the key in $BOX_KEY" in sentence
    for piece in ({"error": {"message": words}}, "junk sk-secret"):
        fake.handlers[CHAT] = streams(said("So"), piece)
        sentence = await refusal(fake, chat(), key_env="BOX_KEY")
        assert "sk-secret" not in sentence
        assert "(the key)" in sentence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "index", "delta", "message", "content", "text", "logprobs", "tokens",
                 "token_logprobs", "top_logprobs", "token", "logprob", "bytes", "finish_reason",
                 "usage", "completion_tokens", "reasoning", "error"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_no_piece_of_json_is_more_than_a_sentence(value: Any) -> None:
    for body in (value, {"choices": [value]}, {"choices": [{"delta": value, "logprobs": value}]}):
        rows = Rows("box")
        try:
            chunk = read_chunk(json.dumps(body).encode(), "box")
            tokens = [t for choice in chunk.choices for t in rows.take(choice, 0)]
        except RemoteError as error:
            sentence, tokens = str(error), []
        else:
            sentence = ""
        assert sentence.isprintable()
        for token in tokens:
            token.text.encode()
            assert math.isnan(token.logprob) or math.exp(token.logprob) <= 1
