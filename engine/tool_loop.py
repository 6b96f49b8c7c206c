"""Answers with tool calls in this process, batched: for evaluation, RL rollouts and commands.

Rows whose call runs wait, and the others go on. What a tool computes within bounds runs on the
spot, as that takes less time than handing it to a thread.
"""

from __future__ import annotations

import dataclasses
import queue
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.calls import NO_MORE_CALLS, Call, CallRules
from engine.conversation import Turn
from engine.events import NO_TOKEN, Completion, TokenEvent, collect
from engine.local import LocalModel
from engine.request import Priority, Request
from engine.sampling_params import SamplingParams
from engine.tool_runner import Running, ToolRunner, chosen_tools
from tools.registry import Registry
from tools.result import ToolResult
from tools.tool import Tool

CHUNK = 512
"""Conversations given to the generator at once: a bound on memory, not on batching."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A call of an answer, and what it came to."""

    tool: str
    text: str
    result: ToolResult


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer with its calls."""

    text: str
    """What the model said outside of calls."""
    calls: tuple[Ran, ...]
    ids: tuple[int, ...]
    """The whole turn behind the prompt: drawn ids and outputs, a stop token included."""
    drawn: tuple[bool, ...]
    """Whether each of ``ids`` was drawn; no loss may count the others."""
    completion: Completion
    """What was drawn, with the log-probability of each id."""


@dataclass(slots=True)
class _Row:
    """An answer as it comes."""

    prompt_ids: tuple[int, ...]
    events: list[TokenEvent] = field(default_factory=list)
    calls: list[Ran] = field(default_factory=list)

    def answered(self) -> Answered:
        completion = collect(self.prompt_ids, self.events)
        tokens = [event for event in self.events if event.id != NO_TOKEN]
        return Answered(
            text=completion.text,
            calls=tuple(self.calls),
            ids=tuple(event.id for event in tokens),
            drawn=tuple(not event.forced for event in tokens),
            completion=completion,
        )


class ToolLoop:
    """A model with tools at hand.

    Args:
        local: the model; nobody else may use its generator meanwhile.
        registry: where the tools are.
        tools: names of those that are offered; none: the model answers without.
        max_calls: calls that run in one turn.
        priority: of its rows.

    Raises:
        RequestError: there is no such tool, or the model has not learned it.
    """

    def __init__(
        self,
        local: LocalModel,
        registry: Registry,
        *,
        tools: Sequence[str],
        max_calls: int = 4,
        priority: Priority = "bulk",
    ) -> None:
        self._local = local
        self._tools = {tool.name: tool for tool in chosen_tools(registry, tools)}
        self._rules = local.dialect.answer_rules(self._tools.values(), max_calls=max_calls)
        self._priority = priority

    @property
    def rules(self) -> CallRules:
        """What its answers may hold beside text."""
        return self._rules

    def answers(
        self, conversations: Sequence[Sequence[Turn]], params: SamplingParams
    ) -> list[Answered]:
        """The assistant's next turn in each conversation.

        Raises:
            RequestError: a conversation does not fit the context.
            RuntimeError: the model's generator is busy.
        """
        return [rows[0] for rows in self.samples(conversations, params)]

    def samples(
        self,
        conversations: Sequence[Sequence[Turn]],
        params: SamplingParams,
        *,
        n: int = 1,
        seeds: Sequence[int] | None = None,
    ) -> list[list[Answered]]:
        """``n`` samples of the assistant's next turn in each conversation.

        Args:
            conversations: up to the assistant's turn.
            params: of all samples.
            n: for each conversation.
            seeds: one for each conversation, instead of that of ``params``: with one seed for all
                the samples of different conversations would have their luck in common.

        Raises:
            RequestError: a conversation does not fit the context.
            RuntimeError: the model's generator is busy.
        """
        found: list[list[Answered]] = []
        each = [params] * len(conversations)
        if seeds is not None:
            each = [dataclasses.replace(params, seed=seed) for seed in seeds]
        asked = list(zip(conversations, each, strict=True))
        for start in range(0, len(asked), CHUNK):
            requests = [
                self._request(turns, params, n) for turns, params in asked[start : start + CHUNK]
            ]
            rows = _Turns(self._local, self._tools, requests).run()
            found += [
                [rows[i, sample].answered() for sample in range(n)] for i in range(len(requests))
            ]
        return found

    def _request(self, turns: Sequence[Turn], params: SamplingParams, n: int) -> Request:
        return Request(
            prompt_ids=tuple(self._local.dialect.render_chat(turns, tools=self._tools)),
            params=params,
            n=n,
            stop_ids=self._local.stop_ids(chat=True),
            calls=self._rules,
            max_forced=self._rules.max_forced,
            priority=self._priority,
        )


class _Turns:
    """Some requests, driven to their ends."""

    def __init__(
        self, local: LocalModel, tools: dict[str, Tool], requests: Sequence[Request]
    ) -> None:
        self._local = local
        self._generator = local.generator
        self._tools = tools
        self._requests = requests
        self._rows = {
            (i, sample): _Row(request.prompt_ids)
            for i, request in enumerate(requests)
            for sample in range(request.n)
        }
        self._running: dict[Call, Running] = {}
        self._returned: queue.SimpleQueue[tuple[Call, ToolResult]] = queue.SimpleQueue()

    def run(self) -> dict[tuple[int, int], _Row]:
        """Draw until all rows have ended; the rows by request and sample."""
        generator, runner = self._generator, ToolRunner()
        generator.require_idle()
        try:
            for i, request in enumerate(self._requests):
                generator.submit(i, request)
            while generator.busy or self._running:
                self._keep(generator.step())
                for call in generator.take_calls():
                    self._start(call, runner)
                self._take_returned(wait=not generator.busy)
        finally:
            runner.close()
            for i in range(len(self._requests)):
                generator.cancel(i)
        return self._rows

    def _keep(self, events: Sequence[TokenEvent]) -> None:
        for event in events:
            self._rows[event.request, event.row].events.append(event)

    def _start(self, call: Call, runner: ToolRunner) -> None:
        tool, text = self._tools[call.fence.tool], call.text(self._local.tokenizer)
        if not call.within_budget:
            self._proceed(call, NO_MORE_CALLS)
        elif tool.trust == "pure":
            self._proceed(call, tool(text))
        else:
            returned = self._returned
            self._running[call] = runner.start(
                tool, text, lambda result: returned.put((call, result))
            )

    def _take_returned(self, *, wait: bool) -> None:
        while self._running:
            try:
                call, result = self._returned.get(block=wait)
            except queue.Empty:
                return
            wait = False
            del self._running[call]
            self._proceed(call, result)

    def _proceed(self, call: Call, result: ToolResult) -> None:
        row, text = self._rows[call.request, call.row], call.text(self._local.tokenizer)
        row.calls.append(Ran(call.fence.tool, text, result))
        ids = self._local.dialect.encode_output(result.text, call.room)
        self._keep(self._generator.proceed(call.request, call.row, ids))
