from __future__ import annotations

from pathlib import Path

import pytest

from engine.bench.contenders import LLAMA_PYTHON, Contenders
from engine.errors import LabError
from engine.manifest import find_checkpoint


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("raise ImportError('no wheel')", "not installed"),
        ("import os; os._exit(3)", "exit code 3"),
        ("raise RuntimeError('needs another torch')", "needs another torch"),
    ],
)
def test_a_peer_that_cannot_be_had_is_named_and_the_run_goes_on(
    module: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "transformers.py").write_text(module)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said: list[str] = []
    with Contenders(find_checkpoint("nano/base"), 1, said.append) as contenders:
        assert contenders.transformers() is None
        assert contenders.transformers() is None
        assert contenders.opened == []
        assert why in contenders.unavailable["transformers@fp32"]
    assert len(said) == 1, "it was tried twice"


@pytest.mark.parametrize("python", ["/nonexistent/python", "/dev/null"])
def test_a_python_for_llama_cpp_that_is_none_is_named(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LLAMA_PYTHON, python)
    with Contenders(find_checkpoint("nano/base"), 1, lambda _: None) as contenders:
        assert contenders.llama("fp32") is None
        assert python in contenders.unavailable["llama.cpp@f32"]
        assert contenders.llama("int4") is None
        assert "llama.cpp for int4" in contenders.unavailable


def test_ours_cannot_be_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('torch is broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(LabError, match="torch is broken"),
        Contenders(find_checkpoint("nano/base"), 1, lambda _: None) as contenders,
    ):
        contenders.ours("fp32")
