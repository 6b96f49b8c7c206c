"""``llmlab bench decode`` as a user runs it: real processes, a small checkpoint."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tui.cli import main


@pytest.fixture
def _no_peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither library can be imported by the contenders' processes."""
    for name in ("transformers", "llama_cpp"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("LLMLAB_BENCH_LLAMA_PYTHON", raising=False)


@pytest.mark.usefixtures("_no_peers")
def test_who_is_not_installed_is_named_with_the_reason(
    pico_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["bench", "decode", f"{pico_base}", "--precision", "fp32", "int4", "--batch", "1,2"]
    argv += ["--tokens", "4", "--rounds", "1", "--only", "batches"]
    assert main([*argv, "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert "batch 2: round 1" in err
    assert set(report["contenders"]) == {"ours@fp32", "ours@int4", "uncached@fp32"}
    unavailable = report["unavailable"]
    assert set(unavailable) == {"transformers@fp32", "llama.cpp@f32", "llama.cpp for int4"}
    assert unavailable["transformers@fp32"] == "transformers is not installed"
    assert "LLMLAB_BENCH_LLAMA_PYTHON" in unavailable["llama.cpp@f32"]
    for batch in report["batches"]:
        assert set(batch["contenders"]) == set(report["contenders"])
        assert set(batch["times_faster"]["ours@int4"]) == {"uncached@fp32"}
        assert batch["same_tokens"] == {}
        for figures in batch["contenders"].values():
            assert figures["tokens_per_s"] > 0
            assert figures["peak_bytes"] or sys.platform != "linux"
    ours = report["batches"][0]["contenders"]["ours@fp32"]
    assert ours["share_of_ceiling"] > 0  # how much is for the bench to say, on a quiet machine


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nano/nothing"], "no checkpoint"),
        (["nano/base@int5"], "int5"),
        (["nano/base", "--batch", "0"], "--batch 0"),
        (["nano/base", "--tokens", "5000"], "at most 512"),
    ],
)
def test_mistakes_are_a_sentence(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "decode", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("argv", [["--batch", "one"], ["--only", "all"], ["--precision", "fp8"]])
def test_arguments_that_are_none_are_refused(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["bench", "decode", *argv])
    assert caught.value.code == 2
