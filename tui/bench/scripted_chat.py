"""A scripted engine whose model calls tools, for the Chat & Tools pane's tests and pictures."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.events import FinishReason, Span, TokenEvent, ToolCalled, ToolReturned
from engine.protocol import Finished, GenerateRequest, Started, StreamEvent
from engine.tool_protocol import ToolAnswer, ToolInfo, ToolList, ToolRequest
from tools.result import ToolResult
from tui.bench.scripted import ScriptedEngine

FIRST_SPECIAL = 1000
_SPECIALS = ("calc_start", "calc_end", "python_start", "python_end", "search_start", "search_end")
_SPECIAL_IDS = {name: FIRST_SPECIAL + i for i, name in enumerate(_SPECIALS)}
OUTPUT_START, OUTPUT_END, TURN_END = FIRST_SPECIAL + 6, FIRST_SPECIAL + 7, FIRST_SPECIAL + 8
PAGE = "Orson Kovats was a glassblower from Pinewick."


class Use(NamedTuple):
    """A call in a script: the model writes it, and the tool says ``result``."""

    tool: str
    text: str
    result: ToolResult
    takes_s: float = 0.0


Script = Callable[[GenerateRequest], Sequence[str | Use]]
"""What comes behind the request's ``continue_ids``."""

TOOLS = (
    ToolInfo(
        name="calc",
        start="<|calc_start|>",
        end="<|calc_end|>",
        trust="pure",
        doc="Computes an expression exactly.",
        tier="",
        available=True,
        detail="",
    ),
    ToolInfo(
        name="python",
        start="<|python_start|>",
        end="<|python_end|>",
        trust="jailed",
        doc="Runs a short program and gives what it prints.",
        tier="namespaces",
        available=True,
        detail="namespaces, Landlock, seccomp",
    ),
    ToolInfo(
        name="search",
        start="<|search_start|>",
        end="<|search_end|>",
        trust="pure",
        doc="Finds pages that say something about the words.",
        tier="",
        available=True,
        detail="the pocket web",
    ),
)


def look_up(request: GenerateRequest) -> list[str | Use]:
    """Searches for Orson Kovats if it may; then says what it found."""
    answer: list[str | Use] = [" Orson", " Kovats", " was", " a", " glass", "blower", "."]
    if not request.tools:
        return [" Orson", " Kovats", " was", " a", " baker", "."]
    if request.continue_ids:
        return answer
    found = ToolResult(kind="ok", output=PAGE, sources=("almanac/3121",), elapsed_ms=2.0)
    return [Use("search", "Orson Kovats", found), *answer]


def word_ids(texts: Sequence[str]) -> tuple[int, ...]:
    """An id for each text, the same one each time."""
    return tuple(1 + sum(map(ord, text)) % (FIRST_SPECIAL - 1) for text in texts)


@dataclass
class ScriptedChat(ScriptedEngine):
    """Plays ``turns``; answers tool calls with ``results``."""

    turns: Script = look_up
    listed: ToolList = field(default_factory=lambda: ToolList(tools=TOOLS))
    tool_requests: list[ToolRequest] = field(default_factory=list)
    results: Callable[[ToolRequest], ToolResult] = lambda request: ToolResult(
        kind="ok", output=f"ran {request.text}", elapsed_ms=3.0, tier="namespaces"
    )
    hold_tools: bool = False
    """Let every call wait."""
    n_prompt: int = 20

    async def tools(self) -> ToolList:
        """Those of ``listed``."""
        return self.listed

    async def call_tool(self, request: ToolRequest) -> ToolAnswer:
        """Run it by ``results``, or as the person wants it."""
        self.tool_requests.append(request)
        while self.hold_tools:
            await asyncio.sleep(0.01)
        if not request.run:
            result = ToolResult(kind="denied", error="the person said no")
        elif request.output is not None:
            result = ToolResult(kind="ok", output=request.output)
        else:
            result = self.results(request)
        call, output = _pieces(" " + request.text), _pieces(" " + result.text)
        start, end = (_SPECIAL_IDS[f"{request.tool}_{edge}"] for edge in ("start", "end"))
        return ToolAnswer(
            call_ids=(start, *word_ids(call), end),
            call_tokens=(f"<|{request.tool}_start|>", *call, f"<|{request.tool}_end|>"),
            output_ids=(OUTPUT_START, *word_ids(output), OUTPUT_END),
            output_tokens=("<|output_start|>", *output, "<|output_end|>"),
            result=result,
        )

    async def stream(self, request: GenerateRequest) -> AsyncIterator[StreamEvent]:
        """One row: text, calls with their outputs, and how it ended."""
        ids = tuple(range(self.n_prompt))
        yield Started(
            model=request.model,
            prompt_ids=ids,
            prompt_tokens=tuple(f"p{i}" for i in ids),
            max_seq_len=512,
        )
        reason: FinishReason = "stop"
        n_tokens = n_calls = 0
        for item in self.turns(request):
            if self.lose_after is not None and n_tokens >= self.lose_after:
                self.lose()
            if isinstance(item, str):
                n_tokens += 1
                yield _token(word_ids([item])[0], item)
                await asyncio.sleep(1 / self.tokens_per_s)
                continue
            async for event in self._call(item, n_calls, approve=item.tool in request.approve):
                n_tokens += isinstance(event, TokenEvent)
                yield event
            n_calls += 1
            if item.tool in request.approve:
                reason = "tool_call"
                break
        else:
            yield _token(TURN_END, "", reason="stop")
        yield Finished(row=0, reason=reason, n_tokens=n_tokens, ttft_s=0.03, tokens_per_s=412.0)

    async def _call(self, use: Use, number: int, *, approve: bool) -> AsyncIterator[StreamEvent]:
        texts = _pieces(" " + use.text)
        start, end = (_SPECIAL_IDS[f"{use.tool}_{edge}"] for edge in ("start", "end"))
        yield _token(start, "", "call", tool=use.tool)
        for token, text in zip(word_ids(texts), texts, strict=True):
            yield _token(token, text, "call")
            await asyncio.sleep(1 / self.tokens_per_s)
        yield _token(end, "", "call", reason="tool_call" if approve else None)
        yield ToolCalled(row=0, call=number, tool=use.tool, text=use.text)
        if approve:
            return
        await asyncio.sleep(use.takes_s)
        while self.hold_tools:
            await asyncio.sleep(0.01)
        n_tokens = 0
        for event in _output(use.result):
            n_tokens += 1
            yield event
        result = use.result
        yield ToolReturned(
            row=0,
            call=number,
            tool=use.tool,
            kind=result.kind,
            output=result.output,
            error=result.error,
            elapsed_ms=result.elapsed_ms,
            tier=result.tier,
            truncated=result.truncated,
            sources=result.sources,
            n_tokens=n_tokens,
        )


def _output(result: ToolResult) -> Iterator[TokenEvent]:
    texts = _pieces(" " + result.text)
    yield _token(OUTPUT_START, "", "output", forced=True)
    for token, text in zip(word_ids(texts), texts, strict=True):
        yield _token(token, text, "output", forced=True)
    yield _token(OUTPUT_END, "", "output", forced=True)


def _pieces(text: str) -> list[str]:
    words = text.split(" ")
    return [" " * (i > 0) + word for i, word in enumerate(words) if i or word]


def _token(
    token: int,
    text: str,
    span: Span = "text",
    *,
    forced: bool = False,
    reason: FinishReason | None = None,
    tool: str = "",
) -> TokenEvent:
    return TokenEvent(
        request=0,
        row=0,
        id=token,
        text=text,
        logprob=math.log(0.9),
        alternatives=(),
        entropy=0.4,
        rank=1,
        forced=forced,
        span=span,
        finish_reason=reason,
        tool=tool,
    )
