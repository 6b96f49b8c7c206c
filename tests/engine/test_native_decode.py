"""The C between the matrix products, held against plain torch. Skipped without a C compiler."""

from __future__ import annotations

import logging
import math
import os
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
import tiny_models
import torch
from tiny_models import LETTERS, SHAPES

from engine import native, native_decode
from engine.decode import Decoder
from engine.generate import Generator
from engine.kvcache import KVCache
from engine.model import ModelConfig
from engine.native import NativeLibrary, load_or_build
from engine.native_decode import EagerUntilNative, NativeDecoder
from engine.request import Request
from engine.sampling_params import SamplingParams


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("native")


@pytest.fixture(scope="module")
def library(folder: Path) -> NativeLibrary:
    built = load_or_build(folder)
    if built is None:
        pytest.skip("no C compiler on this machine")
    return built


@pytest.fixture(autouse=True)
def _own_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No test touches the user's folder or the process's own library."""
    prepare = native.prepare
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    prepare.cache_clear()
    yield
    prepare.cache_clear()


WIDTHS = {f"heads of {E}": tiny_models.config(head_dim=E) for E in (2, 32, 64, 128)}


@pytest.mark.parametrize("shape", [*SHAPES.values(), *WIDTHS.values()], ids=[*SHAPES, *WIDTHS])
@torch.inference_mode()
def test_logits_and_cache_are_those_of_plain_torch(
    shape: ModelConfig, library: NativeLibrary
) -> None:
    """Ragged rows (one of them empty) in the middle of a cache, several steps."""
    model = tiny_models.model(shape)
    eager = Decoder(model)
    fast = NativeDecoder(eager, library)
    caches = [KVCache(shape, 6), KVCache(shape, 6)]
    lengths, first = [0, 1, 17, 40], 1
    filling = torch.randn(caches[0].memory.shape, generator=torch.Generator().manual_seed(1))
    for cache in caches:
        cache.memory.copy_(filling)
        for row, length in enumerate(lengths):
            cache.extend(first + row, length)
    for step in range(4):
        ids = tiny_models.ids(len(lengths), seed=step)
        made = [
            decoder.step(ids, cache.window(first, len(lengths), 1))
            for decoder, cache in zip((eager, fast), caches, strict=True)
        ]
        torch.testing.assert_close(made[1], made[0], atol=1e-4, rtol=0)
        for cache in caches:
            for row in range(len(lengths)):
                cache.extend(first + row, 1)
    torch.testing.assert_close(caches[1].memory, caches[0].memory, atol=1e-4, rtol=0)


@torch.inference_mode()
def test_many_rows_share_the_work_between_threads(library: NativeLibrary) -> None:
    shape = tiny_models.config(head_dim=32, max_seq_len=256)
    model = tiny_models.model(shape)
    eager, cache = Decoder(model), KVCache(shape, 40)
    cache.memory.normal_(generator=torch.Generator().manual_seed(2))
    for row in range(40):
        cache.extend(row, 5 * row + 3)
    ids, window = tiny_models.ids(40), cache.window(0, 40, 1)
    torch.testing.assert_close(
        NativeDecoder(eager, library).step(ids, window), eager.step(ids, window), atol=1e-4, rtol=0
    )


@torch.inference_mode()
def test_extreme_activations_stay_numbers_and_nan_stays_nan(library: NativeLibrary) -> None:
    x = torch.tensor([[-1e30, -200.0, -120.0, -88.5, -1.0, 0.0, 1.0, 88.5, 200.0, 1e30, math.nan]])
    gate_up = torch.cat((x, torch.ones_like(x)), dim=1)
    out = torch.empty_like(x)
    library.swiglu(gate_up.data_ptr(), out.data_ptr(), 1, x.shape[1])
    torch.testing.assert_close(
        out, torch.nn.functional.silu(x), atol=1e-6, rtol=1e-6, equal_nan=True
    )
    loud = tiny_models.model()
    loud.blocks[0].attention.q_norm.weight.fill_(1e4)  # type: ignore[union-attr, operator]
    eager, window = Decoder(loud), KVCache(loud.config, 1).window(0, 1, 1)
    logits = NativeDecoder(eager, library).step(tiny_models.ids(1), window)
    torch.testing.assert_close(logits, eager.step(tiny_models.ids(1), window), atol=1e-4, rtol=0)


def asks() -> list[Request]:
    return [
        Request(
            prompt_ids=tuple(tiny_models.ids(3 + i, seed=i).tolist()),
            params=SamplingParams(temperature=i % 2, seed=i, max_tokens=12),
        )
        for i in range(6)
    ]


def test_the_engine_says_the_same_and_rows_do_not_depend_on_neighbours(
    library: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready: Future[NativeLibrary | None] = Future()
    ready.set_result(library)
    monkeypatch.setattr(native, "prepare", lambda: ready)
    model = tiny_models.model()
    fast = Generator(model, LETTERS, max_rows=4, native=True)
    together = [rows[0].ids for rows in fast.generate_all(asks())]
    assert together == [fast.generate_all([ask])[0][0].ids for ask in asks()]
    plain = Generator(model, LETTERS, max_rows=4).generate_all(asks())
    assert together == [rows[0].ids for rows in plain]


def test_plain_torch_serves_until_the_library_is_there(
    library: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change comes in the middle of a text and does not show."""
    coming: Future[NativeLibrary | None] = Future()
    monkeypatch.setattr(native, "prepare", lambda: coming)
    used: list[NativeDecoder] = []

    class Watched(NativeDecoder):
        def step(self, *args: object) -> torch.Tensor:
            used.append(self)
            return super().step(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(native_decode, "NativeDecoder", Watched)
    model, ask = tiny_models.model(), asks()[0]
    engine = Generator(model, LETTERS, native=True)
    stream = engine.generate(ask)
    ids = [next(stream).id for _ in range(5)]
    assert not used
    coming.set_result(library)
    ids += [event.id for event in stream]
    assert len(used) == 12 - 5
    assert tuple(ids) == Generator(model, LETTERS).generate_all([ask])[0][0].ids


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_only_fp32_is_served(dtype: torch.dtype) -> None:
    assert NativeDecoder.can_serve(tiny_models.model().to(dtype)) is (dtype == torch.float32)


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
    engine = EagerUntilNative(tiny_models.model())
    cache = KVCache(tiny_models.config(), 1)
    assert engine.step(tiny_models.ids(1), cache.window(0, 1, 1)).shape == (1, 97)
    assert not list((tmp_path / "engine").iterdir())


def test_a_damaged_library_is_compiled_anew(
    folder: Path, library: NativeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (built,) = folder.glob("decode-*.so")
    damaged = tmp_path / built.name
    damaged.write_bytes(built.read_bytes()[:100])
    assert load_or_build(tmp_path) is not None
    assert "damaged" in caplog.text
    assert damaged.stat().st_size == built.stat().st_size


def test_no_compiler_and_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLMLAB_NATIVE", "0")
    assert native.prepare().result(timeout=30) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was run"))
    if native.sys.platform != "darwin":
        assert load_or_build(tmp_path) is None
