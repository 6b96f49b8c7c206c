"""Whatever a body holds, the answer is a result or a sentence: never a 500, never silence.

2,000 bodies; ``LLMLAB_FUZZ_CASES`` asks for another number.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fake_engine import FIRST_NUMBER, FakeBackend
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.server.app import Lab
from engine.server.worker import Worker

N_CASES = int(os.environ.get("LLMLAB_FUZZ_CASES", "2000"))
A_BATCH = 20
NOBODYS_FAULT = (200, 400, 404, 413)

NASTY: list[Any] = [
    None, True, False, 0, 1, -1, 2, 0.0, -0.0, 0.5, 1e-320, 1e308, -1e308, 2**31, 2**63 - 1, 2**63,
    -(2**63), 10**40, "", " ", "x", "\x00", "\ud800", "\U0001f642", "<|bos|>", "NaN", "x" * 5000,
    [], [[]], [[[]]], {}, [None], [0], [-1], [FIRST_NUMBER], [2**40], ["a"], ["a", 1], [1, "a"],
    [[1], [2]], [""] * 70, ["s"] * 17, {"role": "user"}, {"": ""},
    [{"role": "user", "content": "x"}], [{"role": "tool", "content": None}],
    [{"role": "user", "content": [{"type": "text", "text": "x"}]}],
    [{"role": "user", "content": [{"type": "image_url"}]}], {"include_usage": True},
    {"include_usage": 5}, "interactive", "bulk", "count", "nope", "../..", "/etc", "count@int8",
    "a@b", "user", "system",
]  # fmt: skip
FIELDS = [
    "model", "prompt", "messages", "prompt_ids", "continue_ids", "params", "n", "echo", "priority",
    "speculate", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "min_p",
    "repetition_penalty", "seed", "stop", "stream", "stream_options", "logprobs", "top_logprobs",
    "suffix", "best_of", "logit_bias", "user", "tools", "response_format", "presence_penalty",
    "frequency_penalty", "n_alternatives", "metadata", "store", "role", "content",
]  # fmt: skip
PLAUSIBLE: dict[str, list[Any]] = {
    "n": [1, 2, 3], "stream": [True], "logprobs": [0, 2, True], "top_logprobs": [0, 3],
    "echo": [True], "max_tokens": [0, 1, 9], "stop": ["1 ", ["x", "2 "]], "temperature": [0, 2],
    "seed": [1, -1], "stream_options": [{"include_usage": True}, {}], "user": ["me"],
    "priority": ["bulk"], "speculate": [0, 4], "top_k": [0, 5], "top_p": [0.0, 0.5],
    "prompt": ["x", ["a", "b"], [97, 98], [[97], [98]], ""], "tools": [[]],
    "model": ["count", "other", "nope", "damaged"], "best_of": [1, 2],
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "/v1/completions": {"model": "count", "prompt": "hi", "max_tokens": 3},
    "/v1/chat/completions": {
        "model": "count", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 3,
    },
    "/lab/generate": {"model": "count", "prompt": "hi", "params": {"max_tokens": 3}},
}  # fmt: skip

json_values = st.recursive(
    st.sampled_from(NASTY) | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3)
    ),
    max_leaves=6,
)
fields = st.sampled_from(FIELDS) | st.text(max_size=6)
plausible = st.sampled_from([*sorted(PLAUSIBLE), *["stream"] * 6]).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(PLAUSIBLE[name]))
)
changes = st.dictionaries(fields, st.sampled_from(NASTY) | json_values, max_size=4)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, bytes]:
    """A route and a body: a good one with some fields changed, any JSON, or any bytes."""
    route = draw(st.sampled_from(list(GOOD)))
    kind = draw(st.sampled_from([*["plausible", "changed"] * 5, "json", "bytes", "nested", "cut"]))
    if kind == "bytes":
        return route, draw(st.binary(max_size=40))
    if kind == "json":
        return route, json.dumps(draw(json_values)).encode()
    if kind == "nested":
        return route, draw(st.sampled_from([b"[", b'{"a":'])) * draw(st.integers(1, 30_000))
    if kind == "plausible":
        body = GOOD[route] | dict(draw(st.lists(plausible, max_size=4)))
        return route, json.dumps(body).encode()
    body = GOOD[route] | draw(changes)
    if route == "/lab/generate" and draw(st.booleans()):
        body["params"] = {"max_tokens": 3} | draw(changes)
    for name in draw(st.sets(st.sampled_from(sorted(GOOD[route])), max_size=1)):
        body.pop(name, None)
    content = json.dumps(body).encode()
    return route, content[: len(content) // 2] if kind == "cut" else content


@pytest.fixture(scope="module")
def post() -> Iterator[Any]:
    """Sends bodies side by side, in this process."""
    worker = Worker(lambda: FakeBackend(full_at=8))
    worker.start()
    with asyncio.Runner() as runner:
        transport = httpx.ASGITransport(Lab(worker).routes())
        client = httpx.AsyncClient(transport=transport, base_url="http://engine")

        async def all_of(batch: list[tuple[str, bytes]]) -> list[httpx.Response]:
            async with asyncio.timeout(30):
                return await asyncio.gather(
                    *(client.post(route, content=content) for route, content in batch)
                )

        yield lambda batch: runner.run(all_of(batch))
        runner.run(client.aclose())
    assert worker.active_requests == 0
    worker.stop(30)


@settings(
    max_examples=max(1, N_CASES // A_BATCH),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(batch=st.lists(cases(), min_size=A_BATCH, max_size=A_BATCH))
def test_no_body_breaks_it(post: Any, batch: list[tuple[str, bytes]]) -> None:
    for (route, content), response in zip(batch, post(batch), strict=True):
        assert response.status_code in NOBODYS_FAULT, (route, content, response.text)
        check(route, response)


def check(route: str, response: httpx.Response) -> None:
    """An answer of its route's own form."""
    if response.status_code != 200:
        error = response.json()["error"]
        assert error["message"].strip()
        assert len(error["message"]) < 600
        assert ("code" in error) == route.startswith("/v1/")
    elif response.headers["content-type"].startswith("text/event-stream"):
        blocks = response.text.strip().split("\n\n")
        assert all(block.startswith("data: ") for block in blocks if not block.startswith(":"))
        last = blocks[-1].removeprefix("data: ")
        assert last == "[DONE]" or "error" in json.loads(last) or route == "/lab/generate"
        assert "a fault of its own" not in last
    else:
        assert {"id", "object", "choices", "usage"} <= response.json().keys()
