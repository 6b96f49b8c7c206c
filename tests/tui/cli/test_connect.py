"""``llmlab connect`` against a server on the loopback."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from engine.remote.servers import read_servers, servers_file
from tests.engine.remote.fake_server import Asked, FakeServer, reply, serving_in_a_thread
from tests.tui.cli.conftest import Run


@pytest.fixture
def run(run: Run) -> Run:
    return partial(run, "connect")


@pytest.fixture
def box() -> Iterator[FakeServer]:
    with serving_in_a_thread(FakeServer(models=("llama", "\x1b[31mqwen"))) as fake:
        yield fake


async def wants_a_key(asked: Asked, writer: asyncio.StreamWriter) -> None:
    if asked.headers.get("authorization") == "Bearer sk-secret":
        writer.write(reply({"data": [{"id": "gpt"}]}))
    else:
        writer.write(reply({"error": {"message": "no key, or not the right one"}}, 401))


def test_a_server_is_connected_listed_and_removed(run: Run, box: FakeServer) -> None:
    url = f"http://127.0.0.1:{box.port}"
    code, out, err = run(url, "--name", "box")
    assert (code, out) == (0, "llama\n\\x1b[31mqwen\n")
    assert "box is connected" in err
    assert "2 models" in err
    assert stat.S_IMODE(servers_file().stat().st_mode) == 0o600
    assert run("--list", "--json") == (
        0,
        json.dumps({"name": "box", "url": f"{url}/v1", "key": "no key"}) + "\n",
        "",
    )
    assert url in run("--list")[1]
    assert run(f"{url}/v1/", "--json")[1].startswith(f'{{"name": "local-{box.port}"')
    assert [server.name for server in read_servers()] == [f"local-{box.port}"]
    assert run("--remove", f"local-{box.port}")[0] == 0
    assert run("--list")[1] == ""


@pytest.mark.parametrize("source", ["env", "file"])
def test_a_key_is_used_and_never_shown_or_stored(
    run: Run, box: FakeServer, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    box.handlers["/v1/models"] = wants_a_key
    code, _, err = run(box.url)
    assert code == 2
    assert "wants a key (status 401): no key, or not the right one. Connect it again" in err
    assert read_servers() == ()
    monkeypatch.setenv("BOX_KEY", "sk-wrong")
    assert "does not accept the key in $BOX_KEY" in run(box.url, "--key-env", "BOX_KEY")[2]
    monkeypatch.setenv("BOX_KEY", "sk-secret")
    (tmp_path / "key").write_text("sk-secret\n")
    given = ("--key-env", "BOX_KEY") if source == "env" else ("--key-file", tmp_path / "key")
    code, out, err = run(box.url, *given)
    listed = run("--list")[1]
    assert (code, out) == (0, "gpt\n")
    assert ("$BOX_KEY" if source == "env" else str(tmp_path)) in listed
    assert "sk-secret" not in err + listed + servers_file().read_text()


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ([], "Say one of"),
        (["http://x", "--list"], "Say one of"),
        (["--list", "--remove", "x"], "Say one of"),
        (["--remove", "x"], "no server 'x'"),
        (["localhost:8000"], "not an http"),
        (["http://u:hunter2@x"], "password"),
        (["http://127.0.0.1:9", "--name", "a b"], "cannot name a server"),
        (["http://127.0.0.1:9", "--key-env", "sk-secret"], "not the name of an environment"),
        (["http://127.0.0.1:9", "--key-env", "NO_SUCH_KEY"], "export NO_SUCH_KEY"),
        (["http://127.0.0.1:9", "--key-file", "/nope"], "/nope"),
        (["http://127.0.0.1:9", "--key-file", "/nope", "--key-env", "A"], "one of them"),
        (["http://127.0.0.1:9"], "nobody listens there"),
    ],
)
def test_mistakes_are_a_sentence(run: Run, argv: list[str], sentence: str) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "sk-secret" not in err
    assert "hunter2" not in err
    assert read_servers() == ()


def test_a_key_over_plain_http_is_warned_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_KEY", "sk-secret")
    assert "unencrypted" in run("http://no-such-machine.invalid", "--key-env", "BOX_KEY")[2]
