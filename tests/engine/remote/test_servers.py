from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from engine.errors import LabError, RemoteError
from engine.remote.address import candidates, default_name, is_loopback
from engine.remote.servers import (
    Server,
    find_model,
    find_server,
    forget,
    read_servers,
    remember,
    servers_file,
)


@pytest.mark.parametrize(
    ("typed", "bases"),
    [
        ("http://localhost:11434", ("http://localhost:11434/v1", "http://localhost:11434")),
        (" http://localhost:11434/ ", ("http://localhost:11434/v1", "http://localhost:11434")),
        ("http://h/v1", ("http://h/v1",)),
        ("http://h/v1/", ("http://h/v1",)),
        ("https://h/v1/chat/completions", ("https://h/v1",)),
        ("https://h/api/v1/models", ("https://h/api/v1",)),
        ("https://h/v1beta", ("https://h/v1beta",)),
        ("https://h/v1beta/openai", ("https://h/v1beta/openai/v1", "https://h/v1beta/openai")),
        ("http://[::1]:80/x", ("http://[::1]:80/x/v1", "http://[::1]:80/x")),
    ],
)
def test_a_url_may_come_with_or_without_v1(typed: str, bases: tuple[str, ...]) -> None:
    assert candidates(typed) == bases


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "not an http"),
        ("localhost:8000", "Write http://HOST:PORT"),
        ("ftp://h", "not an http"),
        ("http://", "not an http"),
        ("http://h:port", "not a URL"),
        ("http://h:99999", "not a URL"),
        ("http://[::1", "not a URL"),
        ("http://h/?key=1", "'?'"),
        ("http://h/#x", "'#'"),
        ("http://ex ample", "characters"),
        ("http://h/\x1b[31m", "characters"),
        ("http://exämple", "characters"),
        ("http://h/" + "x" * 3000, "characters"),
    ],
)
def test_a_bad_url_is_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(RemoteError) as caught:
        candidates(typed)
    assert says in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(RemoteError) as caught:
        candidates("http://me:hunter2@h:8000")
    assert "password" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "name", "loopback"),
    [
        ("http://127.0.0.1:8000/v1", "local-8000", True),
        ("http://localhost/v1", "local-80", True),
        ("https://[::1]/v1", "local-443", True),
        ("https://api.openai.com/v1", "api.openai.com", False),
        ("http://gpu_box:1", "gpu-box", False),
        ("http://127.0.0.1.evil.example", "127.0.0.1.evil.example", False),
        ("http://-", "server", False),
        ("http://" + "a" * 60, "a" * 32, False),
    ],
)
def test_default_names(url: str, name: str, loopback: bool) -> None:
    assert default_name(url) == name
    assert is_loopback(url) is loopback
    Server(name=name, url=url)


def test_servers_are_remembered_for_the_owner_only_and_without_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOX_KEY", "sk-secret")
    key_file = tmp_path / "key"
    key_file.write_text("sk-other\n")
    assert read_servers() == ()
    before = os.umask(0)
    try:
        one = remember(Server(name="one", url="http://a/v1", key_env="BOX_KEY"))
        monkeypatch.chdir(tmp_path)
        two = remember(Server(name="two", url="http://b/v1", key_file="key"))
    finally:
        os.umask(before)
    assert read_servers() == (one, two)
    assert (one.read_key(), two.read_key()) == ("sk-secret", "sk-other")
    assert two.key_file == str(key_file)
    text = servers_file().read_text()
    assert "sk-" not in text
    assert stat.S_IMODE(servers_file().stat().st_mode) == 0o600
    assert "sk-" not in repr((one, two))
    assert find_server("two") == two
    assert forget("one") == one
    assert read_servers() == (two,)


def test_a_url_is_remembered_once_and_a_name_is_not_taken_twice() -> None:
    remember(Server(name="box", url="http://a/v1"))
    remember(Server(name="crate", url="http://a/v1"))
    assert [server.name for server in read_servers()] == ["crate"]
    with pytest.raises(RemoteError, match="'crate' already"):
        remember(Server(name="crate", url="http://b/v1"))
    assert [server.url for server in read_servers()] == ["http://a/v1"]
    with pytest.raises(RemoteError, match="There are: crate"):
        forget("box")


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "a: b"},
        {"name": "-x"},
        {"name": "x" * 33},
        {"name": "[bold]"},
        {"key_env": "sk-abc"},
        {"key_env": "A B"},
        {"key_env": "A", "key_file": "f"},
    ],
)
def test_bad_servers_are_refused_without_showing_what_may_be_a_key(values: dict[str, str]) -> None:
    with pytest.raises(RemoteError) as caught:
        Server(**{"name": "box", "url": "http://a/v1", **values})  # type: ignore[arg-type]
    assert "sk-abc" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"servers": 3}', '{"servers": [{"name": "a"}]}', '{"other": []}', "\xff",
     '{"servers": [{"name": "../..", "url": "http://a"}]}'],
)  # fmt: skip
def test_a_damaged_file_is_a_sentence_and_is_kept(content: str) -> None:
    servers_file().parent.mkdir(parents=True)
    servers_file().write_text(content, "latin-1")
    with pytest.raises(RemoteError, match="damaged"):
        read_servers()
    with pytest.raises(RemoteError, match="damaged"):
        remember(Server(name="box", url="http://a/v1"))
    assert servers_file().read_text("latin-1") == content


@pytest.mark.parametrize("key", ["", "  \n", "a b", "ab\ncd", "schlüssel", "x" * 5000, "a\x00b"])
def test_what_cannot_be_a_key_is_not_sent(tmp_path: Path, key: str) -> None:
    path = tmp_path / "key"
    path.write_text(key)
    with pytest.raises(RemoteError) as caught:
        Server(name="box", url="http://a/v1", key_file=str(path)).read_key()
    assert str(path) in str(caught.value)
    assert key.strip() == "" or key not in str(caught.value)


def test_a_missing_key_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BOX_KEY", raising=False)
    with pytest.raises(RemoteError, match="export BOX_KEY="):
        Server(name="box", url="http://a/v1", key_env="BOX_KEY").read_key()
    with pytest.raises(RemoteError, match="No such file"):
        Server(name="box", url="http://a/v1", key_file=str(tmp_path / "none")).read_key()
    assert Server(name="box", url="http://a/v1").read_key() is None


@pytest.mark.parametrize(
    ("name", "model"),
    [("box:llama", "llama"), ("box: org/m", "org/m"), ("box:qwen3:8b", "qwen3:8b")],
)
def test_a_model_is_named_with_its_server(name: str, model: str) -> None:
    box = remember(Server(name="box", url="http://a/v1"))
    assert find_model(name) == (box, model)


@pytest.mark.parametrize("name", ["", "box", "box:", "box: ", ":", "qwen3:8b"])
def test_a_model_without_its_server_is_a_sentence(name: str) -> None:
    remember(Server(name="box", url="http://a/v1"))
    with pytest.raises(RemoteError, match=r"SERVER:MODEL|There are: box"):
        find_model(name)


def test_a_folder_that_cannot_be_written_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_HOME", "/proc/nope")
    with pytest.raises(LabError, match=r"/proc/nope/servers\.json"):
        remember(Server(name="box", url="http://a/v1"))
    assert json.dumps([server.name for server in read_servers()]) == "[]"
