"""A conversation in a file: a JSON list of ``{"role", "content"}``.

The content is a text, or a list of parts ``{"type", "text"}`` where the type is that of
``engine.conversation.PartKind``: so an assistant's turn holds its tool calls and their outputs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from engine.conversation import Part, PartKind, Role, Turn
from engine.errors import LabError
from engine.files import read_json
from engine.vocab.pieces import check_blanks

_ROLES: tuple[Role, ...] = get_args(Role)
_KINDS: tuple[PartKind, ...] = get_args(PartKind)


def read_messages(path: Path) -> list[Turn]:
    """The turns of a conversation.

    Raises:
        LabError: the file cannot be read, or is not such a list; the sentence says where.
    """
    data = read_json(path)
    if not isinstance(data, list) or not data:
        raise LabError(f'{path} is no JSON list of messages {{"role", "content"}}. Write one.')
    return [_turn(message, f"Message {i} of {path}") for i, message in enumerate(data, 1)]


def _turn(message: Any, where: str) -> Turn:
    if not isinstance(message, dict) or message.keys() != {"role", "content"}:
        raise LabError(f'{where} has not just the keys "role" and "content". Mend it.')
    role, content = message["role"], message["content"]
    if role not in _ROLES:
        raise LabError(
            f"{where} has the role {str(role)[:40]!a}. Write {', '.join(_ROLES)}; a tool's output "
            "is a part of the assistant's turn."
        )
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list) or not content:
        raise LabError(
            f"{where} has a content that is neither a text nor a list of parts. Mend it."
        )
    return Turn(role, tuple(_part(part, role, where) for part in content))


def _part(part: Any, role: Role, where: str) -> Part:
    if (
        not isinstance(part, dict)
        or part.keys() != {"type", "text"}
        or part["type"] not in _KINDS
        or not isinstance(part["text"], str)
    ):
        raise LabError(
            f'{where} has a part that is not {{"type", "text"}} with a type of '
            f"{', '.join(_KINDS)}. Mend it."
        )
    if part["type"] != "text" and role != "assistant":
        raise LabError(
            f"{where} has the part {part['type']!r}, which only an assistant's turn can have. "
            "Change the role or the part."
        )
    check_blanks(part["text"])
    return Part(part["type"], part["text"])
