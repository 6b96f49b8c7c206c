"""``llmlab web``: who may open it, and that what is opened is the app."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.cli import main

aiohttp = pytest.importorskip("aiohttp", reason="the extra `web` is not installed")
pytest.importorskip("textual_serve", reason="the extra `web` is not installed")

FRAME_S = 60.0
"""Only failures wait for so long."""


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--host", "0.0.0.0"], "Other machines can connect to 0.0.0.0"),
        (["--host", "::"], "--open-to-network"),
        (["--host", "nowhere.invalid"], "stands for no address"),
        (["--port", "70000"], "no port"),
        (["--host", "192.0.2.1", "--open-to-network"], "no address of this machine"),
    ],
)
def test_mistakes_are_a_sentence(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["web", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["web"]) == 2
    assert "pip install 'llmlab[web]'" in capsys.readouterr().err


@contextlib.contextmanager
def served(home: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "web", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "LLMLAB_HOME": str(home)},
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.communicate(timeout=30)


async def test_the_token_opens_the_app_and_nothing_else_does(tmp_path: Path) -> None:
    with served(tmp_path) as opened:
        page, _, token = opened.partition("?token=")
        socket = f"{page}ws?width=80&height=24"
        jar = aiohttp.CookieJar(unsafe=True)  # For an address that is a number.
        async with aiohttp.ClientSession() as stranger:
            for url in (page, f"{page}?token={token[:-1]}x", f"{page}static/js/textual.js"):
                async with stranger.get(url) as answer:
                    assert answer.status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await stranger.ws_connect(f"{socket}&token={token}")
        async with aiohttp.ClientSession(cookie_jar=jar) as person:
            async with person.get(opened) as answer:
                assert answer.status == 200
                hosts = re.findall(r"\b(?:https?|wss?)://([^/\"]+)", await answer.text())
                assert set(hosts) == {page.split("/")[2]}  # A lab asks nothing of other hosts.
                assert str(answer.url) == page
                assert token not in await answer.text()
            for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await person.ws_connect(socket, origin=origin)
            async with person.ws_connect(socket, origin=page.rstrip("/")) as connection:
                seen = b""
                async with asyncio.timeout(FRAME_S):
                    while b"Pipeline" not in seen or b"prompt" not in seen:
                        message = await connection.receive()
                        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)
                        if message.type == aiohttp.WSMsgType.BINARY:
                            seen += message.data
