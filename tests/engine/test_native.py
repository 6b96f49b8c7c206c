"""Compiling the forward pass once, and what happens where that fails."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import native_build
import pytest

from engine import native
from engine.native import NativeLibrary, load_or_build


@pytest.fixture(scope="module")
def library() -> NativeLibrary:
    return native_build.library_or_skip()


@pytest.fixture
def folder(library: NativeLibrary) -> Path:
    """Where the library lies."""
    return native_build.folder()


@pytest.fixture(autouse=True)
def _own_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No test touches the user's folder or the process's own library."""
    prepare = native.prepare
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    prepare.cache_clear()
    yield
    prepare.cache_clear()


@pytest.mark.parametrize("edited", native.SOURCES, ids=lambda path: path.name)
def test_an_edit_of_any_source_means_another_library(
    edited: Path, folder: Path, library: NativeLibrary, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sources = []
    for source in native.SOURCES:
        sources.append(tmp_path / source.name)
        more = "/* edited */" if source == edited else ""
        sources[-1].write_text(source.read_text("utf-8") + more, "utf-8")
    built: list[Path] = []
    monkeypatch.setattr(native, "SOURCES", tuple(sources))
    monkeypatch.setattr(native, "_build", lambda _, path: built.append(path))
    load_or_build(folder)
    assert built
    assert not built[0].exists()


def test_a_second_process_finds_the_library(
    folder: Path, library: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_build(*_: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(native, "_build", no_build)
    assert load_or_build(folder) is not None
    monkeypatch.setattr(native, "_processor", lambda: "another machine that shares the home")
    with pytest.raises(AssertionError, match="built again"):
        load_or_build(folder)


def fake_compiler(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n[ $1 = --version ] && echo 1.0 && exit 0\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name != "posix", reason="a shell script plays the compiler")
def test_a_compiler_that_does_not_speak_utf_8_means_plain_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cc").write_text("#!/bin/sh\nprintf '\\377'\n")
    (tmp_path / "cc").chmod(0o700)
    monkeypatch.setenv("CC", str(tmp_path / "cc"))
    with caplog.at_level(logging.WARNING):
        assert native.prepare().result(timeout=30) is None
    assert "plain torch serves" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="a shell script plays the compiler")
@pytest.mark.parametrize(
    "body",
    [
        "echo 'no such option' >&2; exit 1",
        "exit 0",
        'while [ "$1" != -o ]; do shift; done; echo junk > "$2"',
    ],
)
def test_a_broken_compiler_means_plain_torch_and_a_line_in_the_log(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fake_compiler(tmp_path / "cc", body)
    monkeypatch.setenv("CC", str(tmp_path / "cc"))
    with caplog.at_level(logging.WARNING):
        assert native.prepare().result(timeout=30) is None
    assert "plain torch serves" in caplog.text
    assert not list((tmp_path / "engine").iterdir())


@pytest.mark.skipif(os.name != "posix", reason="a shell script plays the compiler")
def test_a_damaged_library_is_compiled_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (built,) = folder.glob("forward-*.so")
    copy = f'while [ "$1" != -o ]; do shift; done; cp "{built}" "$2"'
    fake_compiler(tmp_path / "cc", copy)
    monkeypatch.setenv("CC", str(tmp_path / "cc"))
    assert load_or_build(tmp_path) is not None
    (found,) = tmp_path.glob("forward-*.so")
    found.unlink()  # not written over: this process has it loaded
    found.write_bytes(built.read_bytes()[:100])
    assert load_or_build(tmp_path) is not None
    assert "damaged" in caplog.text
    assert found.read_bytes() == built.read_bytes()


def test_no_compiler_and_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLMLAB_NATIVE", "0")
    assert native.prepare().result(timeout=30) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was run"))
    if native.sys.platform != "darwin":
        assert load_or_build(tmp_path) is None
