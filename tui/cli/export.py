"""``llmlab export``: a checkpoint as other programs open it."""

from __future__ import annotations

import argparse

from engine.manifest import find_checkpoint
from engine.paths import expanded
from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Write a Hugging Face folder, or with ``--gguf`` one file for llama.cpp.

    Raises:
        LabError: unknown or damaged checkpoint, a target that is taken, a full disk, or a model
            that llama.cpp does not have.
    """
    info = find_checkpoint(arguments.checkpoint)
    target = expanded(arguments.target).absolute()
    if arguments.gguf:
        from engine.gguf_export import export_gguf

        target = target if target.suffix == ".gguf" else target / "model.gguf"
        export_gguf(info, target)
        narrate(f"{info.name} -> {target} (llama.cpp: llama-cli -m {target})")
    else:
        from engine.exporting import export_folder

        export_folder(info, target)
        narrate(f"{info.name} -> {target} (transformers: AutoModelForCausalLM.from_pretrained)")
    if arguments.json:
        kind = "file" if arguments.gguf else "folder"
        emit_json({"checkpoint": info.name, kind: str(target)})
    return 0
