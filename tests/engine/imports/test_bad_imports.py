"""Whatever is wrong with a source: one sentence, and nothing left behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import model_folders
import pytest
import safetensors.torch
import torch
from model_folders import edit_json

from engine import paths
from engine.errors import LabError
from engine.imports.source import import_model, remove_model


def quiet(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf") / "good"
    model_folders.save_model(folder, "qwen3", sharded=True)
    return folder


@pytest.fixture
def copy(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "copy"))


def shard(folder: Path) -> Path:
    return sorted(folder.glob("model-*.safetensors"))[1]


def rewrite(change: Callable[[str, torch.Tensor], torch.Tensor]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        tensors = safetensors.torch.load_file(shard(folder))
        name = next(name for name in tensors if "proj" in name)
        tensors[name] = change(name, tensors[name])
        safetensors.torch.save_file(tensors, shard(folder))

    return damage


def edit_index(change: Callable[[dict], object]) -> Callable[[Path], None]:  # type: ignore[type-arg]
    def damage(folder: Path) -> None:
        path = folder / "model.safetensors.index.json"
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))

    return damage


def only_a_pickle(folder: Path) -> None:
    for path in folder.glob("model*"):
        path.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02cposix\nsystem\n(S'touch owned'\ntR.")


def no_weights(folder: Path) -> None:
    for path in folder.glob("model*"):
        path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-64])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: shard(f).unlink(), r"model-00002-of-.* is missing, one of the \d+ files"),
        (lambda f: cut(shard(f)), r"model-00002-of-.* cannot be read"),
        (lambda f: shard(f).write_bytes(b"\x80\x02pickle"), r"model-00002-of-.* cannot be read"),
        (rewrite(lambda n, t: t[1:].clone()), "has the shape .* but the configuration says"),
        (rewrite(lambda n, t: t.to(torch.int8)), "I8, but only F32, F16, BF16"),
        (edit_index(lambda d: d.update(weight_map={})), "no weight_map"),
        (edit_index(lambda d: d["weight_map"].update(x="../../etc/x.safetensors")), r"'\.\./\.\."),
        (edit_index(lambda d: d["weight_map"].update(x="pytorch_model.bin")), "no safetensors"),
        (only_a_pickle, r"pytorch_model\.bin is a pickle"),
        (no_weights, r"no model\.safetensors"),
        (lambda f: (f / "config.json").unlink(), r"no config\.json"),
        (lambda f: (f / "config.json").write_text("[1]"), "not a JSON object"),
        (lambda f: edit_json(f / "config.json", architectures=["GPT2LMHeadModel"]), "GPT2LMHead"),
        (lambda f: edit_json(f / "config.json", num_hidden_layers=4), r"lacks tensor model\.lay"),
        (lambda f: edit_json(f / "config.json", num_hidden_layers=2), "unexpected tensor"),
        (lambda f: edit_json(f / "config.json", num_hidden_layers=10**9), "1000000000 layers, but"),
        (lambda f: edit_json(f / "config.json", num_hidden_layers=10**15), "num_hidden_layers = 1"),
        (lambda f: (f / "config.json").write_text("[" * 100_000), "not valid JSON"),
        (lambda f: edit_json(f / "config.json", vocab_size=353), "has the shape"),
        (lambda f: edit_json(f / "config.json", tie_word_embeddings=False), "lm_head"),
        (
            lambda f: edit_json(f / "config.json", quantization_config={"bits": 4}),
            "quantization_config",
        ),
        (
            lambda f: edit_json(f / "config.json", layer_types=["sliding_attention"] * 3),
            "sliding_attention",
        ),
        (lambda f: (f / "tokenizer.json").unlink(), r"no tokenizer\.json"),
        (lambda f: (f / "tokenizer.json").write_text("{"), r"tokenizer\.json is not valid JSON"),
        (lambda f: (f / "tokenizer_config.json").write_text("[]"), "tokenizer_config"),
        (lambda f: (f / "generation_config.json").write_text("3"), "generation_config"),
        (lambda f: (f / "chat_template.jinja").write_text("{% if %}"), "chat template"),
        (lambda f: (f / "chat_template.jinja").write_bytes(b"\xff"), "chat_template"),
    ],
)
def test_damage_is_a_sentence_and_leaves_nothing(
    copy: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    damage(copy)
    with pytest.raises(LabError, match=sentence):
        import_model(str(copy), None, quiet)
    models = paths.models_folder()
    assert not models.exists() or list(models.iterdir()) == []
    assert not Path("owned").exists()


def test_a_tokenizer_with_more_ids_than_the_model_knows(copy: Path) -> None:
    data = json.loads((copy / "tokenizer.json").read_text())
    data["added_tokens"].append(data["added_tokens"][0] | {"id": 352, "content": "<|more|>"})
    (copy / "tokenizer.json").write_text(json.dumps(data))
    with pytest.raises(LabError, match="ids up to 352, but the model knows 0 to 351"):
        import_model(str(copy), None, quiet)


@pytest.mark.parametrize(
    ("source", "name", "sentence"),
    [
        ("/nowhere/at/all", None, "There is no '/nowhere/at/all'"),
        ("", "x", "There is no ''"),
        ("GOOD", "", "cannot be a model's name"),
        ("GOOD", "a/b", "cannot be a model's name"),
        ("GOOD", "../x", "cannot be a model's name"),
        ("GOOD", ".hidden", "cannot be a model's name"),
        ("GOOD", "a@int8", "cannot be a model's name"),
        ("GOOD", "x" * 81, "cannot be a model's name"),
    ],
)
def test_names_that_cannot_be(good: Path, source: str, name: str | None, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        import_model(source.replace("GOOD", str(good)), name, quiet)


def test_a_pickle_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(b"\x80\x02.")
    with pytest.raises(LabError, match=r"model\.pth is a pickle"):
        import_model(str(path), None, quiet)


def test_a_name_is_given_once(good: Path) -> None:
    import_model(str(good), "taken", quiet)
    (paths.runs_folder() / "run-1").mkdir(parents=True)
    for name, what in (("taken", "model"), ("run-1", "run")):
        with pytest.raises(LabError, match=f"already a {what} '{name}'"):
            import_model(str(good), name, quiet)


@pytest.mark.parametrize("name", ["nope", "", ".", "..", "../runs", "a/b"])
def test_what_is_not_there_cannot_be_removed(name: str) -> None:
    paths.models_folder().mkdir(parents=True)
    paths.runs_folder().mkdir(parents=True)
    with pytest.raises(LabError, match="no imported model"):
        remove_model(name)
    assert paths.runs_folder().is_dir()


def test_a_deletion_that_was_interrupted_stands_in_nobodys_way(good: Path) -> None:
    left = paths.models_folder() / ".removed-again"
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"x")
    import_model(str(good), "again", quiet)
    remove_model("again")
    assert list(paths.models_folder().iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_import_that_is_stopped_leaves_nothing(good: Path, error: BaseException) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if done:
            raise error

    with pytest.raises((KeyboardInterrupt, LabError)):
        import_model(str(good), "half", stop)
    assert list(paths.models_folder().iterdir()) == []
