"""A model from a Hugging Face folder: checked as it lies, then copied as it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from engine.files import read_json, write_json
from engine.imports.check import check_folder
from engine.imports.progress import Counter, Progress
from engine.manifest import WEIGHTS_INDEX

_CONFIGURATIONS = ("config.json", "tokenizer_config.json", "generation_config.json")
_OTHERS = ("tokenizer.json", "chat_template.jinja", "special_tokens_map.json", WEIGHTS_INDEX,
           "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE")  # fmt: skip
_CHUNK = 1 << 23


def bring_folder(source: Path, into: Path, progress: Progress, *, link: bool = False) -> None:
    """Copy the files of a model that is in order.

    Args:
        source: a folder as ``transformers`` saves it.
        into: an empty folder.
        progress: told how much of the weights is copied.
        link: whether large files may share the disk space of ``source``, whose files nobody
            changes in place.

    Raises:
        CheckpointError: what ``check_folder`` refuses.
        OSError: the disk is full or a file cannot be read.
    """
    checked = check_folder(source)
    for name in _CONFIGURATIONS:
        if (source / name).is_file():
            # auto_map names Python files that came with the model: nobody shall run them.
            data = {k: v for k, v in read_json(source / name).items() if k != "auto_map"}
            write_json(into / name, data)
    for name in _OTHERS:
        if (source / name).is_file():
            (into / name).write_bytes((source / name).read_bytes())
    paths = checked.weights.paths
    counter = Counter(progress, "copying weights", sum(path.stat().st_size for path in paths))
    for path in paths:
        if link and _linked(path, into / path.name):
            counter.add(path.stat().st_size)
        else:
            with path.open("rb") as reader, (into / path.name).open("xb") as writer:
                _copy(reader, writer, counter)


def _linked(source: Path, target: Path) -> bool:
    """Give a file a second name; not possible across disks, nor on every one."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        return False
    return True


def _copy(reader: BinaryIO, writer: BinaryIO, counter: Counter) -> None:
    while chunk := reader.read(_CHUNK):
        writer.write(chunk)
        counter.add(len(chunk))
    writer.flush()
    os.fsync(writer.fileno())
