"""Folders that ``transformers`` saved: the same logits, the same answers, the same ids."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import model_folders
import pytest
import torch
from model_folders import Kind
from transformers import AutoTokenizer, PreTrainedModel

from engine import paths
from engine.checkpoint import load_model
from engine.conversation import Turn
from engine.dialect import ImportedDialect, load_dialect
from engine.errors import RequestError
from engine.imports.source import import_model, remove_model
from engine.local import LocalModel
from engine.manifest import CheckpointInfo, find_checkpoint, list_checkpoints, verify
from engine.sampling_params import SamplingParams


def quiet(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what


@dataclass(frozen=True)
class Case:
    folder: Path
    theirs: PreTrainedModel


@pytest.fixture(scope="module", params=["llama3", "qwen3", "llama3 sharded", "qwen3 sharded"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    kind: Kind = "llama3" if request.param.startswith("llama3") else "qwen3"
    folder = tmp_path_factory.mktemp("hf") / "Tiny Model"
    sharded = request.param.endswith("sharded")
    theirs = model_folders.save_model(folder, kind, sharded=sharded)
    assert (len(list(folder.glob("*.safetensors"))) > 2) == sharded
    return Case(folder, theirs)


@pytest.fixture
def info(case: Case) -> CheckpointInfo:
    return import_model(str(case.folder), None, quiet)


PROMPTS = ["The river lies", "Übung 東京 🙂", "12 + 7 =\n", "isn't  it\t?", "a"]


@torch.inference_mode()
def test_logits_and_greedy_answers_equal_those_of_transformers(
    case: Case, info: CheckpointInfo
) -> None:
    assert info.name == "Tiny-Model"
    verify(info.path)
    model, dialect = load_model(info.path), load_dialect(info)
    local = LocalModel.open(info, "fp32", device="cpu")
    params = SamplingParams(temperature=0.0, max_tokens=40)
    for prompt in PROMPTS:
        ids = torch.tensor([dialect.render_completion(prompt)])
        expected = case.theirs(ids).logits
        assert expected.abs().max() > 0.5, "the comparison would say little"
        torch.testing.assert_close(model.unembed(model(ids)), expected, atol=1e-4, rtol=0)
        theirs = case.theirs.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=40,
            pad_token_id=0,
        )  # fmt: skip
        (done,) = local.complete(prompt, params)
        assert list(done.ids) == theirs[0, ids.shape[1] :].tolist()
    assert sum(p.numel() for p in case.theirs.parameters()) == info.n_params == model.n_params()


def test_the_dialect_is_the_models_own(case: Case, info: CheckpointInfo) -> None:
    dialect = load_dialect(info)
    assert isinstance(dialect, ImportedDialect)
    theirs = AutoTokenizer.from_pretrained(case.folder)
    for prompt in PROMPTS:
        assert dialect.render_completion(prompt) == theirs(prompt)["input_ids"]
    said = [("system", "Be brief. "), ("user", " Hello!\n"), ("assistant", "Hi 12"), ("user", "x")]
    for conversation in (said, said[1:2], said[1:]):
        messages = [{"role": role, "content": text} for role, text in conversation]
        expected = theirs.apply_chat_template(
            messages, add_generation_prompt=True, return_dict=False
        )
        turns = [Turn.of(role, text) for role, text in conversation]  # type: ignore[arg-type]
        assert dialect.render_chat(turns) == list(expected)
    special = dialect.tokenizer.special
    assert dialect.stop_ids(chat=True) == {special["<|im_end|>"], special["<|end|>"]}
    assert info.chats
    assert dialect.chats


def test_an_imported_model_is_a_checkpoint_like_any_other(case: Case, info: CheckpointInfo) -> None:
    assert info.imported
    assert find_checkpoint("Tiny-Model") == info
    assert info in list_checkpoints()
    files = {path.name for path in info.path.iterdir()}
    assert {"README.md", "config.json", "tokenizer.json", "run.json"} <= files
    assert json.loads((info.path / "run.json").read_text())["source"] == "Tiny Model"
    removed = remove_model("Tiny-Model")
    assert not removed.exists()
    assert [p.name for p in paths.models_folder().iterdir()] == []


def test_code_beside_a_model_is_neither_copied_nor_named(case: Case, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(case.folder, tmp_path / "evil"))
    (folder / "modeling_evil.py").write_text("raise SystemExit")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02cposix\nsystem\n.")
    for name in ("config.json", "tokenizer_config.json"):
        model_folders.edit_json(folder / name, auto_map={"AutoModel": "modeling_evil.Evil"})
    info = import_model(str(folder), "tame", quiet)
    assert not [p for p in info.path.iterdir() if p.suffix in (".py", ".bin")]
    for name in ("config.json", "tokenizer_config.json"):
        assert "auto_map" not in (info.path / name).read_text()


def test_a_model_without_a_template_continues_documents(case: Case, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(case.folder, tmp_path / "base"))
    (folder / "chat_template.jinja").unlink()
    info = import_model(str(folder), "base", quiet)
    assert not info.chats
    with pytest.raises(RequestError, match="no chat template"):
        load_dialect(info).render_chat([Turn.of("user", "hi")])


def test_templates_in_the_older_places(case: Case, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(case.folder, tmp_path / "older"))
    (folder / "chat_template.jinja").unlink()
    named = [{"name": "default", "template": "{{ messages[0].content }}"}]
    for value in (named, named[0]["template"]):
        model_folders.edit_json(folder / "tokenizer_config.json", chat_template=value)
        info = import_model(str(folder), "older", quiet)
        dialect = load_dialect(info)
        ids = dialect.render_chat([Turn.of("user", "hi")])
        assert dialect.tokenizer.decode(ids) == "hi"
        remove_model("older")
