"""Checkpoints with torch: weights in and out of the folders that ``engine.manifest`` describes.

Everything is written into a temporary folder beside the target, synced, hashed, the manifest last,
and then renamed: a checkpoint is whole or not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

from engine import __version__, special
from engine.errors import CheckpointError, LabError
from engine.files import read_json, write_atomic, write_json
from engine.hf_config import config_from_hf, config_to_hf
from engine.hf_format import state_from_hf, state_to_hf
from engine.manifest import FORMAT, MANIFEST, sha256_of
from engine.model import Transformer, rope_tables
from engine.tokenizer import Tokenizer
from engine.weight_files import WeightFiles
from engine.whole_folder import whole_folder

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
    with whole_folder(folder, replace=True) as temporary:
        _write_files(temporary, model, tokenizer, about, dtype, extra_files or {})


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
            "chats": chat,
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
    except LabError as error:
        raise CheckpointError(str(error)) from error
    # Tensor by tensor from the files into place: weights never lie in memory twice.
    state = state_from_hf(WeightFiles(folder), config, device=device, dtype=dtype)
    with torch.device("meta"):
        model = Transformer(config)
    model.load_state_dict(state, assign=True)
    if config.tie_embeddings:  # assigning has made two parameters of the one
        model.lm_head.weight = model.embed.weight
    model.cos_SE, model.sin_SE = (table.to(device) for table in rope_tables(config))
    return model.requires_grad_().eval()
