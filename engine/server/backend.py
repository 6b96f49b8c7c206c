"""What the worker asks of whatever computes: protocols, so that it can be tested without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.calls import Call
from engine.dialect import Dialect
from engine.events import TokenEvent
from engine.precision import Precision
from engine.protocol import GenerateRequest
from tools.tool import Tool


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What a backend computes on, for the engine's health."""

    name: str
    torch_version: str
    threads: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A checkpoint as it lies on disk; ``stamp`` changes when the folder is written anew."""

    name: str
    path: Path
    stamp: tuple[int, ...]
    precision: Precision | None = None
    """Asked for by a suffix of the name; None leaves the choice to the backend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """A request's prompt as the model will read it, with the display text of each id."""

    ids: tuple[int, ...]
    tokens: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A checkpoint as the list of models shows it."""

    name: str
    created_s: int
    """Unix time."""
    max_seq_len: int
    n_params: int
    chats: bool
    """Whether it answers conversations, or only goes on from a text."""


class Vocabulary(Protocol):
    """What each id of a model says. It never changes, so any thread may ask."""

    def token_bytes(self, token: int) -> bytes:
        """The bytes of a token; none for a special one."""
        ...

    def display(self, token: int) -> str:
        """The token's text, or the name of a special one."""
        ...


class LoadedModel(Protocol):
    """A checkpoint in memory with the batch of requests it is answering."""

    @property
    def max_seq_len(self) -> int:
        """Tokens of prompt and answer that fit."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """What each of its ids says."""
        ...

    @property
    def answer_prefix(self) -> str:
        """What the chat protocol puts before the text of each turn, and the model therefore says
        before its answer. It is no part of the message."""
        ...

    def render(self, request: GenerateRequest) -> Prompt:
        """Turn text to ids.

        Raises:
            RequestError: the request cannot be rendered.
        """
        ...

    def add(
        self, job: int, request: GenerateRequest, prompt: Prompt, tools: Sequence[Tool] = ()
    ) -> None:
        """Join ``request`` to the batch; its events carry ``job`` in ``request``.

        ``tools`` are those that the request names.

        Raises:
            RequestError: the prompt does not fit, or the model has not learned such a tool.
        """
        ...

    @property
    def busy(self) -> bool:
        """Whether a step would do anything: rows that wait for a tool need none."""
        ...

    def step(self) -> list[TokenEvent]:
        """Compute the next token of every row; a row's last event has a ``finish_reason``."""
        ...

    def take_calls(self) -> list[Call]:
        """The tool calls that rows have ended in the last step. Their rows are paused or over."""
        ...

    def proceed(self, call: Call, output: str) -> list[TokenEvent]:
        """Let the row of ``call`` go on behind the tool's output; the tokens appended to it.

        Raises:
            RequestError: the row is not paused.
        """
        ...

    def cancel(self, job: int) -> None:
        """Drop the rows of ``job``, which may have none left."""
        ...


class Backend(Protocol):
    """Finds and loads checkpoints on one device.

    ``offers``, ``dialect`` and ``load`` are called from other threads than the rest, so that
    neither a slow disk nor gigabytes of weights make the rows of other models wait.
    """

    @property
    def device(self) -> Device:
        """What it computes on."""
        ...

    def offers(self) -> Sequence[Offer]:
        """The checkpoints that can be asked for by name."""
        ...

    def find(self, name: str) -> Source:
        """Look a checkpoint up, without reading its weights.

        Raises:
            CheckpointError: there is no such checkpoint.
        """
        ...

    def dialect(self, name: str) -> Dialect:
        """How a checkpoint is spoken to, without loading it.

        Raises:
            CheckpointError: there is no such checkpoint, or its tokenizer is damaged.
        """
        ...

    def load(self, source: Source) -> LoadedModel:
        """Check a checkpoint against its manifest and load it.

        Raises:
            CheckpointError: it is damaged.
        """
        ...


def torch_backend(threads: int | None = None, precision: Precision | None = None) -> Backend:
    """The real backend. Call it in the worker's thread: it imports torch and chooses a device."""
    from engine.server.torch_backend import TorchBackend

    return TorchBackend(threads, precision)
