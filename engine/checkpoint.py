"""Checkpoints with torch: weights in and out of the folders that ``engine.manifest`` describes.

Everything is written into a temporary folder beside the target, synced, hashed, the manifest last,
and then renamed: a checkpoint is whole or not there.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from engine import __version__, special
from engine.errors import CheckpointError, LabError
from engine.files import disk_error, fsync_folder, read_json, write_atomic, write_json
from engine.hf_config import config_from_hf, config_to_hf
from engine.hf_format import state_from_hf, state_to_hf
from engine.manifest import FORMAT, MANIFEST, sha256_of
from engine.model import Transformer
from engine.tokenizer import Tokenizer

# Jinja that renders a conversation as ``engine.conversation`` does, for other programs.
CHAT_TEMPLATE = (
    "<|bos|>{% for m in messages %}{{ '<|' + m['role'] + '_start|> ' + m['content'] + '<|' "
    "+ m['role'] + '_end|>' }}{% endfor %}{% if add_generation_prompt %}<|assistant_start|>"
    "{% endif %}"
)


def save_checkpoint(
    folder: Path,
    model: Transformer,
    tokenizer: Tokenizer,
    about: Mapping[str, Any],
    *,
    dtype: torch.dtype = torch.bfloat16,
    extra_files: Mapping[str, bytes] | None = None,
) -> None:
    """Write a checkpoint folder, replacing one that was there.

    Args:
        about: the manifest's fields beside format, files and sizes (stage, preset, parent ...).
        dtype: of the stored weights; half the size of fp32 and what the card's figures are
            measured with.
        extra_files: further files by name, such as the model card.

    Raises:
        LabError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise disk_error(folder, error) from error
    try:
        temporary.chmod(0o755)
        _write_files(temporary, model, tokenizer, about, dtype, extra_files or {})
        _swap(temporary, folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_files(
    folder: Path,
    model: Transformer,
    tokenizer: Tokenizer,
    about: Mapping[str, Any],
    dtype: torch.dtype,
    extra_files: Mapping[str, bytes],
) -> None:
    config = model.config
    chat = about["stage"] != "base"
    eos = special.ASSISTANT_END if chat else special.BOS
    state = {name: t.detach().to("cpu", dtype) for name, t in model.state_dict().items()}
    weights = safetensors.torch.save(state_to_hf(state, config), metadata={"format": "pt"})
    write_atomic(folder / "model.safetensors", weights)
    hf_config = config_to_hf(
        config,
        bos=tokenizer.special[special.BOS],
        eos=tokenizer.special[eos],
        dtype=str(dtype).removeprefix("torch."),
    )
    write_json(folder / "config.json", hf_config)
    tokenizer.save(folder / "tokenizer.json")
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": special.BOS,
        "eos_token": eos,
        "clean_up_tokenization_spaces": False,
        "model_max_length": config.max_seq_len,
        **({"chat_template": CHAT_TEMPLATE} if chat else {}),
    }
    write_json(folder / "tokenizer_config.json", tokenizer_config)
    for name, data in extra_files.items():
        write_atomic(folder / name, data)
    write_manifest(
        folder,
        {
            **about,
            "n_params": model.n_params(),
            "max_seq_len": config.max_seq_len,
            "code_version": __version__,
        },
    )


def write_manifest(folder: Path, about: Mapping[str, Any]) -> None:
    """Hash every file of ``folder`` and write the manifest, the last of them."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST
    }
    write_json(folder / MANIFEST, {"format": FORMAT, **about, "files": files})


def _swap(temporary: Path, folder: Path) -> None:
    """Put ``temporary`` in the place of ``folder``; a folder cannot be renamed over a full one."""
    old: Path | None = None
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".old-{folder.name}."))
        os.rename(folder, old / folder.name)
    os.rename(temporary, folder)
    fsync_folder(folder.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def load_model(
    folder: Path, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Transformer:
    """Load the weights of a checkpoint folder, in evaluation mode.

    Raises:
        CheckpointError: a file is missing, damaged, or of another architecture.
    """
    try:
        config = config_from_hf(read_json(folder / "config.json"))
    except CheckpointError:
        raise
    except (LabError, AttributeError) as error:
        raise CheckpointError(str(error)) from error
    path = folder / "model.safetensors"
    try:
        tensors = safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError, json.JSONDecodeError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error}). Restore the file or train the checkpoint again."
        ) from error
    model = Transformer(config)
    state = {name: t.to(torch.float32) for name, t in state_from_hf(tensors, config).items()}
    model.load_state_dict(state)
    return model.to(device=device, dtype=dtype).eval()
