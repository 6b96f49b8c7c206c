from collections.abc import Sequence
from typing import AnyStr

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from engine.server.gate import Gate

APP = Starlette(routes=[Route("/v1/models", lambda _: PlainTextResponse("behind the gate"))])


async def ask(
    token: str | None, headers: Sequence[tuple[AnyStr, AnyStr]], path: str = "/v1/models"
) -> httpx.Response:
    transport = httpx.ASGITransport(Gate(APP, token=token, host="lab.local"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080", "lab.local"],
)
async def test_without_a_token_this_machine_may(host: str) -> None:
    assert (await ask(None, [("host", host)])).text == "behind the gate"


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "evil.example")],
        [("host", "evil.example:8080")],
        [("host", "127.0.0.1.evil.example")],
        [("host", "localhost.evil.example")],
        [("host", "evil.example@localhost")],
        [("host", "[::2]")],
        [("host", "")],
        [("origin", "http://evil.example")],
        [("origin", "null")],
        [("origin", "http://localhost:3000")],
    ],
)
async def test_without_a_token_no_web_page_may(headers: list[tuple[str, str]]) -> None:
    response = await ask(None, headers)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "foreign_page"
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_token_opens_under_any_name(scheme: str) -> None:
    headers = [("authorization", f"{scheme} secret"), ("host", "gpu.example"), ("origin", "x")]
    assert (await ask("secret", headers)).text == "behind the gate"


@pytest.mark.parametrize(
    "shown",
    [None, "", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer Secret",
     "Basic secret", "Bearer secret secret", "Bearer s\xe9cret"],
)  # fmt: skip
async def test_anything_else_does_not(shown: str | None) -> None:
    headers = [] if shown is None else [(b"authorization", shown.encode("latin-1"))]
    response = await ask("secret", headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["error"]["code"] == "invalid_api_key"
    assert "secret" not in response.text


async def test_the_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(a: bytes, b: bytes) -> bool:
        compared.append((a, b))
        return a == b

    monkeypatch.setattr("engine.server.gate.hmac.compare_digest", compare)
    await ask("secret", [("authorization", "Bearer guess")])
    assert compared == [(b"guess", b"secret")]


async def test_a_refusal_speaks_the_routes_own_language() -> None:
    lab = (await ask("secret", [], "/lab/health")).json()["error"]
    assert lab.keys() == {"type", "message"}
    assert lab["type"] == "AccessError"
