"""``llmlab export``: a checkpoint as a folder other programs open."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from engine.errors import LabError
from engine.files import disk_error
from engine.manifest import find_checkpoint, verify
from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Copy a verified checkpoint, which is in Hugging Face form as it lies.

    Raises:
        LabError: unknown or damaged checkpoint, a target that is not empty, a full disk.
    """
    info = find_checkpoint(arguments.checkpoint)
    verify(info.path)
    target = Path(arguments.folder).expanduser().absolute()
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise LabError(f"{target} exists and is not an empty folder. Choose another.")
        shutil.copytree(info.path, target, dirs_exist_ok=True)
    except OSError as error:
        raise disk_error(target, error) from error
    narrate(f"{info.name} -> {target} (transformers: AutoModelForCausalLM.from_pretrained)")
    if arguments.json:
        emit_json({"checkpoint": info.name, "folder": str(target)})
    return 0
