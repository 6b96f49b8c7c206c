"""What a Hugging Face folder says of conversations: special tokens' names, chat template, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import CheckpointError
from engine.files import read_json

_NAMED = ("bos_token", "eos_token", "unk_token", "pad_token")


@dataclass(frozen=True, slots=True)
class ChatFiles:
    """The parts of several files that belong together."""

    names: Mapping[str, str]
    """``bos_token`` and the like to the token's text; only those that are set."""
    template: str | None
    template_file: Path
    eos_ids: tuple[int, ...]
    """What ends a text or turn, the likeliest first."""


def read_chat_files(folder: Path) -> ChatFiles:
    """Read whichever of the files are there.

    Raises:
        LabError: one is damaged.
    """
    config = _optional(folder / "tokenizer_config.json")
    template, where = _template(folder, config)
    eos_ids: dict[int, None] = {}
    for name in ("generation_config.json", "config.json"):
        value = _optional(folder / name).get("eos_token_id")
        for token in value if isinstance(value, list) else [value]:
            if isinstance(token, int) and not isinstance(token, bool):
                eos_ids[token] = None
    return ChatFiles(_names(config), template, where, tuple(eos_ids))


def _optional(path: Path) -> Mapping[str, Any]:
    """A JSON object that may be missing."""
    if not path.is_file():
        return {}
    data = read_json(path)
    if not isinstance(data, dict):
        raise CheckpointError(f"{path} is not a JSON object. Fetch it again from its source.")
    return data


def _names(config: Mapping[str, Any]) -> dict[str, str]:
    names = {}
    for key in _NAMED:
        value = config.get(key)
        text = value.get("content") if isinstance(value, dict) else value
        if isinstance(text, str):
            names[key] = text
    return names


def _template(folder: Path, config: Mapping[str, Any]) -> tuple[str | None, Path]:
    """The template stands in a file of its own or in the tokenizer's configuration."""
    path = folder / "chat_template.jinja"
    if path.is_file():
        try:
            return path.read_text("utf-8"), path
        except (OSError, UnicodeDecodeError) as error:
            raise CheckpointError(
                f"{path} cannot be read ({error}). Fetch it again from its source."
            ) from error
    path = folder / "tokenizer_config.json"
    value = config.get("chat_template")
    if isinstance(value, list):  # several, by name
        named = {t.get("name"): t.get("template") for t in value if isinstance(t, dict)}
        value = named.get("default")
    if value is not None and not isinstance(value, str):
        raise CheckpointError(
            f"{path} has a chat_template that is no text. Fetch it again from its source."
        )
    return value, path
