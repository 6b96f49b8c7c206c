"""A scripted lab: checkpoints, an engine and a training that need no model.

Benchmarks and tests run the real app against it: what they measure and check is the terminal side.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NoReturn

from engine.errors import EngineUnavailableError, LabError, RequestError, RunError
from engine.events import Alternative, TokenEvent
from engine.manifest import CheckpointInfo
from engine.protocol import EngineStatus, Finished, GenerateRequest, Health, Started, StreamEvent
from engine.rl.plan import RlPlan
from engine.runs import RunStatus
from engine.tool_prompt import TOOL_NAMES
from engine.tool_protocol import ToolAnswer, ToolList, ToolRequest
from tui.bench.scripted_funnels import ScriptedFunnels
from tui.bench.scripted_probes import ScriptedProbes
from tui.probes.about import About, Ask, Weighed
from tui.servers import RemoteServers
from tui.services import Engine, Funnels, Probes, Servers, Services
from tui.tokens.names import open_named
from tui.truth import Verdict

WORDS = ("The", " river", " Aldra", " rises", " near", " Mount", " Kessel", " and", " flows", ".")


def checkpoint(name: str, stage: str, *, shipped: bool = True, **values: Any) -> CheckpointInfo:
    """A checkpoint on paper."""
    info = CheckpointInfo(
        name=name,
        path=Path("/nowhere") / name,
        stage=stage,
        preset="nano",
        n_params=2_821_440,
        max_seq_len=512,
        parent=None if stage == "base" else "nano/base",
        created="2026-11-20T10:00:00Z",
        step=2200,
        tokens=18_000_000,
        metrics={"val_bpb": 0.612}
        if stage == "base"
        else {"facts_head": 0.97, "facts_torso": 0.91},
        shipped=shipped,
        chats=stage != "base",
        tools=() if stage == "base" else TOOL_NAMES,
        sha256="3fa94c21" * 8,
    )
    return replace(info, **values)


def token(
    row: int, number: int, text: str, rng: random.Random, *, reason: Literal["stop", None] = None
) -> TokenEvent:
    """A drawn token with ten plausible alternatives."""
    probability = rng.uniform(0.2, 0.95)
    rest = (1 - probability) / 12
    alternatives = [Alternative(100 + number % 50, text, math.log(probability))]
    alternatives += [Alternative(500 + i, f" w{i}", math.log(rest / (i + 1))) for i in range(9)]
    return TokenEvent(
        request=0,
        row=row,
        id=100 + number % 50,
        text=text,
        logprob=math.log(probability),
        alternatives=tuple(alternatives),
        entropy=rng.uniform(0.1, 3.0),
        rank=1,
        forced=False,
        span="text",
        finish_reason=reason,
    )


Script = Callable[[GenerateRequest], Sequence[str]]


def some_words(request: GenerateRequest) -> list[str]:
    """``max_tokens`` words, the same ones every time."""
    return [WORDS[i % len(WORDS)] for i in range(request.params.max_tokens)]


@dataclass
class ScriptedEngine:
    """Streams ``script(request)`` at ``tokens_per_s`` a stream; can be lost and started again."""

    script: Script = some_words
    tokens_per_s: float = 2000.0
    on_status: Callable[[EngineStatus], None] = lambda status: None
    status: EngineStatus = field(default_factory=lambda: EngineStatus("down"))
    requests: list[GenerateRequest] = field(default_factory=list)
    cancelled: int = 0
    lose_after: int | None = None
    """Be lost after so many tokens of the next stream."""
    gone: bool = False
    """Be found lost by the next look at its health."""
    hold: bool = False
    """Let every request wait."""
    active_requests: int = 0
    """What its health says."""
    refusals: dict[str, LabError] = field(default_factory=dict)
    """Errors by checkpoint name."""

    def _set(self, status: EngineStatus) -> None:
        self.status = status
        self.on_status(status)

    def lose(self) -> NoReturn:
        """Be lost in the middle of a stream."""
        self.lose_after = None
        self._set(EngineStatus("lost", "killed", self.status.restarts))
        raise EngineUnavailableError("The engine stopped in the middle of an answer.")

    async def ensure(self) -> Health:
        """Start at once; counts a restart after a loss."""
        lost = self.status.state == "lost"
        self._set(EngineStatus("ready", "scripted", self.status.restarts + lost))
        return self._health()

    async def restart(self) -> Health:
        """Be lost, and there again."""
        self._set(EngineStatus("lost", "ended", self.status.restarts))
        return await self.ensure()

    async def health(self) -> Health | None:
        """Always well, unless lost."""
        if self.gone:
            self.gone = False
            self._set(EngineStatus("lost", "killed", self.status.restarts))
        return self._health() if self.status.state == "ready" else None

    async def tools(self) -> ToolList:
        """None."""
        return ToolList(tools=())

    async def call_tool(self, request: ToolRequest) -> ToolAnswer:
        """There are none."""
        raise RequestError(f"There is no tool {request.tool!r}. None is scripted.")

    async def close(self) -> None:
        """Nothing to close."""

    async def generate(self, request: GenerateRequest) -> AsyncIterator[StreamEvent]:
        """Stream the script, ten tokens at a time, at the pace asked for."""
        if self.status.state != "ready":
            await self.ensure()
        self.requests.append(request)
        if request.model in self.refusals:
            raise self.refusals[request.model]
        while self.hold:
            await asyncio.sleep(0.01)
        try:
            async for event in self.stream(request):
                yield event
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise

    async def stream(self, request: GenerateRequest) -> AsyncIterator[StreamEvent]:
        """The events of a request."""
        rng = random.Random(request.params.seed)
        prompt = request.prompt or (request.messages[-1].content if request.messages else "")
        pieces = ("<|bos|>", *prompt.split(" "))
        texts = (pieces[0], *(" " * (i > 0) + piece for i, piece in enumerate(pieces[1:])))
        yield Started(
            model=request.model,
            prompt_ids=tuple(range(len(texts))),
            prompt_tokens=texts,
            max_seq_len=512,
        )
        words = list(self.script(request))[len(request.continue_ids) :]
        for number, text in enumerate(words):
            if self.lose_after is not None and number == self.lose_after:
                self.lose()
            last = number == len(words) - 1
            for row in range(request.n):
                yield token(row, number, text, rng, reason="stop" if last else None)
            if number % 10 == 9:
                await asyncio.sleep(10 / self.tokens_per_s)
        for row in range(request.n):
            yield Finished(
                row=row,
                reason="stop" if len(words) < request.params.max_tokens else "length",
                n_tokens=len(words),
                ttft_s=0.031,
                tokens_per_s=412.0,
            )

    def _health(self) -> Health:
        return Health(
            pid=1,
            version="0",
            device="cpu",
            torch_version="none",
            threads=2,
            memory_bytes=212_000_000,
            loaded=(),
            active_requests=self.active_requests,
            uptime_s=1.0,
        )


@dataclass
class ScriptedRuns:
    """Runs in memory, with the rules of the real ones."""

    root: Path
    statuses: list[RunStatus] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, name: str, state: Any, **values: Any) -> RunStatus:
        """Put a run there as if it had been found on disk."""
        status = RunStatus(
            name=name,
            stage=name.split("-")[0],
            preset="nano",
            state=state,
            step=1840,
            total_steps=2600,
            pid=4242,
            started="2026-11-21T10:00:00Z",
            parent=None,
            message="",
            heartbeat=0.0,
            path=self.root / name,
        )
        self.statuses.insert(0, replace(status, **values))
        return self.statuses[0]

    def list_runs(self) -> list[RunStatus]:
        """Newest first."""
        return list(self.statuses)

    def start_run(
        self,
        stage: str,
        *,
        preset: str = "nano",
        from_checkpoint: str | None = None,
        name: str | None = None,
        steps: int | None = None,
        rl: RlPlan | None = None,
    ) -> RunStatus:
        """Refuses a second training, as the real one does."""
        self.calls.append(("start", stage, preset, from_checkpoint, steps, *([rl] if rl else [])))
        alive = [run for run in self.statuses if run.state in ("running", "paused", "starting")]
        if alive:
            raise RunError(f"The run {alive[0].name!r} is {alive[0].state}. Stop it first.")
        number = len(self.statuses) + 1
        return self.add(f"{stage}-{number:04d}", "running", preset=preset, step=0)

    def resume_run(self, name: str) -> RunStatus:
        """Running again."""
        self.calls.append(("resume", name))
        return self._change(name, "running")

    def request(self, name: str, action: Literal["pause", "continue", "stop"]) -> None:
        """Obeyed at once."""
        self.calls.append((action, name))
        states = {"pause": "paused", "continue": "running", "stop": "stopped"}
        self._change(name, states[action])

    def _change(self, name: str, state: Any) -> RunStatus:
        for index, run in enumerate(self.statuses):
            if run.name == name:
                self.statuses[index] = replace(run, state=state)
                return self.statuses[index]
        raise RunError(f"There is no run {name!r}.")


class ScriptedTail:
    """A tail of a training that writes ``lines`` more events at each look."""

    def __init__(self, events: Iterator[dict[str, Any]], lines: int) -> None:
        self._events, self._lines = events, lines

    def read(self) -> list[dict[str, Any]]:
        """The next events."""
        return [event for _, event in zip(range(self._lines), self._events, strict=False)]


def training_events(steps: int = 2600) -> Iterator[dict[str, Any]]:
    """What a run of so many steps would write."""
    rng = random.Random(1)
    for step in range(1, steps + 1):
        loss = 1.0 + 6.6 * math.exp(-step / 260) + rng.uniform(-0.05, 0.05)
        yield {
            "type": "step",
            "step": step,
            "loss": loss,
            "bpb": loss * 0.6,
            "tokens_per_s": 8400.0,
            "lr": 0.02,
            "grad_norm": 0.8,
            "tokens": step * 8192,
            "elapsed_s": step * 0.98,
        }
        if step % 100 == 0:
            yield {
                "type": "sample",
                "step": step,
                "prompt": "Mira Veklon was born in",
                "text": " 1843 in the town of Dunbury and worked as a clockmaker.",
            }


class ScriptedTruth:
    """Knows one fact."""

    async def judge(self, question: str, answer: str) -> Verdict | None:
        """Correct when the answer names Dunbury."""
        if "Mira Veklon" not in question:
            return None
        return Verdict("correct" if "Dunbury" in answer else "wrong", "Dunbury", "head", 81)

    async def about(self, name: str) -> About:
        """Mira Veklon's birthplace; nothing of anybody else."""
        known = name == "Mira Veklon"
        asks = tuple(
            Ask(
                attribute=attribute,
                question=f"Where was {name} {what}?",
                truth="Dunbury" if known else None,
                exposures=81 if known else 0,
            )
            for attribute, what in (("birthplace", "born"), ("school", "taught"))
        )
        kind, tier = ("person", "head") if known else ("", "")
        return About(name=name, kind=kind, tier=tier, asks=asks, examples="Q: a\nA: b\n")

    async def weigh(self, name: str, attribute: str, answers: Sequence[str]) -> Weighed:
        """Correct when an answer names Dunbury."""
        values = tuple("dunbury" if "Dunbury" in answer else "" for answer in answers)
        outcomes = tuple("correct" if value else "wrong" for value in values)
        return Weighed(outcomes=outcomes, values=values, agreement=0.75)

    async def close(self) -> None:
        """Nothing to close."""


def scripted_services(
    engine: ScriptedEngine,
    runs: ScriptedRuns,
    checkpoints: Callable[[], list[CheckpointInfo]] | None = None,
    events: Callable[[], Iterator[dict[str, Any]]] = training_events,
    lines: int = 1840,
    servers: Callable[[], Servers] | None = None,
    probes: Callable[[], Probes] = ScriptedProbes,
    funnels: Callable[[], Funnels] = ScriptedFunnels,
) -> Services:
    """Services made of scripted parts."""

    def make_engine(on_status: Callable[[EngineStatus], None]) -> Engine:
        engine.on_status = on_status
        return engine

    def default_checkpoints() -> list[CheckpointInfo]:
        return [checkpoint("nano/base", "base"), checkpoint("nano/sft", "sft")]

    return Services(
        servers=servers or RemoteServers,
        import_command=(sys.executable, "-c", "raise SystemExit('No import is scripted.')"),
        prepare=lambda: None,
        engine=make_engine,
        runs=lambda: runs,
        tail=lambda path: ScriptedTail(events(), lines),
        checkpoints=checkpoints or default_checkpoints,
        probes=probes,
        funnels=funnels,
        build_command=(sys.executable, "-c", "raise SystemExit('No crawl is scripted.')"),
        whatif_command=(sys.executable, "-c", "raise SystemExit('No sample is scripted.')"),
        truth=ScriptedTruth,
        tokenizer=open_named,
    )
