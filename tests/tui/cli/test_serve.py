"""``llmlab serve`` as a user runs it."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tui.cli import main

TOKEN = "a-token-of-some-length"


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMLAB_TOKEN", raising=False)


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--host", "0.0.0.0"], "needs a token"),
        (["--host", "0.0.0.0", "--token", "short"], "needs a longer token"),
        (["--host", "nowhere.invalid"], "stands for no address"),
        (["--port", "70000"], "no port"),
        (["--token", "two words"], "visible ASCII"),
        (["--token-file", "/nope/token"], "/nope/token cannot be read"),
        (["--port", "abc"], "no whole number"),
    ],
)
def test_mistakes_are_a_sentence(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["serve", *argv])
    except SystemExit as error:  # argparse
        code = int(error.code or 0)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_an_empty_token_in_the_environment_is_no_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLMLAB_TOKEN", "")
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "token" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_a_token_file_that_holds_none(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    assert main(["serve", "--token-file", str(path)]) == 2
    assert "token" in capsys.readouterr().err


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"Port {port} of 127.0.0.1 is in use" in capsys.readouterr().err


def test_serving_until_ctrl_c(tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    token_file.write_text(TOKEN + "\n")
    token_file.chmod(0o644)
    argv = ["serve", "--port", "0", "--json", "--token-file", str(token_file)]
    process = subprocess.Popen(
        [sys.executable, "-c", f"from tui.cli import main; raise SystemExit(main({argv!r}))"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["token"] is True
        with httpx.Client(headers={"authorization": f"Bearer {TOKEN}"}) as client:
            assert client.get(f"{ready['url']}/models").json()["data"][0]["id"] == "nano/base"
            health = client.get(ready["url"].removesuffix("/v1") + "/lab/health").json()
            assert health["pid"] == process.pid
        assert httpx.get(f"{ready['url']}/models").status_code == 401
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert out == ""
    assert "other users can read" in err
    assert err.endswith("Stopped.\n")
    assert "Traceback" not in err
    assert TOKEN not in err
