"""What has a name of its own: typing it offers to open it.

There may be hundreds, so the palette has them only when something is typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from engine.errors import LabError
from tui.commands.command import Command
from tui.stages import BY_NAME

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.chat.store import Listed as Conversation
    from tui.data.listed import Listed as Funnel
    from tui.probes.source import Listed as Probe

T = TypeVar("T")


async def named(app: LabApp) -> Sequence[Command]:
    """Checkpoints, runs, probes, runs of the funnel and conversations; what cannot be read is
    left out."""
    state = app.state
    probes, funnels, conversations = await asyncio.gather(
        _had(asyncio.to_thread(app.probes().listed)),
        _had(asyncio.to_thread(app.funnels().listed)),
        _had(state.do(state.conversations.listed)),
    )
    return [
        *_checkpoints(app),
        *_runs(app),
        *(_probe(app, each) for each in probes),
        *(_funnel(app, each) for each in funnels),
        *(_conversation(app, each) for each in conversations),
    ]


async def _had(listed: Awaitable[Sequence[T]]) -> Sequence[T]:
    try:
        return await listed
    except LabError:
        return ()  # The pane that shows them says why.


def _checkpoints(app: LabApp) -> Iterator[Command]:
    for info in app.compare.checkpoints:
        look = partial(_in_pipeline, app, f"checkpoint:{info.name}")
        if info.stage in BY_NAME:
            yield Command(f"Open {info.name}", f"checkpoint of {info.stage}", look, pane="pipeline")
        ask = partial(_in_compare, app, info.name)
        yield Command(f"Ask {info.name}", "in place of the current column", ask, pane="compare")


def _runs(app: LabApp) -> Iterator[Command]:
    for run in app.watch_runs.runs:
        look = partial(_in_pipeline, app, f"run:{run.name}")
        yield Command(f"Open {run.name}", f"run of {run.stage}, {run.state}", look, pane="pipeline")


def _probe(app: LabApp, listed: Probe) -> Command:
    async def look() -> None:
        await app.action_pane("probes")
        assert app.probes_pane is not None
        app.probes_pane.look_at(listed)

    return Command(f"Open {listed.status.name}", "probe", look, pane="probes")


def _funnel(app: LabApp, listed: Funnel) -> Command:
    async def look() -> None:
        await app.action_pane("data")
        assert app.data_pane is not None
        app.data_pane.look_at(listed)

    return Command(f"Open {listed.name}", "run of the funnel", look, pane="data")


def _conversation(app: LabApp, listed: Conversation) -> Command:
    async def look() -> None:
        await app.action_pane("chat")
        assert app.chat is not None
        app.chat.shelf.go_to(listed.key)

    return Command(f"Open {listed.title}", f"conversation with {listed.model}", look, pane="chat")


async def _in_pipeline(app: LabApp, entry: str) -> None:
    await app.action_pane("pipeline")
    assert app.pipeline is not None
    await app.pipeline.go_to(entry)


async def _in_compare(app: LabApp, name: str) -> None:
    await app.action_pane("compare")
    app.compare.chooser.open(filtered=name)
