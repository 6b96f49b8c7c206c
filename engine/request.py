"""What the generation engine is asked for: ids, never text. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.errors import RequestError
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
        if not 0 <= self.speculate <= MAX_SPECULATED:
            raise RequestError(
                f"speculate = {self.speculate}, but 0 to {MAX_SPECULATED} tokens can be guessed "
                "ahead. Change speculate."
            )

    def check_fits(self, *, max_seq_len: int, max_rows: int, n_vocab: int) -> None:
        """Refuse what a model of this size cannot serve.

        Raises:
            RequestError: the prompt is longer than the context, holds an unknown id, or more
                samples are asked for than there are rows.
        """
        if len(self.prompt_ids) > max_seq_len:
            raise RequestError(
                f"The prompt has {len(self.prompt_ids)} tokens, but the model reads at most "
                f"{max_seq_len}. Shorten the prompt."
            )
        for token in self.prompt_ids:
            if not 0 <= token < n_vocab:
                raise RequestError(
                    f"The prompt holds the id {token}, but the model knows ids 0 to "
                    f"{n_vocab - 1}. Use the tokenizer of this checkpoint."
                )
        if self.n > max_rows:
            raise RequestError(
                f"n = {self.n} samples were asked for, but the engine holds {max_rows} rows. "
                f"Ask for at most {max_rows}."
            )
