"""The conversation protocol: typed parts in, token ids and a loss mask out, by one function.

A turn is a role and parts. Ordinary text comes out as ordinary tokens whatever it says; structure
comes from the special tokens that ``render`` puts around it. Every part's text begins with one
space: " Mira" at the start of an answer, or of a search, is then the very token that stands on the
pages, and the facts learned from them can be found (docs/log.md, 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine import special
from engine.tokenizer import Tokenizer

Role = Literal["system", "user", "assistant"]
PartKind = Literal["text", "python", "search", "calc", "output"]

_TURN_TOKENS: dict[Role, tuple[str, str]] = {
    "system": (special.SYSTEM_START, special.SYSTEM_END),
    "user": (special.USER_START, special.USER_END),
    "assistant": (special.ASSISTANT_START, special.ASSISTANT_END),
}
_PART_TOKENS: dict[PartKind, tuple[str, str]] = {
    "python": (special.PYTHON_START, special.PYTHON_END),
    "search": (special.SEARCH_START, special.SEARCH_END),
    "calc": (special.CALC_START, special.CALC_END),
    "output": (special.OUTPUT_START, special.OUTPUT_END),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a turn: text, a tool call's source, or a tool's output."""

    kind: PartKind
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says."""

    role: Role
    parts: tuple[Part, ...]

    @staticmethod
    def of(role: Role, text: str) -> Turn:
        """A turn of one text part."""
        return Turn(role, (Part("text", text),))


@dataclass(frozen=True, slots=True)
class Rendered:
    """Ids of a conversation and, for each, whether the loss counts it."""

    ids: list[int]
    mask: list[bool]


def render(tokenizer: Tokenizer, turns: Iterable[Turn]) -> Rendered:
    """Render whole turns. The mask is true on what the assistant itself must write:

    its text, its tool calls with their start and end tokens, and the token that ends its turn;
    never a question, a tool's output or the token that opens the assistant's turn.
    """
    ids = [tokenizer.special[special.BOS]]
    mask = [False]

    def add(new: Sequence[int], counts: bool) -> None:
        ids.extend(new)
        mask.extend([counts] * len(new))

    for turn in turns:
        speaks = turn.role == "assistant"
        start, end = (tokenizer.special[name] for name in _TURN_TOKENS[turn.role])
        add([start], False)
        for part in turn.parts:
            counts = speaks and part.kind != "output"
            if part.kind == "text":
                add(tokenizer.encode(" " + part.text), counts)
            else:
                opening, closing = (tokenizer.special[name] for name in _PART_TOKENS[part.kind])
                add([opening, *tokenizer.encode(" " + part.text), closing], counts)
        add([end], speaks)
    return Rendered(ids, mask)


def render_chat(
    tokenizer: Tokenizer, turns: Iterable[Turn], continue_ids: Sequence[int] = ()
) -> list[int]:
    """The prompt for the assistant's next turn; ``continue_ids`` is what it has said already.

    Those ids go in as they are: ids are never decoded and encoded again.
    """
    opening = tokenizer.special[special.ASSISTANT_START]
    return [*render(tokenizer, turns).ids, opening, *continue_ids]


def render_completion(
    tokenizer: Tokenizer, text: str, continue_ids: Sequence[int] = ()
) -> list[int]:
    """The prompt for a raw completion: a document that begins with ``text``."""
    return [tokenizer.special[special.BOS], *tokenizer.encode(text), *continue_ids]
