"""Tools for a person: what there is, and single calls, encoded as a model would have them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from engine.dialect import Dialect
from engine.server.toolbox import OpenedTools, Toolbox
from engine.server.worker import Worker
from engine.tool_protocol import ToolAnswer, ToolInfo, ToolList, ToolRequest
from engine.tool_runner import chosen_tools
from tools.result import ToolResult
from tools.sanitise import sanitised
from tools.tool import Tool

DENIED = ToolResult(kind="denied", error="the user did not allow this call")


class ToolDesk:
    """Answers ``/lab/tools`` and ``/lab/tool``; on the event loop."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def list(self) -> ToolList:
        """All tools and how they do.

        Raises:
            LabError: this engine runs none, or they cannot be opened.
        """
        opened = await _opened(self._worker.toolbox)
        return await asyncio.to_thread(_listed, opened)

    async def call(self, wish: ToolRequest) -> ToolAnswer:
        """Run one call, unless its output is given or it is denied; cancelling this cancels it.

        Raises:
            RequestError: there is no such tool, or the model's vocabulary has no tokens for it.
            CheckpointError: there is no such model.
        """
        opened = await _opened(self._worker.toolbox)
        (tool,) = chosen_tools(opened.registry, [wish.tool])
        await asyncio.shield(asyncio.wrap_future(self._worker.ready))
        dialect = await asyncio.to_thread(self._worker.dialect, wish.model)
        call_ids = dialect.encode_call(tool, wish.text)
        result = await self._result(tool, wish)
        return _answer(dialect, call_ids, result)

    async def _result(self, tool: Tool, wish: ToolRequest) -> ToolResult:
        if not wish.run:
            return DENIED
        if wish.output is not None:
            # What was pasted there is from anywhere, like what a tool prints.
            output, cut = sanitised(wish.output, tool.max_output_chars)
            return ToolResult(kind="ok", output=output, truncated=cut)
        loop = asyncio.get_running_loop()
        result: asyncio.Future[ToolResult] = loop.create_future()

        def ended(value: ToolResult) -> None:
            loop.call_soon_threadsafe(_settle, result, value)

        running = self._worker.toolbox.runner.start(tool, wish.text, ended)
        try:
            return await result
        finally:
            running.cancel()


def _settle(future: asyncio.Future[ToolResult], value: ToolResult) -> None:
    if not future.done():
        future.set_result(value)


async def _opened(toolbox: Toolbox) -> OpenedTools:
    # Shielded: a reader that leaves must not cancel what others wait for.
    return await asyncio.shield(asyncio.wrap_future(toolbox.open()))


def _listed(opened: OpenedTools) -> ToolList:
    infos = []
    for tool in opened.registry:
        standing = opened.standing(tool.name)
        infos.append(
            ToolInfo(
                name=tool.name,
                start=tool.start,
                end=tool.end,
                trust=tool.trust,
                doc=tool.doc,
                tier=standing.tier,
                available=standing.available,
                detail=standing.detail,
            )
        )
    return ToolList(tools=tuple(infos), problems=tuple(opened.registry.problems))


def _answer(dialect: Dialect, call_ids: list[int], result: ToolResult) -> ToolAnswer:
    output_ids = dialect.encode_output(result.text)
    display = dialect.tokenizer.display
    read = dialect.tokenizer.decode(output_ids[1:-1])
    return ToolAnswer(
        call_ids=tuple(call_ids),
        call_tokens=tuple(map(display, call_ids)),
        output_ids=tuple(output_ids),
        output_tokens=tuple(map(display, output_ids)),
        result=replace(result, truncated=result.truncated or read != f" {result.text}"),
    )
