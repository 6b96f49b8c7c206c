"""Who writes a question and its answer about a passage, and how that is asked of a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.protocol import Message

MAX_DRAFT_TOKENS = 80
MAX_ANSWER_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """A question and its answer as they were written, unchecked."""

    question: str
    answer: str


class Writer(Protocol):
    """Writes questions, and answers them with the passage at hand."""

    @property
    def name(self) -> str:
        """Who it is: shown beside what it made."""
        ...

    @property
    def group(self) -> str:
        """The group of its questions."""
        ...

    def write(self, snippets: Sequence[str]) -> list[Draft | None]:
        """A draft for each passage; None where it wrote something else."""
        ...

    def answer(self, asked: Sequence[tuple[str, str]]) -> list[str]:
        """The answer to each pair of a passage and a question about it."""
        ...


_TASK = (
    "Read the text. Write one short question about a fact that the text states, and its answer in "
    "a few words of the text. Name whom or what the question is about: it must be clear to "
    "somebody who has not read the text."
)
_READ = "Read the text and answer the question in a few words of the text."
_EXAMPLES = (
    (
        "The lighthouse at Cape Ondo was built in 1871 by Ester Valk. It burned whale oil until a "
        "cable reached the island.",
        Draft("Who built the lighthouse at Cape Ondo?", "Ester Valk"),
    ),
    (
        "Every autumn the storks of Brenlo leave for the south. Their nests, which weigh up to 40 "
        "kilograms, are mended by the fire brigade in winter.",
        Draft("How much do the nests of the storks of Brenlo weigh?", "up to 40 kilograms"),
    ),
)
_DRAFT = re.compile(r"\s*Question:[ \t]*(\S[^\n]*)\n\s*Answer:[ \t]*(\S[^\n]*)\s*(?:\n|$)")


def messages_to_write(snippet: str) -> tuple[Message, ...]:
    """A conversation that asks for a draft, after two examples of one."""
    turns: list[Message] = []
    for text, draft in _EXAMPLES:
        reply = f"Question: {draft.question}\nAnswer: {draft.answer}"
        turns += [_user(f"{_TASK}\n\nText: {text}"), Message(role="assistant", content=reply)]
    return *turns, _user(f"{_TASK}\n\nText: {snippet}")


def messages_to_answer(snippet: str, question: str) -> tuple[Message, ...]:
    """A conversation that asks for the answer, after two examples."""
    turns: list[Message] = []
    for text, draft in _EXAMPLES:
        asked = f"{_READ}\n\nText: {text}\n\nQuestion: {draft.question}"
        turns += [_user(asked), Message(role="assistant", content=draft.answer)]
    return *turns, _user(f"{_READ}\n\nText: {snippet}\n\nQuestion: {question}")


def read_draft(reply: str) -> Draft | None:
    """The draft in a model's reply, read strictly: a question line, then an answer line."""
    found = _DRAFT.match(reply)
    return Draft(found[1].strip(), found[2].strip()) if found else None


def _user(text: str) -> Message:
    return Message(role="user", content=text)
