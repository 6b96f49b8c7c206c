"""A checkpoint in this process as the writer: SmolLM2 and the like. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence

from engine.conversation import Turn
from engine.errors import ProbeError
from engine.local import LocalModel
from engine.probes.makers.writer import (
    MAX_ANSWER_TOKENS,
    MAX_DRAFT_TOKENS,
    Draft,
    messages_to_answer,
    messages_to_write,
    read_draft,
)
from engine.protocol import Message
from engine.sampling_params import SamplingParams


class LocalWriter:
    """Greedy, in batches. A passage that does not fit the model's context gets no draft.

    Raises:
        ProbeError: the checkpoint only continues documents.
    """

    group = "document"

    def __init__(self, local: LocalModel) -> None:
        if not local.chats:
            raise ProbeError(
                f"{local.info.name} only continues documents, and a writer is asked in "
                "conversations. Choose a chat model, or the cloze writer, which needs none."
            )
        self._local = local

    @property
    def name(self) -> str:
        """Of the checkpoint."""
        return self._local.info.name

    def write(self, snippets: Sequence[str]) -> list[Draft | None]:
        """See ``Writer``."""
        asked = [messages_to_write(snippet) for snippet in snippets]
        return [read_draft(reply) for reply in self._ask(asked, MAX_DRAFT_TOKENS)]

    def answer(self, asked: Sequence[tuple[str, str]]) -> list[str]:
        """See ``Writer``."""
        conversations = [messages_to_answer(snippet, question) for snippet, question in asked]
        return self._ask(conversations, MAX_ANSWER_TOKENS)

    def _ask(self, conversations: Sequence[Sequence[Message]], max_tokens: int) -> list[str]:
        turns = [[Turn.of(m.role, m.content) for m in messages] for messages in conversations]
        room = self._local.info.max_seq_len - max_tokens
        fits = [len(self._local.dialect.render_chat(each)) <= room for each in turns]
        params = SamplingParams(temperature=0.0, max_tokens=max_tokens)
        short = [each for each, does in zip(turns, fits, strict=True) if does]
        replies = iter(self._local.chat_batch(short, params))
        return [next(replies).text if does else "" for does in fits]
