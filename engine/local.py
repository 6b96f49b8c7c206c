"""A checkpoint in this process: prompts in, completions out, batched. For commands and evals."""

from __future__ import annotations

import functools
import gc
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.calls import NO_RULES
from engine.checkpoint import load_model
from engine.conversation import Turn
from engine.dialect import Dialect, load_dialect
from engine.events import Completion
from engine.generate import Generator
from engine.manifest import CheckpointInfo, find_checkpoint, verify
from engine.model import Transformer
from engine.precision import Precision, default_precision, split_name
from engine.quantize import to_precision
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.tokenizer_protocol import AnyTokenizer


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A loaded checkpoint with its generator."""

    info: CheckpointInfo
    model: Transformer
    dialect: Dialect
    generator: Generator

    @staticmethod
    def load(name: str, *, device: torch.device | str | None = None) -> LocalModel:
        """Find, verify and load a checkpoint; its name may end in ``@int8`` and the like.

        Raises:
            CheckpointError: it does not exist or is damaged.
        """
        base, precision = split_name(name)
        return LocalModel.open(find_checkpoint(base), precision, device=device)

    @staticmethod
    def open(
        info: CheckpointInfo,
        precision: Precision | None = None,
        *,
        device: torch.device | str | None = None,
    ) -> LocalModel:
        """Verify and load a checkpoint that has been found.

        Args:
            info: which.
            precision: to compute with; None chooses by size and device.
            device: where; None is the GPU where there is one.

        Raises:
            CheckpointError: it is damaged.
        """
        _set_imports_aside()
        verify(info.path)
        dialect = load_dialect(info)
        place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        precision = precision or default_precision(info.n_params, place.type)
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        model = to_precision(load_model(info.path, device=place, dtype=dtype), precision)
        generator = Generator(model, dialect.tokenizer, native=True)
        return LocalModel(info, model, dialect, generator)

    @property
    def tokenizer(self) -> AnyTokenizer:
        """Of the checkpoint."""
        return self.dialect.tokenizer

    @property
    def chats(self) -> bool:
        """Whether it was trained on conversations; a base model only continues documents."""
        return self.dialect.chats

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools that it has learned to call."""
        return self.dialect.tools

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """Ids that end a row: the end of the assistant's turn, or of the document."""
        return self.dialect.stop_ids(chat=chat)

    def complete(self, prompt: str, params: SamplingParams, *, n: int = 1) -> list[Completion]:
        """``n`` samples of a document that begins with ``prompt``.

        Raises:
            RequestError: the prompt does not fit the context.
        """
        return self._run([self.dialect.render_completion(prompt)], params, n=n, chat=False)[0]

    def chat(
        self, turns: Sequence[Turn], params: SamplingParams, *, n: int = 1
    ) -> list[Completion]:
        """``n`` samples of the assistant's next turn."""
        return self._run([self.dialect.render_chat(turns)], params, n=n, chat=True)[0]

    def complete_batch(self, prompts: Sequence[str], params: SamplingParams) -> list[Completion]:
        """One sample for each document beginning."""
        ids = [self.dialect.render_completion(prompt) for prompt in prompts]
        return [rows[0] for rows in self._run(ids, params, n=1, chat=False)]

    def chat_batch(
        self, conversations: Sequence[Sequence[Turn]], params: SamplingParams
    ) -> list[Completion]:
        """The assistant's next turn in each conversation."""
        ids = [self.dialect.render_chat(turns) for turns in conversations]
        return [rows[0] for rows in self._run(ids, params, n=1, chat=True)]

    def _run(
        self, prompts: Sequence[list[int]], params: SamplingParams, *, n: int, chat: bool
    ) -> list[list[Completion]]:
        stop_ids = self.stop_ids(chat=chat)
        rules = self.dialect.answer_rules() if chat else NO_RULES
        return self.generator.generate_all(
            [
                Request(prompt_ids=tuple(ids), params=params, n=n, stop_ids=stop_ids, calls=rules)
                for ids in prompts
            ]
        )


@functools.cache
def _set_imports_aside() -> None:
    """Spare the garbage collector what the libraries have made: it stays for good.

    Else it looks through all of torch again and again while events are made: a tenth of the time of
    a small model. Once, and before the first model, which may have to go again.
    """
    gc.collect()
    gc.freeze()
