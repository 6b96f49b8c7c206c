"""An engine without torch: the real server and worker over a model that counts.

Run as a script it is an engine process (with ``--tcp`` one on a free port, which it prints);
imported, it gives the backend to in-process tests.
The checkpoint's name chooses the behaviour: ``count`` answers "0 1 2 ..." and stops at a stop
string of one number ("3 "), ``slow`` does the same at 10 ms a token, ``sluggish`` at 1.5 s,
``slow-to-load`` takes 0.4 s to load, and the others fail in the way their name says.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.calls import Call
from engine.dialect import Dialect
from engine.errors import CheckpointError, PromptTooLongError, RequestError
from engine.events import Alternative, FinishReason, TokenEvent
from engine.protocol import GenerateRequest
from engine.server.backend import Device, LoadedModel, Offer, Prompt, Source
from tools.tool import Tool

NAMES = (
    "count", "slow", "other", "third", "damaged", "bug", "nan", "bug-at-start", "panic", "memory",
    "slow-to-load", "sluggish",
)  # fmt: skip


FIRST_NUMBER = 0x110000
"""Ids below are code points; the id of the number i is ``FIRST_NUMBER + i``."""


class CountingVocabulary:
    def token_bytes(self, token: int) -> bytes:
        return b"" if token == 0 else self.display(token).encode()

    def display(self, token: int) -> str:
        if token == 0:
            return "<|zero|>"
        return chr(token) if token < FIRST_NUMBER else f"{token - FIRST_NUMBER} "


@dataclass
class CountingModel:
    name: str
    max_seq_len: int = 4096
    step_s: float = 0.0
    rows: dict[tuple[int, int], int] = field(default_factory=dict)
    requests: dict[int, GenerateRequest] = field(default_factory=dict)
    to_echo: dict[int, Prompt] = field(default_factory=dict)
    batch_sizes: list[int] = field(default_factory=list)
    vocabulary: CountingVocabulary = field(default_factory=CountingVocabulary)
    answer_prefix: str = " "
    full_at: int = sys.maxsize
    """Numbers after which a row has no room."""

    def render(self, request: GenerateRequest) -> Prompt:
        if request.prompt_ids is not None:
            ids = request.prompt_ids
        elif request.messages is not None:
            text = "".join(f"{message.role}: {message.content}\n" for message in request.messages)
            ids = tuple(map(ord, text))
        else:
            ids = tuple(map(ord, request.prompt or ""))
        if self.name == "bug-at-start":
            raise ZeroDivisionError("a bug while starting")
        if self.name == "panic":
            raise PanicError("a panic in Rust")
        return Prompt(ids=ids, tokens=tuple(map(self.vocabulary.display, ids)))

    @property
    def busy(self) -> bool:
        return bool(self.rows or self.to_echo)

    def take_calls(self) -> list[Call]:
        return []  # see scripted_model for one that calls

    def proceed(self, call: Call, output: str) -> list[TokenEvent]:
        raise RequestError("No row is paused.")

    def add(
        self, job: int, request: GenerateRequest, prompt: Prompt, tools: Sequence[Tool] = ()
    ) -> None:
        if not prompt.ids:
            raise RequestError("The prompt holds no token.")
        if len(prompt.ids) > self.max_seq_len:
            raise PromptTooLongError(
                f"The prompt has {len(prompt.ids)} tokens, over {self.max_seq_len}."
            )
        if any(token >= FIRST_NUMBER for token in prompt.ids):
            raise RequestError("The prompt holds an unknown id.")
        self.requests[job] = request
        self.rows.update({(job, row): 0 for row in range(request.n)})
        if request.echo:
            self.to_echo[job] = prompt

    def step(self) -> list[TokenEvent]:
        if self.name == "bug":
            raise ZeroDivisionError("a bug in a step")
        if self.name == "memory":
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9 bytes")
        time.sleep(self.step_s)
        self.batch_sizes.append(len(self.rows))
        events = [
            self.event(job, row, token, forced=True, rank=int(i > 0))
            for job, prompt in self.to_echo.items()
            for row in range(self.requests[job].n)
            for i, token in enumerate(prompt.ids)
        ]
        self.to_echo.clear()
        for (job, row), count in list(self.rows.items()):
            params = self.requests[job].params
            token, reason = FIRST_NUMBER + count, None
            if f"{count} " in params.stop:
                reason = "stop"
            elif count + 1 >= min(params.max_tokens, self.full_at):
                reason = "length"
            events.append(self.event(job, row, token, reason))
            self.rows[job, row] += 1
            if reason is not None:
                del self.rows[job, row]
        return events

    def event(
        self,
        job: int,
        row: int,
        token: int,
        reason: FinishReason | None = None,
        *,
        forced: bool = False,
        rank: int = 1,
    ) -> TokenEvent:
        text = self.vocabulary.token_bytes(token).decode()
        n = self.requests[job].params.n_alternatives
        others = [Alternative(token + i, self.vocabulary.display(token + i), -0.5 - i)
                  for i in range(n)]  # fmt: skip
        return TokenEvent(
            request=job,
            row=row,
            id=token,
            text="" if reason == "stop" else text,
            logprob=math.nan if self.name == "nan" else -0.5,
            alternatives=tuple(others),
            entropy=1.0,
            rank=rank,
            forced=forced,
            span="prompt" if forced else "text",
            finish_reason=reason,
        )

    def cancel(self, job: int) -> None:
        self.rows = {key: count for key, count in self.rows.items() if key[0] != job}
        self.to_echo.pop(job, None)


class PanicError(BaseException):
    """As pyo3's PanicException, it is no ``Exception``."""


@dataclass
class FakeBackend:
    loads: list[str] = field(default_factory=list)
    stamps: dict[str, int] = field(default_factory=dict)
    models: list[CountingModel] = field(default_factory=list)
    full_at: int = sys.maxsize

    @property
    def device(self) -> Device:
        return Device(name="fake", torch_version="none", threads=1)

    def offers(self) -> list[Offer]:
        return [
            Offer(name=name, created_s=7, max_seq_len=4096, n_params=0, chats=True)
            for name in NAMES
        ]

    def find(self, name: str) -> Source:
        if name not in NAMES:
            raise CheckpointError(f"There is no checkpoint {name!a}. Choose another.")
        return Source(name=name, path=Path("/fake") / name, stamp=(self.stamps.get(name, 0),))

    def dialect(self, name: str) -> Dialect:
        raise CheckpointError(f"{name} has no tokenizer. Choose another.")

    def load(self, source: Source) -> LoadedModel:
        if source.name == "damaged":
            raise CheckpointError("model.safetensors is cut short. Restore it.")
        if source.name == "slow-to-load":
            time.sleep(0.4)
        self.loads.append(source.name)
        step_s = {"slow": 0.01, "sluggish": 1.5}.get(source.name, 0.0)
        model = CountingModel(source.name, step_s=step_s, full_at=self.full_at)
        self.models.append(model)
        return model


def broken_backend() -> FakeBackend:
    raise ImportError("No module named 'torch'")


if __name__ == "__main__":
    import os

    import engine

    engine.__version__ = os.environ.get("FAKE_VERSION", engine.__version__)

    from engine.server.__main__ import main
    from engine.server.address import Address
    from engine.server.tcp import serve_tcp

    if "--tcp" in sys.argv:
        sys.exit(serve_tcp(Address(port=0), lambda url, _: print(url, flush=True), FakeBackend))
    broken = "--broken" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--broken"]
    sys.exit(main(arguments, broken_backend if broken else FakeBackend))
