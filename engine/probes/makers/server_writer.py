"""A model on a connected OpenAI-compatible server as the writer."""

from __future__ import annotations

from collections.abc import Sequence

from engine.probes.makers.writer import (
    MAX_ANSWER_TOKENS,
    MAX_DRAFT_TOKENS,
    Draft,
    messages_to_answer,
    messages_to_write,
    read_draft,
)
from engine.probes.server_chat import ServerChat


class ServerWriter:
    """Asks the server for each passage; what it says is text and nothing more.

    Raises (both methods):
        RemoteError: the server refuses or is lost.
    """

    group = "document"

    def __init__(self, chat: ServerChat) -> None:
        self._chat = chat

    @property
    def name(self) -> str:
        """Server and model."""
        return self._chat.name

    def write(self, snippets: Sequence[str]) -> list[Draft | None]:
        """See ``Writer``."""
        asked = [messages_to_write(snippet) for snippet in snippets]
        return [read_draft(reply) for reply in self._chat.ask(asked, max_tokens=MAX_DRAFT_TOKENS)]

    def answer(self, asked: Sequence[tuple[str, str]]) -> list[str]:
        """See ``Writer``."""
        conversations = [messages_to_answer(snippet, question) for snippet, question in asked]
        return self._chat.ask(conversations, max_tokens=MAX_ANSWER_TOKENS)
