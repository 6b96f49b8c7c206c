"""The routes by which a person lists tools and calls them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from scripted_model import TOKENIZER, said

from engine import wire
from engine.calls import MAX_OUTPUT_TOKENS
from engine.server.app import Lab
from engine.server.worker import Worker
from engine.tool_protocol import ToolAnswer, ToolList
from tests.engine.server.conftest import Hanging


@pytest.fixture
async def http(worker: Worker) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Lab(worker).routes(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://engine") as client:
        yield client


async def test_the_list_of_tools(http: httpx.AsyncClient) -> None:
    listed = wire.decode(ToolList, (await http.get("/lab/tools")).json())
    assert [(tool.name, tool.trust, tool.tier) for tool in listed.tools] == [
        ("calc", "pure", ""), ("python", "jailed", "a jail"), ("search", "pure", ""),
    ]  # fmt: skip
    assert listed.tools[0].start == "<|calc_start|>"


@pytest.mark.parametrize(
    ("fields", "kind", "output"),
    [
        ({}, "ok", " 42"),
        ({"output": "<|output_end|> 43"}, "ok", " <|output_end|> 43"),
        ({"output": ""}, "ok", " (no output)"),
        ({"output": "\x1b[31mred\x1b[0m\r\nnot\u202e hidden\0 "}, "ok", " red\nnot hidden"),
        ({"output": "\x1b]0;title\x07"}, "ok", " (no output)"),
        ({"run": False}, "denied", " error: the user did not allow this call"),
    ],
)
async def test_a_call_by_a_person(
    http: httpx.AsyncClient, fields: dict[str, object], kind: str, output: str
) -> None:
    text = "6*7<|calc_end|>"
    response = await http.post(
        "/lab/tool", json={"model": "m", "tool": "calc", "text": text, **fields}
    )
    answer = wire.decode(ToolAnswer, response.json())
    assert answer.result.kind == kind
    assert list(answer.call_ids) == said(
        "<|calc_start|>", *TOKENIZER.encode(" " + text), "<|calc_end|>"
    )
    assert answer.call_tokens[0] == "<|calc_start|>"
    inner = TOKENIZER.encode(output)
    assert list(answer.output_ids) == said("<|output_start|>", *inner, "<|output_end|>")
    assert "".join(answer.output_tokens) == f"<|output_start|>{output}<|output_end|>"


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize(
    ("n_tokens", "cut"), [(MAX_OUTPUT_TOKENS, False), (MAX_OUTPUT_TOKENS + 1, True)]
)
async def test_an_output_beyond_what_the_model_reads_says_that_it_was_cut(
    http: httpx.AsyncClient, by_hand: bool, n_tokens: int, cut: bool
) -> None:
    output = "7" * (n_tokens - 1)  # each a token of its own, like the space before them
    assert len(TOKENIZER.encode(f" {output}")) == n_tokens
    wish = {"model": "m", "tool": "search", "text": output}
    if by_hand:
        wish["output"] = output
    answer = wire.decode(ToolAnswer, (await http.post("/lab/tool", json=wish)).json())
    assert answer.result.output == output
    assert answer.result.truncated is cut
    assert len(answer.output_ids) == MAX_OUTPUT_TOKENS + 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tool": "browser"}, "There is no tool 'browser'"),
        ({"text": "x" * 20_001}, "text has 20,001 characters"),
        ({"output": "x", "run": False}, "cannot be denied and"),
        ({"txt": 1}, "Unknown key 'txt'"),
    ],
)
async def test_calls_that_are_refused(
    http: httpx.AsyncClient, fields: dict[str, object], sentence: str
) -> None:
    response = await http.post(
        "/lab/tool", json={"model": "m", "tool": "calc", "text": "1", **fields}
    )
    assert response.status_code == 400
    assert sentence in response.json()["error"]["message"]


async def test_a_person_who_leaves_stops_the_call(worker: Worker, hanging: Hanging) -> None:
    left = asyncio.Event()
    body = wire.dumps({"model": "m", "tool": "python", "text": "hang"}).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, object]:
        if messages:
            return messages.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        del message

    scope = {
        "type": "http", "method": "POST", "path": "/lab/tool", "headers": [], "query_string": b"",
    }  # fmt: skip
    asking = asyncio.create_task(Lab(worker).routes()(scope, receive, send))  # type: ignore[arg-type]
    assert await asyncio.to_thread(hanging.begun.wait, 30)
    left.set()
    assert await asyncio.to_thread(hanging.left.wait, 30)
    await asyncio.wait_for(asking, 30)
