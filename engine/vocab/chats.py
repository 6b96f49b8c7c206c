"""Conversations as ids, each with its speaker and whether the loss of fine-tuning counts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from engine.chat_template import ChatTemplate
from engine.conversation import Role, Turn, render
from engine.errors import LabError, RequestError
from engine.helper import as_bytes
from engine.tokenizer import Tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.vocab.lent import LentTokenizer
from engine.vocab.pieces import TokenPiece, piece
from engine.vocab.published import PublishedTokenizer


@dataclass(frozen=True, slots=True)
class ChatPiece:
    """One token of a conversation."""

    piece: TokenPiece
    role: Role | None
    """Whose turn it is of, the tokens around the turn included; None: of nobody's."""
    counted: bool | None
    """Whether the loss counts it, as the assistant writes it itself; None: nobody can tell."""


class ChatWriter(Protocol):
    """Writes whole conversations down."""

    def write(self, turns: Sequence[Turn]) -> list[ChatPiece]:
        """All tokens of a conversation, in order.

        Raises:
            LabError: it holds what cannot be written in this form.
        """
        ...


class LabChat:
    """The lab's own protocol, ``engine.conversation.render``."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def write(self, turns: Sequence[Turn]) -> list[ChatPiece]:
        """See ``ChatWriter``. A turn's tokens do not depend on the turns around it."""
        tokenizer = self._tokenizer
        (bos,) = render(tokenizer, []).ids
        written = [ChatPiece(piece(tokenizer, bos), None, False)]
        for turn in turns:
            one = render(tokenizer, [turn])
            written += [
                ChatPiece(piece(tokenizer, token), turn.role, counted)
                for token, counted in zip(one.ids[1:], one.mask[1:], strict=True)
            ]
        return written


@dataclass(frozen=True, slots=True)
class ChatMarks:
    """The special tokens of OpenAI's ChatML, which ``tiktoken`` does not publish."""

    start: int
    end: int
    separator: int


CHAT_MARKS = {
    "o200k_base": ChatMarks(200264, 200265, 200266),
    "cl100k_base": ChatMarks(100264, 100265, 100266),
}
"""As Karpathy's "Deep Dive into LLMs like ChatGPT" shows them (tiktokenizer.vercel.app)."""


class ChatML:
    """``<|im_start|>`` role ``<|im_sep|>`` text ``<|im_end|>``, turn after turn."""

    def __init__(self, tokenizer: PublishedTokenizer, marks: ChatMarks) -> None:
        self._tokenizer = tokenizer
        self._start = TokenPiece(marks.start, b"", "<|im_start|>")
        self._end = TokenPiece(marks.end, b"", "<|im_end|>")
        self._separator = TokenPiece(marks.separator, b"", "<|im_sep|>")

    def write(self, turns: Sequence[Turn]) -> list[ChatPiece]:
        """See ``ChatWriter``."""
        return [token for turn in turns for token in self._turn(turn)]

    def _turn(self, turn: Turn) -> Iterator[ChatPiece]:
        for head in (self._start, *self._pieces(turn.role), self._separator):
            yield ChatPiece(head, turn.role, False)
        for own in (*self._pieces(_text(turn)), self._end):
            yield ChatPiece(own, turn.role, turn.role == "assistant")

    def _pieces(self, text: str) -> list[TokenPiece]:
        return [piece(self._tokenizer, token) for token in self._tokenizer.encode(text)]


class TemplateChat:
    """An imported model's template.

    It writes a conversation as a whole and does not say whose turn a token is of. That is found by
    writing the beginnings of the conversation too: a turn ends where what is written with it and
    nothing after it stops agreeing with the whole.

    Args:
        tokenizer: of the model.
        template: by which it is spoken to.
        ends: ids that end the assistant's turn; what the template writes behind them, a line break
            for one, the assistant never does.
    """

    def __init__(
        self, tokenizer: ImportedTokenizer, template: ChatTemplate, ends: frozenset[int]
    ) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._ends = ends

    def write(self, turns: Sequence[Turn]) -> list[ChatPiece]:
        """See ``ChatWriter``. Where the template refuses a beginning, nobody can tell."""
        for turn in turns:
            _text(turn)  # refuses tools
        ids = self._ids(turns, opens_answer=False)
        roles: list[Role | None] = [None] * len(ids)
        counted: list[bool | None] = [None] * len(ids)
        begin: int | None = 0
        for i, turn in enumerate(turns):
            end = len(ids) if i == len(turns) - 1 else self._agreeing(ids, turns[: i + 1])
            if begin is not None and end is not None:
                roles[begin:end] = [turn.role] * (end - begin)
                own: int | None = end
                if turn.role == "assistant":
                    own = self._agreeing(ids, turns[:i], opens_answer=True)
                if own is not None:
                    own = min(max(own, begin), end)
                    ended = [at + 1 for at in range(own, end) if ids[at] in self._ends]
                    last = max(ended, default=end)
                    counted[begin:end] = [own <= at < last for at in range(begin, end)]
            begin = end
        pieces = (piece(self._tokenizer, token) for token in ids)
        return [ChatPiece(*each) for each in zip(pieces, roles, counted, strict=True)]

    def _ids(self, turns: Sequence[Turn], *, opens_answer: bool) -> list[int]:
        ids: list[int] = []
        for part in self._template.render(turns, opens_answer=opens_answer):
            ids += self._tokenizer.encode(part.text) if part.token is None else [part.token]
        return ids

    def _agreeing(
        self, ids: Sequence[int], turns: Sequence[Turn], *, opens_answer: bool = False
    ) -> int | None:
        """How many of ``ids`` begin with these turns; None if the template refuses them."""
        try:
            beginning = self._ids(turns, opens_answer=opens_answer)
        except RequestError:
            return None
        pairs = zip(ids, beginning, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(ids), len(beginning)))


class LentChat:
    """What the process of a lent tokenizer writes."""

    def __init__(self, tokenizer: LentTokenizer) -> None:
        self._tokenizer = tokenizer

    def write(self, turns: Sequence[Turn]) -> list[ChatPiece]:
        """See ``ChatWriter``."""
        found = self._tokenizer.ask("chat", turns=[asdict(turn) for turn in turns])
        return [
            ChatPiece(TokenPiece(token, as_bytes(data), special), role, counted)
            for token, data, special, role, counted in found
        ]


def _text(turn: Turn) -> str:
    for part in turn.parts:
        if part.kind != "text":
            raise LabError(
                f"The conversation has the part {part.kind!r}, which only a tokenizer of the lab "
                "has tokens for. Choose nano/sft, or leave the part out."
            )
    return "".join(part.text for part in turn.parts)
