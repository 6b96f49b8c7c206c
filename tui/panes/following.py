"""Follows a name through the lab: asks the world, then all checkpoints and search at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.probes.chain import Chain, Lane, Rows, lanes_for, searcher

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.protocol import GenerateRequest
    from tui.services import Engine, Truth

_GROUP = "follow"
_SEED = 1
_STOPPED = "✗ stopped"


class Lab(Protocol):
    """What following needs of the app."""

    async def connected(self) -> Engine:
        """The client of the lab's own engine."""
        ...

    def truth(self) -> Truth:
        """Whoever knows what is true."""
        ...


class Follower:
    """Fills a :class:`Chain`.

    Args:
        host: the pane; its workers wait.
        lab: the app.
        drawn: called when there is more to show.
    """

    def __init__(self, host: Widget, lab: Lab, drawn: Callable[[], None]) -> None:
        self._host, self._lab, self._drawn = host, lab, drawn
        self.chain: Chain | None = None
        self.running = False
        self._searcher: str | None = None
        """The checkpoint that searches."""

    def follow(
        self,
        typed: str,
        checkpoints: Sequence[CheckpointInfo],
        also: Sequence[str],
        *,
        samples: int,
        temperature: float,
        attribute: str | None = None,
    ) -> None:
        """Begin with another name.

        Args:
            typed: a name, or a question.
            checkpoints: all there are; the first of each stage is asked.
            also: names of others that are to be asked.
            samples: drawn of each.
            temperature: of the samples.
            attribute: what is asked first, where the name has it.
        """
        lanes = lanes_for(checkpoints, also)
        chain = self.chain = Chain(typed, samples, temperature, lanes)
        self._searcher = searcher(checkpoints)
        self._begin(partial(self._learn, chain, attribute))

    def ask(self, number: int) -> None:
        """Another of the chain's questions, to the same checkpoints."""
        chain = self.chain
        if chain is not None and chain.about is not None:
            chain.chosen = number
            chain.lanes = [Lane(lane.name, lane.stage, lane.chats) for lane in chain.lanes]
            self._begin(partial(self._ask_all, chain))

    def stop(self) -> None:
        """Break off what is on its way; what has come stays."""
        self._host.workers.cancel_group(self._host, _GROUP)
        self.running = False
        chain = self.chain
        if chain is not None:
            for lane in chain.lanes:
                if lane.state not in ("done", "failed"):
                    lane.state, lane.message = "failed", "stopped"
            if chain.about is None:
                chain.message = _STOPPED
            elif not chain.searched:
                chain.searched, chain.search_message = True, _STOPPED
        self._drawn()

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.running = True
        self._drawn()
        in_background(self._host, partial(self._run, work), _GROUP, only=True)

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await work()
        self.running = False
        self._drawn()

    async def _learn(self, chain: Chain, attribute: str | None) -> None:
        try:
            chain.about = await self._lab.truth().about(chain.typed)
        except LabError as error:
            chain.message = f"✗ {error}"
            return
        attributes = [ask.attribute for ask in chain.about.asks]
        chain.chosen = attributes.index(attribute) if attribute in attributes else 0
        self._drawn()
        await self._ask_all(chain)

    async def _ask_all(self, chain: Chain) -> None:
        asked = (self._ask(chain, lane) for lane in chain.lanes)
        await asyncio.gather(*asked, self._search(chain))

    async def _ask(self, chain: Chain, lane: Lane) -> None:
        about, ask = chain.about, chain.ask
        assert about is not None
        assert ask is not None
        requests = lane.requests(
            ask, about.examples, samples=chain.samples, temperature=chain.temperature, seed=_SEED
        )
        lane.state = "asking"
        self._drawn()
        try:
            engine = await self._lab.connected()
            found = await asyncio.gather(*(_texts(engine, request) for request in requests))
            lane.texts = [text.strip() for texts in found for text in texts]
            lane.state = "weighing"
            self._drawn()
            truth = self._lab.truth()
            lane.weighed = await truth.weigh(chain.typed, ask.attribute, lane.texts)
        except LabError as error:
            lane.state, lane.message = "failed", str(error)
        else:
            lane.state = "done"
        self._drawn()

    async def _search(self, chain: Chain) -> None:
        """Once for a name; another question that comes meanwhile begins it anew."""
        from engine.tool_protocol import ToolRequest  # Not before the first paint.

        assert chain.about is not None
        if chain.searched:
            return
        if self._searcher is None:
            chain.searched = True
            chain.search_message = "no checkpoint here has learned to search"
            return
        chain.search_message = "searches …"
        try:
            engine = await self._lab.connected()
            request = ToolRequest(model=self._searcher, tool="search", text=chain.about.name)
            chain.found = (await engine.call_tool(request)).result
        except LabError as error:
            chain.search_message = f"✗ {error}"
        chain.searched = True
        self._drawn()


async def _texts(engine: Engine, request: GenerateRequest) -> list[str]:
    rows = Rows([""] * request.n)
    async for event in engine.generate(request):
        rows.take(event)
    return rows.texts
