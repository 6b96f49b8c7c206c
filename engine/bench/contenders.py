"""The processes that take part in a run, each opened once; and those that cannot, and why."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.bench.child import Child, UnavailableError
from engine.bench.turn import About, Turn
from engine.errors import LabError
from engine.files import read_json
from engine.manifest import CheckpointInfo
from engine.precision import Precision
from engine.rl.plan import RlPlan

Say = Callable[[str], None]
"""Takes a line of progress."""

LLAMA_PYTHON = "LLMLAB_BENCH_LLAMA_PYTHON"
"""Environment variable: the Python that has llama-cpp-python, where it is not this one."""

GGUF_OF: Mapping[Precision, str] = {"fp32": "f32", "bf16": "f16", "int8": "q8_0"}
"""llama.cpp's form of weights that is read as quickly as one of ours; int4 has none."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One that takes part. ``decode`` is described in ``turn``."""

    name: str
    about: About
    child: Child

    def decode(self, **arguments: Any) -> Turn:
        """One turn."""
        turn: Turn = self.child.ask("decode", **arguments)
        return turn


class Contenders:
    """Opens contenders for one checkpoint; to be used in a ``with`` statement.

    Args:
        info: the checkpoint.
        threads: for each of them.
        say: told what is being loaded.
    """

    def __init__(self, info: CheckpointInfo, threads: int, say: Say) -> None:
        self.unavailable: dict[str, str] = {}
        """Those that cannot take part, and why."""
        self._threads = threads
        self._info = info
        self._say = say
        self._open: dict[str, Contender] = {}
        self._children: list[Child] = []
        self._folder = tempfile.TemporaryDirectory(prefix="llmlab-bench-")
        self._gguf = Path(self._folder.name) / "stored.gguf"

    def __enter__(self) -> Contenders:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in self._children:
            child.close()
        self._folder.cleanup()

    @property
    def opened(self) -> list[Contender]:
        """All so far."""
        return list(self._open.values())

    def ours(self, precision: Precision) -> Contender:
        """Our engine.

        Raises:
            LabError: the checkpoint is damaged, or does not fit the memory.
        """
        name = f"ours@{precision}"
        if name not in self._open:
            self._say(f"loading {name} ...")
            child = self._start("engine.bench.ours", checkpoint=self._checkpoint(precision))
            self._open[name] = Contender(name, child.ask("about"), child)
        return self._open[name]

    def at_rl(self, plan: RlPlan) -> Contender:
        """Our reinforcement learning, which draws and learns as ``rl`` says.

        Raises:
            LabError: the checkpoint is damaged.
        """
        name = "ours@fp32"
        self._say(f"loading {name} ...")
        child = self._start("engine.bench.rl", checkpoint=str(self._info.path), plan=plan.to_json())
        self._open[name] = Contender(name, child.ask("about"), child)
        return self._open[name]

    def transformers(self) -> Contender | None:
        """``transformers`` in fp32; None where it is not installed."""
        folder = str(self._info.path)
        return self._peer(
            "transformers@fp32", lambda: self._start("engine.bench.peer", folder=folder)
        )

    def uncached(self) -> Contender | None:
        """A loop without a cache."""
        checkpoint = self._checkpoint("fp32")
        return self._peer(
            "uncached@fp32", lambda: self._start("engine.bench.uncached", checkpoint=checkpoint)
        )

    def llama(self, precision: Precision) -> Contender | None:
        """llama.cpp with weights of about the same size; None where there is none."""
        form = GGUF_OF.get(precision)
        if form is None:
            self.unavailable[f"llama.cpp for {precision}"] = "no like form of weights is exported"
            return None
        name = f"llama.cpp@{form}"
        return self._peer(name, lambda: self._open_llama(form))

    def bandwidth(self, n_bytes: int) -> Child:
        """What reads memory for its own sake; ``n_bytes`` is the most that will be asked for."""
        return self._start("engine.bench.bandwidth", n_bytes=n_bytes)

    def _open_llama(self, form: str) -> Child:
        python = os.environ.get(LLAMA_PYTHON) or sys.executable
        # Started before a file is written for it: it may not be installed.
        llama = self._start("engine.bench.llama", python, threads=self._threads)
        if not self._gguf.exists():
            writer = self._start("engine.bench.gguf_writer", folder=str(self._info.path))
            writer.ask("write", file=str(self._gguf))
            writer.close()
        tied = read_json(self._info.path / "config.json").get("tie_word_embeddings", False)
        llama.ask("open", file=str(self._gguf), form=form, tied=tied)
        return llama

    def _peer(self, name: str, start: Callable[[], Child]) -> Contender | None:
        """One that a run can do without: if it cannot be had, that is noted."""
        if name not in self._open and name not in self.unavailable:
            self._say(f"loading {name} ...")
            try:
                child = start()
                self._open[name] = Contender(name, child.ask("about"), child)
            except (UnavailableError, LabError) as why:
                self.unavailable[name] = str(why)
        return self._open.get(name)

    def _start(self, module: str, python: str = sys.executable, **load: Any) -> Child:
        child = Child(module, python=python, threads=self._threads)
        self._children.append(child)
        child.ask("load", **load)
        return child

    def _checkpoint(self, precision: Precision) -> str:
        return f"{self._info.path}@{precision}"
