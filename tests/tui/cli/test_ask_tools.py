"""``llmlab ask --tools``: what is called, what a program reads, what a person sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
import tiny_models
from scripted_model import TOKENIZER, TOOLS, FakeTools, calling, echoing, follow, in_turn, said

import engine.tools_here
from engine.checkpoint import save_checkpoint
from engine.forward import NativeForward
from tui.cli import main


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A checkpoint of random weights; what it says is scripted, and so are its tools."""
    monkeypatch.setattr(NativeForward, "can_serve", staticmethod(lambda model: False))
    registry = echoing(calc=lambda _: "42", python=lambda text: 1 / 0)  # type: ignore[arg-type]
    monkeypatch.setattr(
        engine.tools_here, "open_tools", lambda **_: nullcontext(FakeTools(registry))
    )
    follow(
        monkeypatch, in_turn(said(*calling("calc", "6*7"), *calling("python", "x"), " It is 42."))
    )

    def save(tools: tuple[str, ...]) -> str:
        about = {
            "stage": "sft", "preset": "pico", "parent": None, "created": "2026-01-01T00:00:00",
            "step": 1, "tokens": 1, "metrics": {}, "tools": list(tools),
        }  # fmt: skip
        shape = tiny_models.config(vocab_size=TOKENIZER.n_vocab, max_seq_len=256)
        save_checkpoint(tmp_path / "sft", tiny_models.model(shape), TOKENIZER, about)
        return str(tmp_path / "sft")

    return save


def test_a_file_of_questions_lists_the_calls(
    checkpoint: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "q.jsonl"
    asked = [{"id": i, "question": "What is 6 times 7?"} for i in (2, "b")]
    questions.write_text("\n".join(map(json.dumps, asked)))
    assert main(["ask", checkpoint(TOOLS), "--file", str(questions), "--tools"]) == 0
    items = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [item["id"] for item in items] == [2, "b"]
    assert {item["answer"] for item in items} == {"It is 42."}
    for item in items:
        assert all(call.pop("elapsed_ms") >= 0 for call in item["calls"])
        assert item["calls"] == [
            {"tool": "calc", "text": "6*7", "kind": "ok", "output": "42"},
            {
                "tool": "python",
                "text": "x",
                "kind": "crashed",
                "output": "error: python: ZeroDivisionError",
            },
        ]


def test_a_person_sees_the_calls_beside_the_answer(
    checkpoint: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", checkpoint(TOOLS), "--tools", "What is 6 times 7?"]) == 0
    out, err = capsys.readouterr()
    assert out == "It is 42.\n"
    assert "(calc: 6*7 -> ok: 42)" in err


def test_without_tools_none_is_called(
    checkpoint: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", checkpoint(TOOLS), "What is 6 times 7?", "--json"]) == 0
    item = json.loads(capsys.readouterr().out)
    assert set(item) == {"id", "answer"}
    assert item["answer"].endswith("It is 42.")


def test_a_model_that_has_learned_none(
    checkpoint: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", checkpoint(()), "What is 6 times 7?", "--tools"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "has learned to call no tools" in err
