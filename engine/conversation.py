"""The conversation protocol: typed parts in, token ids and a loss mask out, by one function.

A turn is a role and parts. Ordinary text comes out as ordinary tokens whatever it says; structure
comes from the special tokens that ``render`` puts around it. Every part's text begins with one
space: " Mira" at the start of an answer, or of a search, is then the very token that stands on the
pages, and the facts learned from them can be found (docs/log.md, 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from engine import special
from engine.tokenizer import Tokenizer

Role = Literal["system", "user", "assistant"]
PartKind = Literal["text", "python", "search", "calc", "output"]
Counted = Literal["all", "rest"]

_TURN_TOKENS: dict[Role, tuple[str, str]] = {
    "system": (special.SYSTEM_START, special.SYSTEM_END),
    "user": (special.USER_START, special.USER_END),
    "assistant": (special.ASSISTANT_START, special.ASSISTANT_END),
}
TURN_TOKENS = frozenset(name for pair in _TURN_TOKENS.values() for name in pair) | {special.BOS}
"""What stands around turns, and in none."""

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
    counted: Counted = "all"
    """Which of its tokens the loss counts, if the assistant writes it. "rest" leaves out the first,
    which is the decision to begin it: of a call the token that opens it."""
    joined: bool = False
    """Of text: it follows the text before it without a space."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says."""

    role: Role
    parts: tuple[Part, ...]
    ids: tuple[int, ...] | None = None
    """The turn just as it was generated, between the tokens that open and end it; then it has no
    parts, and its ids are rendered as they are."""

    @staticmethod
    def of(role: Role, text: str) -> Turn:
        """A turn of one text part."""
        return Turn(role, (Part("text", text),))

    @staticmethod
    def of_ids(role: Role, ids: Iterable[int]) -> Turn:
        """A turn that was generated: ids are never decoded and encoded again."""
        return Turn(role, (), tuple(ids))


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
        for token, is_output in _with_outputs(tokenizer, turn.ids or ()):
            add([token], speaks and not is_output)
        for part in turn.parts:
            counts = speaks and part.kind != "output"
            if part.kind == "text":
                text = part.text if part.joined else " " + part.text
                first, *rest = tokenizer.encode(text)
            else:
                first, closing = (tokenizer.special[name] for name in _PART_TOKENS[part.kind])
                rest = [*tokenizer.encode(" " + part.text), closing]
            add([first], counts and part.counted == "all")
            add(rest, counts)
        add([end], speaks)
    return Rendered(ids, mask)


def _with_outputs(tokenizer: Tokenizer, ids: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """Each id of a generated turn, and whether it is of a tool's output or its two tokens."""
    start, end = (tokenizer.special.get(name) for name in _PART_TOKENS["output"])
    in_output = False
    for token in ids:
        in_output = in_output or token == start
        yield token, in_output
        in_output = in_output and token != end


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
