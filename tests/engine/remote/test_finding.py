"""Is there a server, where, and what does it have?"""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.errors import RemoteError
from engine.remote.client import find_base
from engine.remote.servers import Server
from tests.engine.remote.asking import (
    client_of,
)
from tests.engine.remote.fake_server import (
    FakeServer,
    Handler,
    answers,
    junk,
    serving,
    silent,
)


async def look(url: str, **values: Any) -> tuple[str, list[str]]:
    server, models = await find_base(Server(**{"name": "box", "url": url, **values}))
    return server.url, [model.id for model in models]


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/", "/v1/models", "/v1/chat/completions"])
async def test_found_with_or_without_v1(fake: FakeServer, suffix: str) -> None:
    assert await look(f"http://127.0.0.1:{fake.port}{suffix}") == (fake.url, ["good"])


async def test_found_where_there_is_no_v1(fake: FakeServer) -> None:
    fake.handlers["/v1/models"] = answers(404, b"<html>")
    fake.handlers["/openai/models"] = answers(200, {"data": [{"id": "gem"}]})
    base = f"http://127.0.0.1:{fake.port}/openai"
    assert await look(base) == (base, ["gem"])


async def test_where_nobody_answers_nothing_else_is_tried(fake: FakeServer) -> None:
    fake.handlers = {"/v1/models": junk, "/models": junk}
    with pytest.raises(RemoteError, match="cannot be talked to"):
        await look(f"http://127.0.0.1:{fake.port}")
    assert [asked.path for asked in fake.asked] == ["/v1/models"]


async def test_sizes_are_taken_where_they_are_given(fake: FakeServer) -> None:
    fake.handlers["/v1/models"] = answers(
        200,
        {"data": [
            {"id": "vllm", "max_model_len": 4096},
            {"id": "llama", "meta": {"n_params": 135_000_000, "n_ctx_train": 2048}},
            {"id": "odd", "max_model_len": "x", "meta": [1]},
            {"id": "lab", "n_params": 7, "chats": False}, {"id": "vllm", "chats": "yes"},
            {"id": 3}, {"id": ""}, {"id": "\ud800"}, {"id": "x" * 400}, None,
        ]},
    )  # fmt: skip
    client = client_of(fake)
    found = [(m.id, m.n_params, m.max_seq_len, m.chats) for m in await client.models()]
    await client.close()
    assert found == [
        ("vllm", None, 0, None), ("llama", 135_000_000, 2048, None), ("odd", None, 0, None),
        ("lab", 7, 0, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (answers(401, {"error": {"message": "who are you?"}}), "wants a key"),
        (answers(200, b"<html>hello</html>"), "no OpenAI-compatible server"),
        (answers(200, {"models": []}), "no OpenAI-compatible server"),
        (answers(200, b"[" * 10**6), "no OpenAI-compatible server"),
        (answers(404), "status 404"),
        (answers(200, b"x" * 9_000_000), "bytes where a short answer was due"),
        (junk, "cannot be talked to"),
    ],
)
async def test_what_is_no_such_server_is_said(
    fake: FakeServer, handler: Handler, says: str
) -> None:
    fake.handlers["/v1/models"] = handler
    with pytest.raises(RemoteError) as caught:
        await look(fake.url)
    assert says in str(caught.value)


async def test_a_machine_that_is_not_there() -> None:
    async with serving(FakeServer()) as gone:
        pass
    with pytest.raises(RemoteError, match="nobody listens there"):
        await look(gone.url)
    with pytest.raises(RemoteError, match="Check the URL"):
        await look("http://no-such-machine.invalid/v1")
    for odd in ("http://a..b/v1", f"http://{'a' * 300}/v1"):
        with pytest.raises(RemoteError):
            await look(odd)


async def test_a_silent_server_is_given_up(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.remote.link.LIST_TIMEOUT_S", 0.2)
    fake.handlers["/v1/models"] = silent
    with pytest.raises(RemoteError, match="has said nothing"):
        await look(fake.url)


async def test_tls_that_fails_is_said(fake: FakeServer) -> None:
    with pytest.raises(RemoteError, match="write http://"):
        await look(fake.url.replace("http:", "https:"))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    certificate, key = str(tmp_path / "c.pem"), str(tmp_path / "k.pem")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=box".split()
    subprocess.run([*make, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with serving(FakeServer(), ssl=context) as fake:
        with pytest.raises(RemoteError, match="certificate is not accepted"):
            await look(fake.url.replace("http:", "https:"))
