"""A checkpoint in this process: prompts in, completions out, batched. For commands and evals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine import special
from engine.checkpoint import load_model
from engine.conversation import Turn, render_chat, render_completion
from engine.events import Completion
from engine.generate import Generator
from engine.manifest import CheckpointInfo, find_checkpoint, verify
from engine.model import Transformer
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.tokenizer import Tokenizer, load_tokenizer


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A loaded checkpoint with its generator."""

    info: CheckpointInfo
    model: Transformer
    tokenizer: Tokenizer
    generator: Generator

    @staticmethod
    def load(name: str, *, device: torch.device | str | None = None) -> LocalModel:
        """Find, verify and load a checkpoint.

        Raises:
            CheckpointError: it does not exist or is damaged.
        """
        info = find_checkpoint(name)
        verify(info.path)
        place = device or ("cuda" if torch.cuda.is_available() else "cpu")
        model = load_model(info.path, device=place)
        tokenizer = load_tokenizer(info.path)
        return LocalModel(info, model, tokenizer, Generator(model, tokenizer, native=True))

    @property
    def chats(self) -> bool:
        """Whether it was trained on conversations; a base model only continues documents."""
        return self.info.stage != "base"

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """Ids that end a row: the end of the assistant's turn, or of the document."""
        name = special.ASSISTANT_END if chat else special.BOS
        return frozenset({self.tokenizer.special[name]})

    def complete(self, prompt: str, params: SamplingParams, *, n: int = 1) -> list[Completion]:
        """``n`` samples of a document that begins with ``prompt``.

        Raises:
            RequestError: the prompt does not fit the context.
        """
        return self._run([render_completion(self.tokenizer, prompt)], params, n=n, chat=False)[0]

    def chat(
        self, turns: Sequence[Turn], params: SamplingParams, *, n: int = 1
    ) -> list[Completion]:
        """``n`` samples of the assistant's next turn."""
        return self._run([render_chat(self.tokenizer, turns)], params, n=n, chat=True)[0]

    def complete_batch(self, prompts: Sequence[str], params: SamplingParams) -> list[Completion]:
        """One sample for each document beginning."""
        ids = [render_completion(self.tokenizer, prompt) for prompt in prompts]
        return [rows[0] for rows in self._run(ids, params, n=1, chat=False)]

    def chat_batch(
        self, conversations: Sequence[Sequence[Turn]], params: SamplingParams
    ) -> list[Completion]:
        """The assistant's next turn in each conversation."""
        ids = [render_chat(self.tokenizer, turns) for turns in conversations]
        return [rows[0] for rows in self._run(ids, params, n=1, chat=True)]

    def _run(
        self, prompts: Sequence[list[int]], params: SamplingParams, *, n: int, chat: bool
    ) -> list[list[Completion]]:
        stop_ids = self.stop_ids(chat=chat)
        return self.generator.generate_all(
            [
                Request(prompt_ids=tuple(ids), params=params, n=n, stop_ids=stop_ids)
                for ids in prompts
            ]
        )
