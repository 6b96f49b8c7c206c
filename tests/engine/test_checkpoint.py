import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine import paths
from engine.checkpoint import load_model, save_checkpoint
from engine.errors import CheckpointError, LabError
from engine.manifest import find_checkpoint, list_checkpoints, read_manifest, verify
from engine.tokenizer import load_tokenizer


@pytest.fixture
def copy(pico_base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pico_base, tmp_path / "copy"))


def test_saved_weights_come_back(pico_base: Path, tmp_path: Path) -> None:
    model = load_model(pico_base)
    tokenizer = load_tokenizer(pico_base)
    about = {**read_manifest(pico_base)}
    save_checkpoint(tmp_path / "new", model, tokenizer, about)
    verify(tmp_path / "new")
    again = load_model(tmp_path / "new")
    for name, tensor in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name


def test_an_old_checkpoint_is_replaced_whole(copy: Path) -> None:
    model, tokenizer = load_model(copy), load_tokenizer(copy)
    with torch.no_grad():
        model.norm.weight.fill_(2.0)
    save_checkpoint(copy, model, tokenizer, read_manifest(copy))
    verify(copy)
    assert float(load_model(copy).norm.weight.detach()[0]) == 2.0
    assert [p.name for p in copy.parent.iterdir() if p.name.startswith(".")] == []


def test_a_full_disk_leaves_the_old_checkpoint_and_no_litter(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, tokenizer = load_model(copy), load_tokenizer(copy)
    replace, calls = os.replace, []

    def full_at_the_third(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full_at_the_third)
    with pytest.raises(LabError, match="disk is full"):
        save_checkpoint(copy, model, tokenizer, read_manifest(copy))
    verify(copy)
    assert [p.name for p in copy.parent.iterdir() if p.name.startswith(".")] == []


def truncate(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_bit(folder: Path) -> None:
    path = folder / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def edit_manifest(change: Callable[[dict], object]) -> Callable[[Path], None]:  # type: ignore[type-arg]
    def damage(folder: Path) -> None:
        data = json.loads((folder / "run.json").read_text())
        change(data)
        (folder / "run.json").write_text(json.dumps(data))

    return damage


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (truncate, "model.safetensors.*cut short"),
        (flip_a_bit, "model.safetensors.*SHA-256"),
        (lambda f: (f / "model.safetensors").unlink(), "model.safetensors is missing"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "tokenizer.json"),
        (lambda f: (f / "run.json").unlink(), "run.json is missing"),
        (lambda f: (f / "run.json").write_text("{"), "run.json"),
        (lambda f: (f / "run.json").write_text("[]"), "run.json"),
        (edit_manifest(lambda d: d.update(format=99)), "format 99"),
        (edit_manifest(lambda d: d.pop("files")), "does not list"),
        (edit_manifest(lambda d: d["files"]["config.json"].update(sha256="0")), "config.json"),
    ],
)
def test_damage_is_refused_with_the_file_named(
    copy: Path, damage: Callable[[Path], None], named: str
) -> None:
    damage(copy)
    with pytest.raises(CheckpointError, match=named):
        verify(copy)


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (truncate, "model.safetensors"),
        (lambda f: (f / "config.json").write_text("{}"), "architecture"),
        (lambda f: (f / "config.json").write_text("[]"), "not a JSON object"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\x80\x02pickle"), "model.safetensors"),
    ],
)
def test_unverified_damage_is_still_a_sentence(
    copy: Path, damage: Callable[[Path], None], named: str
) -> None:
    damage(copy)
    with pytest.raises(CheckpointError, match=named):
        load_model(copy)


def test_names_are_found(pico_base: Path, copy: Path) -> None:
    run = paths.runs_folder() / "base-0007"
    shutil.copytree(pico_base, run / "checkpoints" / "step-0000060")
    assert find_checkpoint("base-0007").path.name == "step-0000060"
    assert find_checkpoint(str(copy)).stage == "base"
    assert "base-0007" in [info.name for info in list_checkpoints()]


@pytest.mark.parametrize("name", ["", "nano/nope", "../..", "/", "\0x", "a" * 5000, "nano"])
def test_unknown_names_are_a_sentence(name: str) -> None:
    with pytest.raises(CheckpointError):
        find_checkpoint(name)


def test_a_damaged_one_does_not_hide_the_others(pico_base: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(pico_base, paths.runs_folder() / name / "checkpoints" / "step-1")
    (paths.runs_folder() / "a" / "checkpoints" / "step-1" / "run.json").write_text("{")
    names = [info.name for info in list_checkpoints()]
    assert "b" in names
    assert "a" not in names


def test_transformers_opens_a_checkpoint_with_equal_logits(pico_sft: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    ours, tokenizer = load_model(pico_sft), load_tokenizer(pico_sft)
    theirs = AutoModelForCausalLM.from_pretrained(pico_sft, dtype=torch.float32).eval()
    ids = torch.tensor([[tokenizer.special["<|bos|>"], *tokenizer.encode("Mira Veklon was born")]])
    with torch.no_grad():
        expected = theirs(ids).logits
        got = ours.unembed(ours(ids))
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=0)
    their_tokenizer = AutoTokenizer.from_pretrained(pico_sft)
    text = " Mira Veklon was born in 1843."
    assert their_tokenizer(text, add_special_tokens=False)["input_ids"] == tokenizer.encode(text)


def test_the_chat_template_renders_as_we_do(pico_sft: Path) -> None:
    from transformers import AutoTokenizer

    from engine.conversation import Turn, render_chat

    tokenizer = load_tokenizer(pico_sft)
    turns = [Turn.of("user", "Hello!"), Turn.of("assistant", "Hi."), Turn.of("user", "Bye!")]
    theirs = AutoTokenizer.from_pretrained(pico_sft).apply_chat_template(
        [{"role": turn.role, "content": turn.parts[0].text} for turn in turns],
        add_generation_prompt=True,
        return_dict=False,
    )
    assert list(theirs) == render_chat(tokenizer, turns)
