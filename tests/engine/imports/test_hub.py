"""The hub by a server on this machine: names, terms, interruptions, and work without a network."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub
import model_folders
import pytest
from huggingface_hub import constants

from engine.errors import LabError
from engine.imports import hub as hub_module
from engine.imports.source import import_model

COMMIT = "a" * 40


def quiet(what: str, done: int, total: int) -> None:
    pass


@dataclass
class Hub:
    """A hub with one model, ``org/tiny``."""

    files: dict[str, bytes] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    """Files of which only the first half is sent, once."""
    gated: bool = False
    failing: bool = False

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        if self.failing:
            return self._refuse(request, 500, "")
        if "org/tiny" not in path:
            return self._refuse(request, 404, "RepoNotFound")
        if "/main" not in path and COMMIT not in path:
            return self._refuse(request, 404, "RevisionNotFound")
        if self.gated and "/resolve/" in path:
            return self._refuse(request, 403, "GatedRepo")
        if path.startswith("/api/"):
            return self._list(request, tree="/tree/" in path)
        name = path.split("/resolve/")[1].partition("/")[2]
        if name not in self.files:
            return self._refuse(request, 404, "EntryNotFound")
        return self._send(request, name)

    def _refuse(self, request: BaseHTTPRequestHandler, status: int, code: str) -> None:
        request.send_response(status)
        request.send_header("X-Error-Code", code)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _list(self, request: BaseHTTPRequestHandler, *, tree: bool) -> None:
        entries: Any = [
            {"type": "file", "path": name, "size": len(data), "oid": "0" * 40}
            for name, data in self.files.items()
        ]
        if not tree:
            siblings = [{"rfilename": name} for name in self.files]
            entries = {"id": "org/tiny", "sha": COMMIT, "siblings": siblings, "tags": []}
        body = json.dumps(entries).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _send(self, request: BaseHTTPRequestHandler, name: str) -> None:
        data = self.files[name]
        start = int(request.headers.get("Range", "bytes=0-").split("=")[1].split("-")[0])
        request.send_response(206 if start else 200)
        request.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        request.send_header("X-Repo-Commit", COMMIT)
        request.send_header("Accept-Ranges", "bytes")
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        if request.command == "HEAD":
            return
        self.served.append(f"{name}@{start}")
        if name in self.cut:
            self.cut.remove(name)
            request.wfile.write(data[: len(data) // 2])
            request.close_connection = True
        else:
            request.wfile.write(data[start:])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("hf") / "tiny"
    model_folders.save_model(folder, "qwen3", sharded=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def hub(model: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    found = Hub(files=dict(model))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.answer(self)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    here = {
        "endpoint": f"http://127.0.0.1:{server.server_port}", "cache_dir": tmp_path / "hub",
        "token": False,
    }  # fmt: skip
    for name in ("hf_hub_download", "snapshot_download"):
        monkeypatch.setattr(hub_module, name, partial(getattr(hub_module, name), **here))
    huggingface_hub.utils.disable_progress_bars()
    yield found
    huggingface_hub.utils.enable_progress_bars()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_model_comes_with_its_own_files_only(hub: Hub) -> None:
    hub.files |= {
        "pytorch_model.bin": b"\x80", "modeling.py": b"", "original/consolidated.safetensors": b"x",
        "consolidated.safetensors": b"x", "image.png": b"",
    }  # fmt: skip
    info = import_model("hf:org/tiny", None, quiet)
    assert info.name == "tiny"
    served = {entry.partition("@")[0] for entry in hub.served}
    assert {"config.json", "tokenizer.json", "model.safetensors.index.json"} <= served
    assert not {name for name in served if name.endswith((".bin", ".py", ".png"))}
    assert not {name for name in served if "consolidated" in name}


def test_without_a_network_the_cache_serves(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first = import_model("hf:org/tiny", "first", quiet)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    served = list(hub.served)
    second = import_model("hf:org/tiny", "second", quiet)
    assert first.sha256 == second.sha256
    assert hub.served == served


def test_a_download_that_broke_off_goes_on(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1024)
    shard = sorted(name for name in hub.files if name.startswith("model-"))[0]
    hub.cut = {shard}
    import_model("hf:org/tiny", None, quiet)
    starts = [int(entry.partition("@")[2]) for entry in hub.served if entry.startswith(shard)]
    assert starts[0] == 0
    assert starts[-1] > 0, "it was fetched anew"


def test_another_architecture_is_refused_before_its_weights_are_fetched(hub: Hub) -> None:
    hub.files["config.json"] = b'{"architectures": ["MambaForCausalLM"]}'
    with pytest.raises(LabError, match="MambaForCausalLM"):
        import_model("hf:org/tiny", None, quiet)
    assert [entry.partition("@")[0] for entry in hub.served] == ["config.json"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("hf:org/none", "no model 'org/none'"),
        ("hf:org/tiny@v9", "no revision 'v9'"),
        ("hf:a/b/c", "no name of a model"),
        ("hf:", "cannot be a model's name"),
        ("hf:org/ tiny", "no name of a model"),
    ],
)
def test_what_the_hub_does_not_have(hub: Hub, source: str, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        import_model(source, None, quiet)


@pytest.mark.parametrize("client", ["httpx", "httpx2"])
def test_a_time_out_without_a_word_is_named(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the two the hub's library speaks through depends on its release."""
    module = pytest.importorskip(client)

    def slow(*_: object, **__: object) -> None:
        raise module.ReadTimeout("")

    monkeypatch.setattr(hub_module, "hf_hub_download", slow)
    with pytest.raises(LabError, match=r"could not be fetched \(ReadTimeout\)"):
        hub_module.download("org/tiny")


def test_other_refusals_are_sentences(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.gated = True
    with pytest.raises(LabError, match="Accept them on its page"):
        import_model("hf:org/tiny", None, quiet)
    hub.gated = False
    del hub.files["config.json"]
    with pytest.raises(LabError, match=r"no config\.json"):
        import_model("hf:org/tiny", None, quiet)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(LabError, match="cannot be reached"):
        import_model("hf:org/other", None, quiet)
