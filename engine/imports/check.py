"""Whether a Hugging Face folder is a model that the lab can run, before anything depends on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from engine.dialect import ImportedDialect, read_imported_dialect
from engine.errors import CheckpointError
from engine.files import read_json
from engine.hf_config import config_from_hf
from engine.hf_format import check_weights
from engine.manifest import WEIGHTS, WEIGHTS_INDEX
from engine.model import ModelConfig
from engine.weight_files import WeightFiles

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a good folder holds."""

    config: ModelConfig
    dialect: ImportedDialect
    weights: WeightFiles
    n_params: int


def check_folder(folder: Path) -> Checked:
    """Hold configuration, weights and tokenizer against each other; no weight is read.

    Raises:
        CheckpointError: a file is missing or damaged, they do not fit together, or the model is of
            a kind that the lab does not have.
    """
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"{folder} has no config.json, so it is no Hugging Face model. "
            "Choose the folder that holds config.json, or a .gguf file."
        )
    config = config_from_hf(read_json(folder / "config.json"))
    if not (folder / WEIGHTS).is_file() and not (folder / WEIGHTS_INDEX).is_file():
        raise _no_weights(folder)
    weights = WeightFiles(folder)
    check_weights(weights, config)
    dialect = _tokenizer(folder)
    if dialect.tokenizer.n_vocab > config.vocab_size:
        raise CheckpointError(
            f"{folder / 'tokenizer.json'} has ids up to {dialect.tokenizer.n_vocab - 1}, but the "
            f"model knows 0 to {config.vocab_size - 1}: they do not belong together. "
            "Fetch both from one source."
        )
    # A tied head may stand in the file a second time; a model counts it once.
    skipped = {"lm_head.weight"} if config.tie_embeddings else set()
    n_params = sum(math.prod(t.shape) for name, t in weights.items() if name not in skipped)
    return Checked(config, dialect, weights, n_params)


def _no_weights(folder: Path) -> CheckpointError:
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles:
        return CheckpointError(
            f"{folder / pickles[0]} is a pickle, which can run programs when it is opened: it is "
            "not read. Choose a source with model.safetensors."
        )
    return CheckpointError(
        f"{folder} has no {WEIGHTS} and no {WEIGHTS_INDEX}. Choose a source with safetensors."
    )


def _tokenizer(folder: Path) -> ImportedDialect:
    if not (folder / "tokenizer.json").is_file():
        raise CheckpointError(
            f"{folder} has no tokenizer.json. Save one there with transformers "
            "(AutoTokenizer.from_pretrained(...).save_pretrained), or choose another source."
        )
    return read_imported_dialect(folder)
