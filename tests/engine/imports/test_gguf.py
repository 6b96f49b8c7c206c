"""GGUF files out and in again: the same model, the same language; and what is refused."""

from __future__ import annotations

import itertools
import shutil
import struct
from pathlib import Path
from typing import Any

import gguf
import gguf_files
import model_folders
import numpy as np
import pytest
import torch

from engine import paths
from engine.checkpoint import load_model
from engine.conversation import Turn
from engine.dialect import load_dialect
from engine.errors import LabError
from engine.gguf_export import export_gguf
from engine.gguf_vocabulary import splitter_name
from engine.imports import gguf_file
from engine.imports.gguf_file import GgufFile
from engine.imports.source import import_model
from engine.local import LocalModel
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.sampling_params import SamplingParams


def quiet(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders that transformers saved, by kind and dtype."""
    found = {}
    for name, dtype in (("llama3", torch.float32), ("qwen3", torch.float16)):
        folder = tmp_path_factory.mktemp("hf") / name
        model = model_folders.save_model(folder, name)  # type: ignore[arg-type]
        model.to(dtype).save_pretrained(folder)
        found[name] = folder
    return found


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "good.gguf"
    export_gguf(find_checkpoint("nano/base"), path)
    return path


def imported(folders: dict[str, Path], name: str) -> CheckpointInfo:
    if name.startswith("nano"):
        return find_checkpoint(name)
    return import_model(str(folders[name]), name, quiet)


@pytest.mark.parametrize("name", ["llama3", "qwen3", "nano/sft", "nano/base"])
def test_there_and_back(folders: dict[str, Path], name: str, tmp_path: Path) -> None:
    before = imported(folders, name)
    export_gguf(before, tmp_path / "out" / "model.gguf")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["model.gguf"]
    after = import_model(str(tmp_path / "out" / "model.gguf"), "back", quiet)
    old, new = load_model(before.path), load_model(after.path)
    assert new.config == old.config
    for key, tensor in old.state_dict().items():
        assert torch.equal(new.state_dict()[key], tensor), key
    assert (after.n_params, after.chats) == (before.n_params, before.chats)
    theirs, ours = load_dialect(before), load_dialect(after)
    for text in ("The river's 1843 people\n\n", "Übung 東京 🙂", "<|im_end|> <think> x", ""):
        assert ours.render_completion(text) == theirs.render_completion(text)
        if before.chats:
            turns = [Turn.of("user", text + "."), Turn.of("assistant", "a"), Turn.of("user", "b")]
            assert ours.render_chat(turns) == theirs.render_chat(turns)
    assert ours.stop_ids(chat=before.chats) == theirs.stop_ids(chat=before.chats)
    # The weights take no more space than they did.
    size = sum(p.stat().st_size for p in before.path.glob("*.safetensors"))
    assert sum(p.stat().st_size for p in after.path.glob("*.safetensors")) < size * 1.1 + 50_000


@pytest.mark.parametrize("kind", [gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.Q4_0])
def test_quantized_weights_are_unpacked_exactly(
    good: Path, kind: gguf.GGMLQuantizationType, tmp_path: Path
) -> None:
    packed = {}
    for tensor in gguf.GGUFReader(good).tensors:
        if len(tensor.shape) > 1:
            values = gguf.dequantize(tensor.data, tensor.tensor_type)
            packed[tensor.name] = (gguf.quantize(values, kind), kind)
    gguf_files.rewrite(good, tmp_path / "small.gguf", {}, packed)
    expected = {name: gguf.dequantize(data, kind) for name, (data, _) in packed.items()}
    state = load_model(import_model(str(tmp_path / "small.gguf"), None, quiet).path).state_dict()
    assert np.array_equal(state["embed.weight"].numpy(), expected["token_embd.weight"])
    rows = np.concatenate([expected[f"blk.2.attn_{letter}.weight"] for letter in "qkv"])
    assert np.array_equal(state["blocks.2.attention.qkv_proj.weight"].numpy(), rows)


F32 = gguf.GGMLQuantizationType.F32
ONES = np.ones((4, 4), dtype=np.float32)


@pytest.mark.parametrize(
    ("settings", "tensors", "sentence"),
    [
        ({"general.architecture": "gemma3"}, {}, "architecture 'gemma3'"),
        ({"tokenizer.ggml.model": "llama"}, {}, "tokenizer of the kind 'llama'"),
        ({"tokenizer.ggml.pre": "chatglm-bpe"}, {}, "splitter 'chatglm-bpe'"),
        ({"tokenizer.ggml.pre": None}, {}, "splitter 'default'"),
        ({"tokenizer.ggml.merges": None}, {}, "does not say tokenizer.ggml.merges"),
        ({"tokenizer.ggml.tokens": ["a"]}, {}, "vocabulary of 1 tokens has 2048 kinds"),
        ({"tokenizer.ggml.tokens": ["a"] * 2049}, {}, "ids up to 2048, but the model knows 0 to"),
        ({"qwen3.block_count": None}, {}, r"does not say qwen3\.block_count"),
        ({"qwen3.block_count": 4}, {}, "unexpected tensor"),
        ({"qwen3.block_count": 2**32 - 1}, {}, "block_count = 4294967295, but holds only"),
        ({"qwen3.block_count": 6}, {}, r"lacks tensor model\.layers\.5"),
        ({"qwen3.expert_count": 8}, {}, "mixture of 8 experts"),
        ({"qwen3.rope.dimension_count": 16}, {}, "rope.dimension_count = 16"),
        ({"qwen3.rope.scaling.type": "yarn"}, {}, "'yarn'"),
        ({"tokenizer.chat_template": "{% if %}"}, {}, "chat template"),
        ({}, {"blk.1.ffn_up.weight": None}, r"lacks tensor model\.layers\.1\.mlp\.up_proj"),
        ({}, {"blk.1.ffn_up.weight": (ONES, F32)}, "has the shape"),
        ({}, {"blk.1.attn_q.bias": (ONES[0], F32)}, r"unexpected tensor blk\.1\.attn_q\.bias"),
        ({}, {"rope_freqs.weight": (ONES[0], F32)}, "not stretched as Llama 3"),
        ({}, {"rope_freqs.weight": (ONES[0, :0], F32)}, "rope_freqs.weight holds no numbers"),
        ({}, {"blk.1.attn_q.weight": (ONES[0, 0], F32)}, "attn_q.weight holds no numbers"),
    ],
)
def test_what_cannot_be_run_is_a_sentence(
    good: Path, tmp_path: Path, settings: dict[str, Any], tensors: dict[str, Any], sentence: str
) -> None:
    path = gguf_files.rewrite(good, tmp_path / "bad.gguf", settings, tensors)
    with pytest.raises(LabError, match=sentence):
        import_model(str(path), None, quiet)
    assert list(paths.models_folder().iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 1e-6, 2e-6, 0.0001, 0.005, 0.01, 0.02, 0.03, 0.5, 0.999])
def test_a_file_cut_short_is_a_sentence(good: Path, tmp_path: Path, share: float) -> None:
    data = good.read_bytes()
    path = tmp_path / "cut.gguf"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(LabError, match=r"cut\.gguf is no GGUF file, or it is cut short"):
        import_model(str(path), None, quiet)
    assert list(paths.models_folder().iterdir()) == []


@pytest.mark.parametrize("data", [b"GGUF", b"\x80\x02pickle" * 40, b"GGUF\3\0\0\0" + b"\xff" * 400])
def test_what_is_no_gguf_at_all(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(LabError, match="no GGUF file"):
        import_model(str(path), None, quiet)


LIST, BYTE = 9, 0
"""Types of settings."""


def file_of(setting: bytes) -> bytes:
    """No tensor and one setting, "a"."""
    return b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"a" + setting


def test_a_list_longer_than_its_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(file_of(struct.pack("<IIQ", LIST, BYTE, 3_000_000) + b"12345"))
    with pytest.raises(LabError, match=r"x\.gguf is .* damaged \(it ends before"):
        GgufFile(path)


def test_a_list_that_takes_the_weights_for_its_items_comes_to_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gguf_file, "MAX_ENTRIES", 1000)
    path = tmp_path / "x.gguf"
    path.write_bytes(file_of(struct.pack("<IIQ", LIST, BYTE, 5000) + bytes(5000)))
    with pytest.raises(LabError, match="more than 1,000 entries"):
        GgufFile(path)


def test_lists_in_lists_in_lists(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(file_of(struct.pack("<I", LIST) + struct.pack("<IQ", LIST, 1) * 5000))
    with pytest.raises(LabError, match=r"x\.gguf is no GGUF file, or .* damaged"):
        GgufFile(path)


def test_a_setting_that_is_no_text(good: Path, tmp_path: Path) -> None:
    data = good.read_bytes()
    at = data.index(b"qwen3", data.index(b"general.architecture"))
    path = tmp_path / "x.gguf"
    path.write_bytes(data[:at] + b"qwen\xff" + data[at + 5 :])
    with pytest.raises(LabError, match=r"general\.architecture in letters that are not UTF-8"):
        import_model(str(path), None, quiet)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"none\.gguf cannot be read: No such file"):
        GgufFile(tmp_path / "none.gguf")


def test_settings_of_the_wrong_type_are_named(good: Path, tmp_path: Path) -> None:
    key = "qwen3.context_length"
    path = gguf_files.rewrite(good, tmp_path / "typed.gguf", {}, {})
    file = GgufFile(path)
    for read in (file.text, file.texts, file.integers, file.optional_flag):
        with pytest.raises(LabError, match=f"{key} = '512'"):
            read(key)
    assert file.integer(key) == 512
    assert file.integer("no.such", 7) == 7
    with pytest.raises(LabError, match="otherwise than in whole numbers"):
        file.integers("tokenizer.ggml.tokens")
    assert file.number("qwen3.attention.layer_norm_rms_epsilon") == 1e-6


def test_exports_that_llama_cpp_could_not_read_are_refused(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    info = find_checkpoint("nano/base")
    with pytest.raises(LabError, match="exists"):
        export_gguf(info, info.path / "config.json")
    folder = Path(shutil.copytree(folders["qwen3"], tmp_path / "stretched"))
    rope = {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64, "rope_theta": 1e4,
    }  # fmt: skip
    model_folders.edit_json(folder / "config.json", rope_parameters=rope)
    with pytest.raises(LabError, match="this is qwen3"):
        export_gguf(import_model(str(folder), None, quiet), tmp_path / "x.gguf")
    with pytest.raises(LabError, match="not known to have this tokenizer"):
        splitter_name({"pre_tokenizer": {"type": "Whitespace"}, "model": {}})
    assert not (tmp_path / "x.gguf").exists()


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gguf.GGUFWriter, "write_tensor_data", full)
    with pytest.raises(LabError, match="disk is full"):
        export_gguf(find_checkpoint("nano/base"), tmp_path / "x.gguf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["nano/sft", "llama3"])
def test_llama_cpp_answers_the_same(folders: dict[str, Path], name: str, tmp_path: Path) -> None:
    llama_cpp = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    info = imported(folders, name)
    export_gguf(info, tmp_path / "model.gguf")
    theirs = llama_cpp.Llama(str(tmp_path / "model.gguf"), n_ctx=128, verbose=False)
    local = LocalModel.open(info, "fp32", device="cpu")
    for text in ("Where was Mira Veklon born?", "12 + 7 = 1843\n\n", "Übung 東京 🙂 isn't"):
        plain = theirs.tokenize(text.encode(), add_bos=False, special=False)
        assert plain == local.tokenizer.encode(text)
        ids = local.dialect.render_completion(text)
        assert theirs.tokenize(text.encode(), add_bos=True, special=False) == ids
        (done,) = local.complete(text, SamplingParams(temperature=0.0, max_tokens=24))
        theirs.reset()
        tokens = theirs.generate(ids, temp=0.0, repeat_penalty=1.0)
        assert list(done.ids) == list(itertools.islice(tokens, len(done.ids)))
