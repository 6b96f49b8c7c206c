"""What the generation engine is asked for: ids, never text. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.calls import NO_RULES, CallRules
from engine.errors import PromptTooLongError, RequestError
from engine.sampling_params import SamplingParams

Priority = Literal["interactive", "bulk"]
"""Somebody watches the answer, or a program wants thousands (probes, rollouts, evaluation)."""

MAX_SPECULATED = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Samples that go on from one prompt.

    Raises:
        RequestError: an empty prompt, or no sample asked for.
    """

    prompt_ids: tuple[int, ...]
    params: SamplingParams = field(default_factory=SamplingParams)
    n: int = 1
    """Samples drawn from one reading of the prompt; sample i of a seed is the same for every n."""
    stop_ids: frozenset[int] = frozenset()
    """Ids that end a row: ``<|assistant_end|>`` in a chat, ``<|bos|>`` in plain text."""
    calls: CallRules = NO_RULES
    """What the answer may hold beside text. A row that ends a tool call pauses until
    ``Generator.proceed``, or ends."""
    n_said: int = 0
    """How many of the last prompt ids are of the answer already."""
    max_forced: int = 0
    """Tokens that ``Generator.proceed`` may append to a row in all; room is kept for them."""
    echo: bool = False
    """Whether to send an event for each token of the prompt as well (``span`` "prompt")."""
    priority: Priority = "interactive"
    """Interactive requests are let in first, and some rows are kept free for them."""
    speculate: int = 0
    """Tokens to guess ahead at most, by looking the last words up in the row's own text; the
    answer is the same. 0 is off."""

    def __post_init__(self) -> None:
        if not self.prompt_ids:
            raise RequestError("The prompt holds no token. Begin it with <|bos|>.")
        if self.n < 1:
            raise RequestError(f"n = {self.n} samples were asked for. Ask for at least 1.")
        if not 0 <= self.n_said <= len(self.prompt_ids):
            raise RequestError(
                f"n_said = {self.n_said}, but the prompt has {len(self.prompt_ids)} tokens."
            )
        if self.max_forced < 0:
            raise RequestError(f"max_forced = {self.max_forced}, but must be at least 0.")
        if not 0 <= self.speculate <= MAX_SPECULATED:
            raise RequestError(
                f"speculate = {self.speculate}, but 0 to {MAX_SPECULATED} tokens can be guessed "
                "ahead. Change speculate."
            )

    def check_fits(self, *, max_seq_len: int, n_vocab: int) -> None:
        """Refuse what a model of this size cannot serve.

        Raises:
            PromptTooLongError: the prompt is longer than the context.
            RequestError: it holds an unknown id.
        """
        if len(self.prompt_ids) > max_seq_len:
            raise PromptTooLongError(
                f"The prompt has {len(self.prompt_ids)} tokens, but the model reads at most "
                f"{max_seq_len}. Shorten the prompt."
            )
        _check_ids(self.prompt_ids, n_vocab)

    def check_forced(self, n_forced: int, ids: Sequence[int], n_vocab: int) -> None:
        """Refuse what ``Generator.proceed`` may not append.

        Raises:
            RequestError: more than ``max_forced`` tokens in all, or unknown ids.
        """
        if n_forced > self.max_forced:
            raise RequestError(
                f"{n_forced} tokens would be appended to this row, but its request made room for "
                f"{self.max_forced}. Shorten the output or ask for more room."
            )
        _check_ids(ids, n_vocab)


def _check_ids(ids: Sequence[int], n_vocab: int) -> None:
    for token in ids:
        if not 0 <= token < n_vocab:
            raise RequestError(
                f"The id {token} was given, but the model knows ids 0 to {n_vocab - 1}. "
                "Use the tokenizer of this checkpoint."
            )
