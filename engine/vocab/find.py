"""From what a person calls a tokenizer to the tokenizer."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from engine import paths
from engine.background import NAME
from engine.dialect import Dialect, ImportedDialect, LabDialect, load_dialect, read_imported_dialect
from engine.errors import CheckpointError
from engine.files import read_json
from engine.manifest import MANIFEST, find_checkpoint
from engine.special import SPECIAL_TOKENS
from engine.tokenizer import load_tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.chats import CHAT_MARKS, ChatML, ChatWriter, LabChat, LentChat, TemplateChat
from engine.vocab.lent import LentTokenizer
from engine.vocab.published import load_published, published_names

TOKENIZER, TRAINING = "tokenizer.json", "training.json"
"""Files of a tokenizer that ``llmlab train tokenizer`` has made."""
_SUFFIXES = (".json", ".gguf")
_SMALL_BYTES = 1_000_000
"""Of a ``tokenizer.json``: some 20,000 entries."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class FoundTokenizer:
    """A tokenizer and, where it has one, its way of writing conversations."""

    name: str
    tokenizer: AnyTokenizer
    chat: ChatWriter | None


def find_tokenizer(name: str) -> FoundTokenizer:
    """Resolve a name.

    Args:
        name: an encoding of ``tiktoken`` (``gpt2``, ``o200k_base``), one that was trained here, a
            ``tokenizer.json`` or the folder that it lies in, a ``.gguf`` file, or a checkpoint
            (``nano/base``), a run or an imported model.

    Raises:
        LabError: there is none of that name, or it cannot be read; the sentence says why.
    """
    if name in published_names():
        published = load_published(name)
        marks = CHAT_MARKS.get(name)
        return FoundTokenizer(name, published, ChatML(published, marks) if marks else None)
    trained = paths.tokenizers_folder() / name
    if NAME.fullmatch(name) and _is_trained(trained):
        return _of_folder(name, trained)
    path = _path(name)
    if path is not None and path.suffix in _SUFFIXES and path.is_file():
        return _of_file(name, path)
    if path is not None and (path / TOKENIZER).is_file() and not (path / MANIFEST).is_file():
        return _of_folder(name, path)
    try:
        info = find_checkpoint(name)
    except CheckpointError as error:
        raise CheckpointError(
            f"{error} Of tokenizers also a tokenizer.json, a .gguf file, or "
            f"{', '.join(published_names())}."
        ) from error
    return _of_dialect(info.name, load_dialect(info))


def lend_tokenizer(name: str) -> FoundTokenizer:
    """``find_tokenizer`` in a process of its own, which ends when nobody holds the tokenizer.

    Raises:
        LabError: as ``find_tokenizer``, or there can be no process.
    """
    tokenizer = LentTokenizer(name)
    return FoundTokenizer(
        tokenizer.name, tokenizer, LentChat(tokenizer) if tokenizer.chats else None
    )


def is_small(name: str) -> bool:
    """Whether opening a tokenizer takes a few MB, as those do that were trained here.

    It looks at the size of a file and opens none; of what cannot be found nothing is said.
    """
    if name in published_names():
        return False
    path = _path(name)
    found = [paths.tokenizers_folder() / name / TOKENIZER] if NAME.fullmatch(name) else []
    if path is not None:
        found += [path / TOKENIZER, path]
    with contextlib.suppress(CheckpointError):
        found.append(find_checkpoint(name).path / TOKENIZER)
    file = next((each for each in found if each.is_file()), None)
    return file is None or (file.suffix == ".json" and file.stat().st_size <= _SMALL_BYTES)


def _is_trained(folder: Path) -> bool:
    return (folder / TOKENIZER).is_file() and (folder / TRAINING).is_file()


def _path(name: str) -> Path | None:
    """The file or folder of that name, if there is one that can be looked at."""
    path = paths.expanded(name)
    try:
        return path if name and path.exists() else None
    except OSError:  # a name that is too long for a file may still be looked up as a checkpoint
        return None


def _of_file(name: str, path: Path) -> FoundTokenizer:
    if path.suffix == ".gguf":
        from engine.vocab.gguf import read_gguf_dialect  # it takes numpy, which others do not need

        return _of_dialect(name, read_gguf_dialect(path))
    if path.name == TOKENIZER and (path.parent / MANIFEST).is_file():
        return _of_dialect(name, load_dialect(find_checkpoint(str(path.parent.absolute()))))
    if path.name == TOKENIZER:
        return _of_folder(name, path.parent)
    return FoundTokenizer(name, ImportedTokenizer(read_json(path), path), None)


def _of_folder(name: str, folder: Path) -> FoundTokenizer:
    if _is_trained(folder):
        return _of_dialect(name, LabDialect(load_tokenizer(folder), chats=True))
    return _of_dialect(name, read_imported_dialect(folder))


def _of_dialect(name: str, dialect: Dialect) -> FoundTokenizer:
    chat: ChatWriter | None = None
    if isinstance(dialect, LabDialect) and dialect.tokenizer.special.keys() >= {*SPECIAL_TOKENS}:
        chat = LabChat(dialect.tokenizer)
    elif isinstance(dialect, ImportedDialect) and dialect.template is not None:
        chat = TemplateChat(dialect.tokenizer, dialect.template, dialect.stop_ids(chat=True))
    return FoundTokenizer(name, dialect.tokenizer, chat)
