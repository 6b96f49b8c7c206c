"""``llmlab import``, ``export`` and what imported models do in the other commands."""

from __future__ import annotations

import json
from pathlib import Path

import model_folders
import pytest

from engine import paths
from tests.tui.cli.conftest import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf") / "tiny"
    model_folders.save_model(folder, "llama3")
    return folder


def test_from_a_folder_to_an_answer_and_out_again(run: Run, folder: Path, tmp_path: Path) -> None:
    code, out, err = run("import", folder, "--name", "mine", "--json")
    assert (code, json.loads(out)["name"]) == (0, "mine")
    assert "it chats" in err
    code, out, _ = run("checkpoints", "--json")
    listed = next(i for i in map(json.loads, out.splitlines()) if i["name"] == "mine")
    assert (listed["stage"], listed["chats"]) == ("imported", True)
    assert "mine" in run("checkpoints")[1]
    for name in ("mine", "mine@bf16"):
        assert run("sample", name, "The river", "--max-tokens", 4)[0] == 0
        assert run("sample", name, "Hello", "--chat", "--max-tokens", 4, "--json")[0] == 0
    code, out, _ = run("ask", "mine", "Who?", "--max-tokens", 3, "--json")
    assert code == 0
    assert isinstance(json.loads(out)["answer"], str)
    assert run("export", "mine", tmp_path / "out")[0] == 0
    assert run("export", "mine", tmp_path / "gguf", "--gguf")[0] == 0
    assert (tmp_path / "gguf" / "model.gguf").is_file()
    assert run("export", "mine", tmp_path / "m.gguf", "--gguf", "--json")[0] == 0
    assert run("import", tmp_path / "out", "--name", "again")[0] == 0
    assert run("import", tmp_path / "m.gguf")[0] == 0
    assert run("import", "--remove", "mine")[0] == 0
    assert sorted(p.name for p in paths.models_folder().iterdir()) == ["again", "m"]


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["import"], "either a SOURCE"),
        (["import", "x", "--remove", "y"], "either a SOURCE"),
        (["import", "/nowhere"], "There is no '/nowhere'"),
        (["import", "--remove", "nope"], "no imported model 'nope'"),
        (["sample", "nano/sft@int3", "x"], "precision 'int3'"),
        (["export", "", "/tmp/x"], "no checkpoint ''"),
        (["export", "nano/base", "/proc/nope/x.gguf", "--gguf"], "/proc/nope"),
    ],
)
def test_mistakes_are_a_sentence(run: Run, argv: list[str], sentence: str) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_tasks_about_the_pocket_web_are_not_for_imported_models(run: Run, folder: Path) -> None:
    run("import", folder, "--name", "mine")
    code, _, err = run("eval", "mine", "--task", "bpb")
    assert code == 2
    assert "trained elsewhere" in err


def test_a_question_that_is_too_long_is_named_before_any_is_answered(
    run: Run, tmp_path: Path
) -> None:
    asked = [{"id": 1, "question": "Who?"}, {"id": 2, "question": "word " * 3000}]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(map(json.dumps, asked)))
    code, out, err = run("ask", "nano/sft", "--file", path)
    assert (code, out) == (2, "")
    assert "q.jsonl, line 2: " in err
    assert "reads at most 512" in err


def test_a_question_that_is_no_text_is_called_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": 5}\n')
    code, _, err = run("ask", "nano/sft", "--file", path)
    assert code == 2
    assert "line 1: the question is 5, not a text" in err
