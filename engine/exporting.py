"""A checkpoint as a folder that ``transformers`` and vLLM open: it lies in that form already."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.files import write_atomic
from engine.manifest import CheckpointInfo, read_manifest, verify
from engine.whole_folder import whole_folder

CARD = "README.md"


def export_folder(info: CheckpointInfo, target: Path) -> None:
    """Copy a checkpoint that is in order; the folder is there whole or not at all.

    Raises:
        LabError: the checkpoint is damaged, the target is not empty, or the disk is full.
    """
    verify(info.path)
    with whole_folder(target) as folder:
        for path in sorted(info.path.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                shutil.copyfile(path, folder / path.name)
        if not (folder / CARD).is_file():
            write_atomic(folder / CARD, _card(info).encode())


def _card(info: CheckpointInfo) -> str:
    """The model card of a run, whose figures nobody has measured for a card yet."""
    seed = read_manifest(info.path).get("seed")
    lines = [
        "---",
        "library_name: transformers",
        "pipeline_tag: text-generation",
        "---",
        "",
        f"# {info.name}",
        "",
        f"Trained with `llmlab train {info.stage} --preset {info.preset}` (seed {seed}) on the "
        "pocket web: a generated world in which every person is invented.",
        "",
        f"- **Parameters** {info.n_params:,}",
        f"- **Context** {info.max_seq_len:,} tokens",
        f"- **Trained** {info.step:,} steps, {info.tokens:,} tokens",
        f"- **From** {info.parent or 'nothing'}",
        *(f"- **{name}** {value:.4g}" for name, value in sorted(info.metrics.items())),
        "",
    ]
    return "\n".join(lines)
