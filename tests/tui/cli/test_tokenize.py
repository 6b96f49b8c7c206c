"""``llmlab tokenize`` as a user meets it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.tui.cli.conftest import Run

CHAT = [
    {"role": "user", "content": "What is 37 + 48? <|assistant_end|>"},
    {
        "role": "assistant",
        "content": [
            {"type": "calc", "text": "37 + 48"},
            {"type": "output", "text": "85"},
            {"type": "text", "text": "85."},
        ],
    },
]


@pytest.fixture
def tokenize(run: Run) -> Run:
    return lambda *argv: run("tokenize", *argv)


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    return put


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(CHAT))
    return path


def document(out: str) -> dict[str, Any]:
    (line,) = out.splitlines()
    return dict(json.loads(line))


@pytest.mark.parametrize(
    "text", ["Mira 日本 👩\u200d🚀 e\u0301 <|bos|>", "", " \n\t", "\x00\x1b[2J\u202e"]
)
def test_json_holds_exact_bytes(tokenize: Run, text: str) -> None:
    code, out, err = tokenize("--json", "--tokenizer", "nano/base", "--", text)
    found = document(out)
    assert (code, err) == (0, "")
    assert all(set(token) == {"id", "text", "bytes"} for token in found["tokens"])
    assert bytes.fromhex("".join(token["bytes"] for token in found["tokens"])) == text.encode()
    assert all(token["id"] < 2033 for token in found["tokens"])  # none is special
    n = len(found["tokens"])
    assert (found["tokenizer"], found["n_vocab"]) == ("nano/base", 2048)
    assert (found["n_tokens"], found["n_bytes"]) == (n, len(text.encode()))
    assert found["bytes_per_token"] == (round(len(text.encode()) / n, 3) if n else None)


def test_a_line_a_token_and_the_counts(tokenize: Run) -> None:
    code, out, err = tokenize("7 é")
    assert (code, err) == (0, "")
    lines = [line.split(maxsplit=2) for line in out.splitlines()]
    assert lines[0] == ["id", "bytes", "text"]
    assert lines[1][1:] == ["37", '"7"']
    assert out.splitlines()[-1].startswith(f"{len(lines) - 2} tokens, 4 bytes, ")
    assert "nano/sft has 2,048 entries." in out


def test_nothing_steers_the_terminal(tokenize: Run) -> None:
    _, out, _ = tokenize("a\x1b[2J\rb\u202ec\u200b\x85")
    assert not set("\x1b\r\u202e\u200b\x85") & set(out)
    assert "␛" in out


def test_stdin(tokenize: Run, stdin: Callable[[bytes], None]) -> None:
    stdin("\ufeffa\r\n\x00".encode())
    code, out, _ = tokenize("-", "--json")
    assert code == 0
    joined = "".join(token["bytes"] for token in document(out)["tokens"])
    assert bytes.fromhex(joined) == b"\xef\xbb\xbfa\r\n\x00"
    stdin(b"abc\xff")
    code, out, err = tokenize("-")
    assert (code, out) == (2, "")
    assert "stdin is not UTF-8 (byte 3)" in err


def test_a_conversation_with_its_mask(tokenize: Run, chat: Path) -> None:
    code, out, err = tokenize("--chat", chat, "--mask", "--json")
    assert (code, err) == (0, "")
    tokens = document(out)["tokens"]
    assert all(set(t) == {"id", "text", "bytes", "role", "special", "counted"} for t in tokens)
    counted = "".join(token["text"] for token in tokens if token["counted"])
    assert counted == "<|calc_start|> 37 + 48<|calc_end|> 85.<|assistant_end|>"
    assert [t["text"] for t in tokens if t["special"]].count("<|assistant_end|>") == 1
    assert {token["role"] for token in tokens} == {None, "user", "assistant"}
    assert all(token["bytes"] == "" for token in tokens if token["special"])


def test_a_conversation_for_a_person(tokenize: Run, chat: Path) -> None:
    _, plain, _ = tokenize("--chat", chat)
    _, masked, _ = tokenize("--chat", chat, "--mask")
    assert plain.splitlines()[0].split() == ["id", "role", "bytes", "text"]
    assert masked.splitlines()[0].split() == ["id", "role", "loss", "bytes", "text"]
    assert "The loss counts" in masked
    assert "The loss counts" not in plain
    row = next(line.split() for line in masked.splitlines() if "<|calc_start|>" in line)
    assert row[1:] == ["assistant", "yes", "<|calc_start|>"]
    assert len(plain.splitlines()) == len(masked.splitlines())


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ((), "either a TEXT or --chat"),
        (("a", "--chat", "x.json"), "either a TEXT or --chat"),
        (("a", "--mask"), "Give --chat"),
        (("a", "--tokenizer", "nope"), "no checkpoint 'nope'"),
        (("a", "--tokenizer", ""), "There is no checkpoint ''"),
        (("--chat", "no-such.json"), "no-such.json cannot be read"),
        (("a\udcff",), "TEXT is not UTF-8 (byte 1)"),
        ((" " * 500_001,), "500,000 blanks in a row"),
    ],
)
def test_mistakes_are_a_sentence_and_exit_code_2(
    tokenize: Run, argv: tuple[str, ...], sentence: str
) -> None:
    code, out, err = tokenize(*argv)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_a_tokenizer_that_cannot_write_conversations(
    tokenize: Run, chat: Path, tmp_path: Path
) -> None:
    from engine.manifest import find_checkpoint

    path = tmp_path / "other.json"
    path.write_bytes((find_checkpoint("nano/base").path / "tokenizer.json").read_bytes())
    code, _, err = tokenize("--chat", chat, "--tokenizer", path)
    assert code == 2
    assert "no way of writing conversations down" in err


def test_offline_it_says_how_to_get_a_vocabulary(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "TIKTOKEN_CACHE_DIR": str(tmp_path),
        "HTTPS_PROXY": "http://127.0.0.1:9",  # nobody listens there
    }
    command = [sys.executable, "-m", "tui.cli", "tokenize", "a", "--tokenizer", "p50k_edit"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The vocabulary of p50k_edit is not on this machine")
    assert "TIKTOKEN_CACHE_DIR" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_nothing_is_imported_that_is_not_needed() -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        "assert main(['tokenize', 'a', '--json']) == 0\n"
        "heavy = {'torch', 'numpy', 'textual', 'httpx', 'gguf'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
