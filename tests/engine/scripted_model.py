"""A real generator whose rows want to say what a test wants: only the logits are replaced.

The model computes, the cache fills, rows pause and go on, the real sampler draws; but what is
likeliest comes from a script, and behind it a filler, for where the script's token is banned.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny_models
import torch
from torch import Tensor

import engine.generate
from engine import special
from engine.dialect import Dialect, LabDialect
from engine.drawn import Drawn
from engine.generate import Generator
from engine.local import LocalModel
from engine.manifest import CheckpointInfo
from engine.native import NativeLibrary
from engine.sampling import Sampler
from engine.sampling_params import SamplingParams
from engine.server.backend import Device, LoadedModel, Offer, Source
from engine.server.torch_backend import TorchModel
from engine.tokenizer import Tokenizer
from engine.tools_here import Standing
from tools.registry import Registry
from tools.result import ToolResult
from tools.tool import Function, Tool, Trust

TOKENIZER = Tokenizer.train(["Where was Mira Veklon born? In Dunbury, 6 times 7."] * 9, 300)
IDS = TOKENIZER.special
FILLER = TOKENIZER.encode("x")[0]
TOOLS = ("calc", "python", "search")

SayNext = Callable[[Sequence[int]], int]
"""From all ids of a row, its prompt included, to the one it wants to say next."""


def said(*parts: str | int) -> list[int]:
    """Ids of texts, and of special tokens: a name in ``<|...|>`` is one here."""
    ids: list[int] = []
    for part in parts:
        if isinstance(part, int):
            ids.append(part)
        else:
            ids += [IDS[part]] if part in IDS else TOKENIZER.encode(part)
    return ids


def calling(tool: str, text: str) -> list[int]:
    """A call as a model writes it."""
    return said(f"<|{tool}_start|>", " " + text, f"<|{tool}_end|>")


def shown(ids: Sequence[int]) -> str:
    return "".join(map(TOKENIZER.display, ids))


def in_turn(script: Sequence[int]) -> SayNext:
    """Say ``script`` id by id, whatever outputs come in between, then end the turn."""

    def next_id(ids: Sequence[int]) -> int:
        begin = len(ids) - list(ids)[::-1].index(IDS[special.ASSISTANT_START])
        n_drawn, in_output = 0, False
        for token in ids[begin:]:
            in_output = in_output or token == IDS[special.OUTPUT_START]
            n_drawn += not in_output
            in_output = in_output and token != IDS[special.OUTPUT_END]
        return script[n_drawn] if n_drawn < len(script) else IDS[special.ASSISTANT_END]

    return next_id


def follow(monkeypatch: pytest.MonkeyPatch, say_next: SayNext) -> None:
    """Let all generators want what ``say_next`` says."""

    class ScriptedSampler(Sampler):
        def __init__(
            self,
            params: Sequence[SamplingParams],
            ids: Sequence[Sequence[int]],
            n_vocab: int,
            device: torch.device,
            banned: Sequence[frozenset[int]] = (),
            library: NativeLibrary | None = None,
        ) -> None:
            super().__init__(params, ids, n_vocab, device, banned, library)
            self._ids = ids

        def sample(
            self, logits_BV: Tensor, uniforms: Sequence[float]
        ) -> tuple[Tensor, list[Drawn]]:
            wanted_BV = torch.zeros_like(logits_BV)
            wanted_BV[:, FILLER] = 50.0
            for row, ids in enumerate(self._ids):
                wanted_BV[row, say_next(ids)] = 100.0
            return super().sample(wanted_BV, uniforms)

    monkeypatch.setattr(engine.generate, "Sampler", ScriptedSampler)


def local_model(max_seq_len: int = 256, tools: tuple[str, ...] = TOOLS) -> LocalModel:
    """A model of random weights that is said to have learned tools."""
    shape = tiny_models.config(vocab_size=TOKENIZER.n_vocab, max_seq_len=max_seq_len)
    model = tiny_models.model(shape)
    info = CheckpointInfo(
        name="pico/sft", path=Path("/pico"), stage="sft", preset="pico", n_params=1,
        max_seq_len=max_seq_len, parent=None, created="", step=1, tokens=1, metrics={},
        shipped=False, chats=True, sha256="", tools=tools,
    )  # fmt: skip
    dialect = LabDialect(TOKENIZER, chats=True, tools=tools)
    return LocalModel(info, model, dialect, Generator(model, TOKENIZER))


def tool(name: str, function: Callable[[str], str], *, trust: Trust = "pure") -> Tool:
    """A tool with the lab's own tokens for that name."""

    def run(text: str, cancelled: threading.Event) -> ToolResult:
        return ToolResult(kind="ok", output=function(text))

    return raw_tool(name, run, trust=trust)


def raw_tool(name: str, function: Function, *, trust: Trust = "jailed") -> Tool:
    start, end = f"<|{name}_start|>", f"<|{name}_end|>"
    return Tool(name=name, start=start, end=end, trust=trust, doc=name, function=function)


def echoing(**functions: Callable[[str], str]) -> Registry:
    """The three tools; each gives its text back, unless a function is given for it."""
    return Registry([tool(name, functions.get(name, lambda text: text)) for name in TOOLS])


class ScriptedBackend:
    """Offers one scripted model under any name; ``untaught`` has learned no tools."""

    def __init__(self, max_seq_len: int = 256) -> None:
        self.max_seq_len = max_seq_len

    @property
    def device(self) -> Device:
        return Device(name="fake", torch_version="none", threads=1)

    def offers(self) -> list[Offer]:
        return []

    def find(self, name: str) -> Source:
        return Source(name=name, path=Path("/fake") / name, stamp=())

    def dialect(self, name: str) -> Dialect:
        return self._local(name).dialect

    def load(self, source: Source) -> LoadedModel:
        return TorchModel(self._local(source.name), threads=torch.get_num_threads())

    def _local(self, name: str) -> LocalModel:
        return local_model(self.max_seq_len, () if name == "untaught" else TOOLS)


@dataclass
class FakeTools:
    """What ``open_tools`` of the engine gives, around any registry."""

    registry: Registry
    prepared: bool = False
    closed: bool = False

    def prepare(self) -> None:
        self.prepared = True

    def standing(self, name: str) -> Standing:
        return Standing(tier="a jail" if name == "python" else "", detail=f"{name} is fine")

    def close(self) -> None:
        self.closed = True
