"""An engine without torch: the real server and worker over a model that counts.

Run as a script it is an engine process; imported, it gives the backend to in-process tests.
The checkpoint's name chooses the behaviour: ``count`` answers "0 1 2 ...", ``slow`` the same at
10 ms a token, the others fail in the way their name says.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import CheckpointError, RequestError
from engine.events import TokenEvent
from engine.protocol import GenerateRequest
from engine.server.backend import Device, LoadedModel, Prompt, Source

NAMES = ("count", "slow", "other", "third", "damaged", "bug", "nan", "bug-at-start")


@dataclass
class CountingModel:
    name: str
    max_seq_len: int = 4096
    step_s: float = 0.0
    rows: dict[tuple[int, int], int] = field(default_factory=dict)
    requests: dict[int, GenerateRequest] = field(default_factory=dict)
    batch_sizes: list[int] = field(default_factory=list)

    def render(self, request: GenerateRequest) -> Prompt:
        text = request.prompt if request.prompt is not None else str(request.messages)
        if self.name == "bug-at-start":
            raise ZeroDivisionError("a bug while starting")
        if len(text) > self.max_seq_len:
            raise RequestError(f"The prompt has {len(text)} tokens, over {self.max_seq_len}.")
        return Prompt(ids=tuple(map(ord, text)), tokens=tuple(text))

    def add(self, job: int, request: GenerateRequest, prompt: Prompt) -> None:
        self.requests[job] = request
        self.rows.update({(job, row): 0 for row in range(request.n)})

    def step(self) -> list[TokenEvent]:
        if self.name == "bug":
            raise ZeroDivisionError("a bug in a step")
        time.sleep(self.step_s)
        self.batch_sizes.append(len(self.rows))
        events = []
        for (job, row), count in list(self.rows.items()):
            done = count + 1 == self.requests[job].params.max_tokens
            events.append(self.event(job, row, count, "length" if done else None))
            self.rows[job, row] += 1
            if done:
                del self.rows[job, row]
        return events

    def event(self, job: int, row: int, count: int, reason: str | None) -> TokenEvent:
        return TokenEvent(
            request=job,
            row=row,
            id=count,
            text=f"{count} ",
            logprob=math.nan if self.name == "nan" else -0.5,
            alternatives=(),
            entropy=1.0,
            rank=1,
            forced=False,
            span="text",
            finish_reason=reason,
        )

    def cancel(self, job: int) -> None:
        self.rows = {key: count for key, count in self.rows.items() if key[0] != job}


@dataclass
class FakeBackend:
    loads: list[str] = field(default_factory=list)
    stamps: dict[str, int] = field(default_factory=dict)
    models: list[CountingModel] = field(default_factory=list)

    @property
    def device(self) -> Device:
        return Device(name="fake", torch_version="none", threads=1)

    def find(self, name: str) -> Source:
        if name not in NAMES:
            raise CheckpointError(f"There is no checkpoint {name!a}. Choose another.")
        return Source(name=name, path=Path("/fake") / name, stamp=(self.stamps.get(name, 0),))

    def load(self, source: Source) -> LoadedModel:
        if source.name == "damaged":
            raise CheckpointError("model.safetensors is cut short. Restore it.")
        self.loads.append(source.name)
        model = CountingModel(source.name, step_s=0.01 if source.name == "slow" else 0.0)
        self.models.append(model)
        return model


def broken_backend() -> FakeBackend:
    raise ImportError("No module named 'torch'")


if __name__ == "__main__":
    from engine.server.__main__ import main

    broken = "--broken" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--broken"]
    sys.exit(main(arguments, broken_backend if broken else FakeBackend))
