"""Questions as prompts: for a chat model a conversation, for a base model a page to go on with.

Imports no torch.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.calls import NO_RULES
from engine.conversation import Turn
from engine.data.web import Web, web_of
from engine.data.world import NANO_WORLD
from engine.dialect import Dialect
from engine.evals.answer import few_shot_prefix
from engine.manifest import CheckpointInfo
from engine.probes.question import Question
from engine.request import Request
from engine.sampling_params import SamplingParams

CONTEXTS = 4
"""Greedy answers to a question beside the first one."""
ROOM = 16
"""Tokens that must be left for an answer."""

FRAMES: tuple[tuple[str, str], ...] = (
    ("Hello!", "Hello! What would you like to know?"),
    ("Can I ask you something?", "Of course. What is your question?"),
    ("Good morning. I have a question.", "Good morning! Please ask it."),
    ("Thank you!", "You are welcome! Is there anything else?"),
)
"""What was said before, where a question has no other wordings: another context without a hint."""


class Prompts:
    """How one checkpoint is asked.

    Args:
        info: of the checkpoint.
        dialect: of the same.
        web: what a base model's examples are taken from; None is the web of the nano preset.
    """

    def __init__(self, info: CheckpointInfo, dialect: Dialect, web: Web | None) -> None:
        self.dialect = dialect
        self._most = info.max_seq_len - ROOM
        self._stop_ids = dialect.stop_ids(chat=dialect.chats)
        self._rules = dialect.answer_rules() if dialect.chats else NO_RULES
        if not dialect.chats:
            web = web or web_of(NANO_WORLD)
            self._examples = [few_shot_prefix(web, seed=seed) for seed in range(CONTEXTS + 1)]

    def first(self, question: Question) -> list[int]:
        """Ids of the question as its text says; they may not fit (see ``problem``)."""
        if self.dialect.chats:
            return self.dialect.render_chat([Turn.of("user", question.text)])
        return self._page(0, question.text)

    def others(self, question: Question) -> list[list[int]]:
        """Up to ``CONTEXTS`` other ways to ask the same; those that do not fit are left out.

        Of a chat model in other words, and where a question has too few, after other small talk.
        Of a base model after other examples, and in other words where there are any.
        """
        wordings = [text for text in question.wordings if text != question.text][:CONTEXTS]
        if self.dialect.chats:
            prompts = [self.dialect.render_chat([Turn.of("user", text)]) for text in wordings]
            prompts += [
                self.dialect.render_chat(
                    [
                        Turn.of("user", said),
                        Turn.of("assistant", answered),
                        Turn.of("user", question.text),
                    ]
                )
                for said, answered in FRAMES[: CONTEXTS - len(wordings)]
            ]
        else:
            words = [*wordings, *([question.text] * (CONTEXTS - len(wordings)))]
            prompts = [self._page(number, text) for number, text in enumerate(words, start=1)]
        return [ids for ids in prompts if len(ids) <= self._most]

    def problem(self, question: Question) -> str | None:
        """Why the question cannot be asked, or None."""
        n_tokens = len(self.first(question))
        if n_tokens <= self._most:
            return None
        return (
            f"it makes a prompt of {n_tokens} tokens, but the model reads at most {self._most} "
            "before an answer. Shorten the question."
        )

    def request(
        self,
        ids: Sequence[int],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        n: int = 1,
    ) -> Request:
        """``n`` answers to a prompt of this class, greedy unless a temperature is given."""
        params = SamplingParams(
            temperature=temperature,
            max_tokens=max_tokens,
            seed=seed,
            stop=() if self.dialect.chats else ("\n",),  # A page would go on with a question.
        )
        return Request(
            prompt_ids=tuple(ids), params=params, n=n, stop_ids=self._stop_ids, calls=self._rules
        )

    def _page(self, examples: int, text: str) -> list[int]:
        return self.dialect.render_completion(f"{self._examples[examples]}Q: {text}\nA:")
