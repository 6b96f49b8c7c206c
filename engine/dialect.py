"""How a model wants to be spoken to: conversations and documents to ids, and the ids that end them.

A model of this lab speaks the protocol of ``engine.conversation``; an imported one has a chat
template and a tokenizer of its own. Both are a ``Dialect``, and nothing else in the lab asks which.
Imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from engine import conversation, special
from engine.chat_template import ChatTemplate
from engine.conversation import Turn
from engine.errors import RequestError
from engine.hf_chat import read_chat_files
from engine.manifest import CheckpointInfo
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer


class Dialect(Protocol):
    """One model's language."""

    @property
    def tokenizer(self) -> AnyTokenizer:
        """Of the model."""
        ...

    @property
    def chats(self) -> bool:
        """Whether it was trained on conversations; others only continue documents."""
        ...

    @property
    def answer_prefix(self) -> str:
        """What a rendered answer begins with that its reader did not ask for."""
        ...

    def render_chat(self, turns: Iterable[Turn], continue_ids: Sequence[int] = ()) -> list[int]:
        """The prompt for the assistant's next turn, of which ``continue_ids`` are said already.

        Raises:
            RequestError: the model does not take such a conversation.
        """
        ...

    def render_completion(self, text: str, continue_ids: Sequence[int] = ()) -> list[int]:
        """The prompt for a document that begins with ``text``."""
        ...

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """Ids that end a row: of the assistant's turn, or of the document."""
        ...


class LabDialect:
    """The lab's own protocol."""

    answer_prefix = " "

    def __init__(self, tokenizer: Tokenizer, *, chats: bool) -> None:
        self.tokenizer = tokenizer
        self.chats = chats

    def render_chat(self, turns: Iterable[Turn], continue_ids: Sequence[int] = ()) -> list[int]:
        """See ``engine.conversation.render_chat``."""
        return conversation.render_chat(self.tokenizer, turns, continue_ids)

    def render_completion(self, text: str, continue_ids: Sequence[int] = ()) -> list[int]:
        """See ``engine.conversation.render_completion``."""
        return conversation.render_completion(self.tokenizer, text, continue_ids)

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """The end of the assistant's turn, or the beginning of the next document."""
        name = special.ASSISTANT_END if chat else special.BOS
        return frozenset({self.tokenizer.special[name]})


class ImportedDialect:
    """A chat template and the end tokens of an imported model.

    Args:
        tokenizer: of the model.
        template: None for a model that only continues documents.
        eos_ids: what ends a text, of either kind.
    """

    answer_prefix = ""

    def __init__(
        self,
        tokenizer: ImportedTokenizer,
        template: ChatTemplate | None,
        eos_ids: frozenset[int],
    ) -> None:
        self.tokenizer = tokenizer
        self._template = template
        self._eos_ids = eos_ids

    @property
    def chats(self) -> bool:
        """Whether there is a chat template."""
        return self._template is not None

    def render_chat(self, turns: Iterable[Turn], continue_ids: Sequence[int] = ()) -> list[int]:
        """Write the conversation down; the template's structure alone becomes special ids."""
        if self._template is None:
            raise RequestError(
                "This model has no chat template: it continues documents and has not learned to "
                "answer. Give it a prompt, or choose an instruct model."
            )
        ids: list[int] = []
        for piece in self._template.render(turns):
            ids += self.tokenizer.encode(piece.text) if piece.token is None else [piece.token]
        return [*ids, *continue_ids]

    def render_completion(self, text: str, continue_ids: Sequence[int] = ()) -> list[int]:
        """The text, after what the tokenizer puts before every document."""
        return [*self.tokenizer.bos_ids, *self.tokenizer.encode(text), *continue_ids]

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """The same for both: these models mark the end of a turn and of a text alike."""
        return self._eos_ids


def load_dialect(info: CheckpointInfo) -> Dialect:
    """The dialect of a checkpoint.

    Raises:
        CheckpointError: a file of the tokenizer is missing or damaged.
    """
    if info.imported:
        return read_imported_dialect(info.path)
    return LabDialect(load_tokenizer(info.path), chats=info.chats)


def read_imported_dialect(folder: Path) -> ImportedDialect:
    """The dialect of a Hugging Face folder: its tokenizer, chat template and end tokens.

    Raises:
        CheckpointError: the tokenizer is of another kind, or a file is damaged.
    """
    tokenizer = ImportedTokenizer.load(folder / "tokenizer.json")
    files = read_chat_files(folder)
    template = None
    if files.template is not None:
        template = ChatTemplate(
            files.template, files.names, tokenizer.added, str(files.template_file)
        )
    named = tokenizer.special.get(files.names.get("eos_token", ""))
    eos_ids = {*files.eos_ids, *([] if named is None else [named])}
    return ImportedDialect(tokenizer, template, frozenset(eos_ids))
