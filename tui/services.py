"""What the app asks of the rest of the lab, as protocols, and the real ones behind them.

The app is given a :class:`Services`, so tests and benchmarks run it with scripted ones. The real
ones are imported when first used: httpx, the tokenizer and the world cost more start-up time than
the whole first screen.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.probes.plan import ProbePlan
    from engine.protocol import EngineStatus, GenerateRequest, Health, StreamEvent
    from engine.rl.plan import RlPlan
    from engine.runs import RunStatus
    from engine.tool_protocol import ToolAnswer, ToolList, ToolRequest
    from engine.vocab.find import FoundTokenizer
    from tui.data.listed import Folder as FunnelFolder
    from tui.data.listed import Listed as FunnelRun
    from tui.data.listed import Wish
    from tui.probes.about import About, Weighed
    from tui.probes.source import Folder, Listed
    from tui.servers import ServerState
    from tui.truth import Verdict


class Source(Protocol):
    """Whoever answers requests: the lab's own engine, or the client of another server."""

    def generate(self, request: GenerateRequest) -> AsyncIterator[StreamEvent]:
        """Stream an answer; closing the iterator cancels it. Raises LabError."""
        ...


class Engine(Source, Protocol):
    """The client of the engine process (``engine.client.EngineClient``)."""

    @property
    def status(self) -> EngineStatus:
        """The last known state."""
        ...

    async def ensure(self) -> Health:
        """Start the engine if need be and wait for it; EngineUnavailableError with a sentence."""
        ...

    async def restart(self) -> Health:
        """End it, also one that hangs, and start another; EngineUnavailableError as above."""
        ...

    async def health(self) -> Health | None:
        """How it does, None when it is down; never starts it."""
        ...

    async def tools(self) -> ToolList:
        """The tools that its models can call. Raises LabError."""
        ...

    async def call_tool(self, request: ToolRequest) -> ToolAnswer:
        """Run one call, or write its output by hand; cancelling it cancels the call.

        Raises LabError.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection; the engine stays."""
        ...


class Servers(Protocol):
    """Other OpenAI-compatible servers (``tui.servers.RemoteServers``)."""

    @property
    def states(self) -> Sequence[ServerState]:
        """What is known of each."""
        ...

    async def refresh(self) -> None:
        """Ask all of them what they have. Raises LabError."""
        ...

    async def connect(self, url: str, *, name: str = "", key_env: str = "") -> ServerState:
        """Find, check and remember a server. Raises LabError."""
        ...

    async def disconnect(self, name: str) -> None:
        """Forget a server. Raises LabError."""
        ...

    def source(self, name: str) -> Source:
        """Who answers for a server's models. Raises LabError."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Tail(Protocol):
    """Reads what a run has written since the last look."""

    def read(self) -> list[dict[str, Any]]:
        """New whole lines."""
        ...


class Runs(Protocol):
    """Training runs (the module ``engine.runs``); blocking file reads, so call in a thread."""

    def list_runs(self) -> list[RunStatus]:
        """All runs, newest first."""
        ...

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
        """Start a run as a process of its own; RunError with a sentence."""
        ...

    def resume_run(self, name: str) -> RunStatus:
        """Go on with a run that stopped, failed or was lost; RunError with a sentence."""
        ...

    def request(self, name: str, action: Literal["pause", "continue", "stop"]) -> None:
        """Ask a running process for something."""
        ...


class Probes(Protocol):
    """Probes of what models know (``tui.probes.source``); blocking, so call in a thread."""

    def listed(self) -> list[Listed]:
        """All of them, those that come with the lab last."""
        ...

    def folder(self, listed: Listed) -> Folder:
        """Reads one's folder."""
        ...

    def start(self, plan: ProbePlan) -> str:
        """Start a probe as a process of its own; its name. Raises LabError."""
        ...

    def resume(self, name: str) -> None:
        """Go on with one that was stopped, failed or lost. Raises LabError."""
        ...

    def stop(self, name: str) -> None:
        """Ask one to stop; its answers stay. Raises LabError."""
        ...


class Funnels(Protocol):
    """Runs of the data funnel (``tui.data.source``); blocking, so call in a thread."""

    def listed(self) -> list[FunnelRun]:
        """All of them, newest first, that which comes with the lab last."""
        ...

    def folder(self, listed: FunnelRun) -> FunnelFolder:
        """Reads what a finished one has left. Raises LabError."""
        ...

    def needs_crawl(self, wish: Wish) -> bool:
        """Whether the pocket web's crawl has to be written first."""
        ...

    def start(self, wish: Wish) -> str:
        """Start a run as a process of its own; its name. Raises LabError."""
        ...

    def resume(self, name: str) -> None:
        """Go on with one that was stopped, failed or lost. Raises LabError."""
        ...

    def stop(self, name: str) -> None:
        """Ask one to stop; what it has done stays. Raises LabError."""
        ...

    def close(self) -> None:
        """End the helper process that reads tables, if it was ever started."""
        ...


class Truth(Protocol):
    """Knows what is true in the pocket web."""

    async def judge(self, question: str, answer: str) -> Verdict | None:
        """Hold an answer against the truth; None when the question is not about the world.

        Raises LabError when the truth cannot be had.
        """
        ...

    async def about(self, name: str) -> About:
        """What the world has of a name, or of a question. Raises LabError."""
        ...

    async def weigh(self, name: str, attribute: str, answers: Sequence[str]) -> Weighed:
        """Hold answers to one of ``about``'s questions against the truth and each other.

        The first is the greedy one. Raises LabError.
        """
        ...

    async def close(self) -> None:
        """End the helper process, if it was ever started."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything the app reaches for outside of ``tui``."""

    prepare: Callable[[], None]
    """Does the slow imports of what follows; called in a thread, after the first paint."""
    engine: Callable[[Callable[[EngineStatus], None]], Engine]
    runs: Callable[[], Runs]
    tail: Callable[[Path], Tail]
    checkpoints: Callable[[], list[CheckpointInfo]]
    probes: Callable[[], Probes]
    funnels: Callable[[], Funnels]
    build_command: tuple[str, ...]
    """What writes the pocket web's crawl."""
    whatif_command: tuple[str, ...]
    """What holds a sample of a funnel run's pages, but for the run's folder."""
    truth: Callable[[], Truth]
    servers: Callable[[], Servers]
    tokenizer: Callable[[str], FoundTokenizer]
    """Opens a tokenizer by name, which may fetch it: call it in a thread. Raises LabError."""
    import_command: tuple[str, ...]
    """What imports a model, but for its options and its source."""


def real_services() -> Services:
    """The lab itself; nothing is imported until it is called for."""
    return Services(
        prepare=_prepare,
        engine=_engine,
        runs=_runs,
        tail=_tail,
        checkpoints=_checkpoints,
        probes=_probes,
        funnels=_funnels,
        build_command=(sys.executable, "-P", "-m", "tui.cli", "data", "build", "--json"),
        whatif_command=(sys.executable, "-P", "-m", "engine.data.funnel.whatif"),
        truth=_truth,
        servers=_servers,
        tokenizer=_tokenizer,
        import_command=(sys.executable, "-P", "-m", "tui.cli", "import", "--json"),
    )


def _prepare() -> None:
    import engine.client
    import engine.manifest
    import engine.runs  # noqa: F401
    import tui.servers  # noqa: F401


def _engine(on_status: Callable[[EngineStatus], None]) -> Engine:
    from engine.client import EngineClient
    from engine.launch import start_engine
    from tui.settings.engine_options import engine_command

    return EngineClient(on_status=on_status, start=lambda: start_engine(engine_command()))


def _runs() -> Runs:
    from engine import runs

    return runs


def _tail(run_path: Path) -> Tail:
    from engine.runs import EventTail

    return EventTail(run_path)


def _checkpoints() -> list[CheckpointInfo]:
    from engine.manifest import list_checkpoints

    return list_checkpoints()


def _probes() -> Probes:
    from tui.probes.source import ProbesOnDisk

    return ProbesOnDisk()


def _funnels() -> Funnels:
    from tui.data.source import FunnelsOnDisk

    return FunnelsOnDisk()


def _truth() -> Truth:
    from tui.truth import WorldTruth

    return WorldTruth()


def _tokenizer(name: str) -> FoundTokenizer:
    from tui.tokens.names import open_named

    return open_named(name)


def _servers() -> Servers:
    from tui.servers import RemoteServers

    return RemoteServers()
