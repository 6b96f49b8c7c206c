"""Models that call tools through the engine: rows that wait, rows that do not."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from conftest import until
from scripted_model import (
    IDS,
    FakeTools,
    ScriptedBackend,
    calling,
    follow,
    in_turn,
    raw_tool,
    said,
    shown,
)

import engine.server.toolbox
from engine.errors import EngineUnavailableError, LabError, RequestError
from engine.events import TokenEvent, ToolCalled, ToolReturned
from engine.protocol import Finished, GenerateRequest, Message, Started
from engine.sampling_params import SamplingParams
from engine.server.stream import Item, Stream
from engine.server.torch_backend import TorchModel
from engine.server.worker import Worker
from engine.tool_runner import ToolRunner
from tests.engine.server.conftest import Hanging
from tools.registry import Registry

GREEDY = SamplingParams(temperature=0.0, max_tokens=100)
QUESTION = (Message(role="user", content="What is 6 times 7?"),)


def ask(worker: Worker, *tools: str, **fields: object) -> Stream:
    stream = Stream()
    values: dict[str, object] = {
        "model": "m", "messages": QUESTION, "params": GREEDY, "tools": tools, **fields,
    }  # fmt: skip
    worker.submit(GenerateRequest(**values), stream)  # type: ignore[arg-type]
    return stream


async def drain(stream: Stream) -> list[Item]:
    items: list[Item] = []
    async with asyncio.timeout(60):
        while not stream.ended:
            items += await stream.take(1.0)
    return items


def tokens(items: list[Item]) -> list[TokenEvent]:
    return [item for item in items if isinstance(item, TokenEvent) and item.id >= 0]


def returned(items: list[Item]) -> list[ToolReturned]:
    return [item for item in items if isinstance(item, ToolReturned)]


def end(items: list[Item]) -> Finished:
    assert isinstance(items[-1], Finished)
    return items[-1]


async def test_a_call_runs_and_the_row_goes_on(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(said(" It is", *calling("calc", "6*7"), " 42.")))
    items = await drain(ask(worker, "calc"))
    assert isinstance(items[0], Started)
    assert shown(items[0].prompt_ids).startswith(
        "<|bos|><|system_start|> Tools: calc.<|system_end|><|user_start|>"
    )
    kinds = [item.span if isinstance(item, TokenEvent) else type(item).__name__ for item in items]
    order = [kind for i, kind in enumerate(kinds) if i == 0 or kinds[i - 1] != kind]
    assert order == [
        "Started", "text", "call", "ToolCalled", "output", "ToolReturned", "text", "Finished",
    ]  # fmt: skip
    assert [item for item in items if isinstance(item, ToolCalled)] == [
        ToolCalled(row=0, call=0, tool="calc", text="6*7")
    ]
    output = [event for event in tokens(items) if event.forced]
    assert shown([event.id for event in output]) == "<|output_start|> 42<|output_end|>"
    (back,) = returned(items)
    assert (back.kind, back.output, back.n_tokens, back.truncated) == (
        "ok",
        "42",
        len(output),
        False,
    )
    finished = end(items)
    assert finished.reason == "stop"
    assert finished.n_tokens == len(tokens(items)) - len(output)


async def test_rows_of_this_and_other_models_do_not_wait_for_a_tool(
    worker: Worker, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(calling("python", "hang")))
    waits = ask(worker, "python")
    assert await asyncio.to_thread(hanging.begun.wait, 30)
    for model in ("m", "other"):
        assert end(await drain(ask(worker, model=model))).reason == "stop"
    assert not waits.ended
    hanging.let_go.set()
    items = await drain(waits)
    assert [back.output for back in returned(items)] == ["late"]
    assert end(items).reason == "stop"


async def test_while_all_rows_wait_nothing_is_computed(
    worker: Worker, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(calling("python", "hang")))
    stream = ask(worker, "python")
    assert await asyncio.to_thread(hanging.begun.wait, 30)
    steps: list[int] = []
    step = TorchModel.step
    monkeypatch.setattr(TorchModel, "step", lambda model: steps.append(1) or step(model))
    await asyncio.sleep(0.6)
    assert not steps
    begun = time.monotonic()
    hanging.let_go.set()
    await drain(stream)
    assert steps
    assert time.monotonic() - begun < 30


async def test_who_leaves_stops_the_tool(
    worker: Worker, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(calling("python", "hang")))
    stream = ask(worker, "python", n=3)
    assert await asyncio.to_thread(hanging.begun.wait, 30)
    stream.abandon()
    assert await asyncio.to_thread(hanging.left.wait, 30)
    await until(lambda: worker.active_requests == 0)


async def test_a_tool_that_ignores_everything_is_written_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deaf = Hanging(obeys=False)
    monkeypatch.setattr(engine.server.toolbox, "ToolRunner", partial(ToolRunner, timeout_s=0.2))
    worker = Worker(
        ScriptedBackend, open_tools=lambda: FakeTools(Registry([raw_tool("python", deaf)]))
    )
    worker.start()
    follow(monkeypatch, in_turn(said(*calling("python", "hang"), " Well.")))
    items = await drain(ask(worker, "python"))
    assert [back.kind for back in returned(items)] == ["timeout"]
    assert "error: python did not answer within 0.2 s" in shown(
        [event.id for event in tokens(items)]
    )
    assert end(items).reason == "stop"
    assert not deaf.left.is_set()
    worker.stop(30.0)  # does not wait for it
    assert not worker.alive
    deaf.let_go.set()


async def test_stopping_ends_rows_that_wait(
    worker: Worker, tools: FakeTools, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(calling("python", "hang")))
    stream = ask(worker, "python")
    assert await asyncio.to_thread(hanging.begun.wait, 30)
    await asyncio.to_thread(worker.stop, 30.0)
    assert not worker.alive
    assert isinstance((await drain(stream))[-1], EngineUnavailableError)
    assert tools.closed
    assert await asyncio.to_thread(hanging.left.wait, 30)


async def test_beyond_the_budget_it_is_told_so_once(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(calling("calc", "1") * 9))
    items = await drain(ask(worker, "calc", max_calls=2))
    assert [back.kind for back in returned(items)] == ["ok", "ok", "limit"]
    assert [back.call for back in returned(items)] == [0, 1, 2]
    assert end(items).reason == "stop"


async def test_a_call_that_needs_approval_ends_the_row(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(monkeypatch, in_turn(said(*calling("calc", "1"), *calling("python", "x"), " So.")))
    first = await drain(ask(worker, "calc", "python", approve=("python",)))
    assert [item.tool for item in first if isinstance(item, ToolCalled)] == ["calc", "python"]
    assert isinstance(first[-2], ToolCalled)
    assert end(first).reason == "tool_call"
    assert len(returned(first)) == 1
    so_far = tuple(event.id for event in tokens(first))
    output = said("<|output_start|>", " by hand", "<|output_end|>")
    second = await drain(
        ask(worker, "calc", "python", approve=("python",), continue_ids=(*so_far, *output))
    )
    assert shown([event.id for event in tokens(second)]) == " So.<|assistant_end|>"
    assert not any(isinstance(item, ToolCalled) for item in second)


@pytest.mark.parametrize("ends", [True, False])
async def test_a_call_is_dispatched_on_a_sampled_end_only(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    """The user edited a call: one that stands there whole never runs, an open one can be ended."""
    whole = said(" It is", *calling("calc", "edited"))
    given = whole if ends else whole[:-1]
    follow(monkeypatch, in_turn([*whole, *said(" 42.")]))
    items = await drain(ask(worker, "calc", continue_ids=tuple(given)))
    called = [item for item in items if isinstance(item, ToolCalled)]
    expected = [] if ends else [ToolCalled(row=0, call=0, tool="calc", text="edited")]
    assert called == expected


async def test_calls_of_the_turn_so_far_count(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = said("<|output_start|>", " 42", "<|output_end|>")
    script = calling("calc", "1") * 4
    follow(monkeypatch, in_turn(script))
    given = tuple([*calling("calc", "1"), *output] * 2)
    items = await drain(ask(worker, "calc", max_calls=3, continue_ids=given))
    assert [(back.call, back.kind) for back in returned(items)] == [(2, "ok"), (3, "limit")]


async def test_calls_of_earlier_turns_neither_run_nor_count(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = tuple(said(*calling("calc", "1") * 3, "<|calc_start|>", " open"))
    messages = (*QUESTION, Message(role="assistant", content="", ids=earlier), *QUESTION)
    follow(monkeypatch, in_turn(said(*calling("calc", "2"), " So.")))
    items = await drain(ask(worker, "calc", messages=messages, max_calls=1))
    assert isinstance(items[0], Started)
    assert list(earlier) == list(items[0].prompt_ids)[-len(earlier) - 20 :][:0] or (
        shown(earlier) in shown(items[0].prompt_ids)
    )
    assert [(back.call, back.kind) for back in returned(items)] == [(0, "ok")]


async def test_without_tools_none_is_drawn(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(monkeypatch, in_turn(said(*calling("calc", "6*7"), " 42.")))
    items = await drain(ask(worker))
    assert {IDS["<|calc_start|>"], IDS["<|calc_end|>"]}.isdisjoint(e.id for e in tokens(items))
    assert not any(isinstance(item, ToolCalled | ToolReturned) for item in items)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"model": "untaught", "tools": ("calc",)}, "has learned none"),
        ({"tools": ("browser",)}, "There is no tool 'browser'"),
    ],
)
async def test_tools_that_cannot_be_offered(
    worker: Worker, fields: dict[str, object], sentence: str
) -> None:
    (error,) = await drain(ask(worker, **fields))  # type: ignore[arg-type]
    assert isinstance(error, RequestError)
    assert sentence in str(error)


def refused() -> FakeTools:
    raise LabError("The variable LLMLAB_SEARCH is 'x'. Mend it.")


def broken() -> FakeTools:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("open_tools", "kind", "sentence"),
    [
        (None, RequestError, "This server runs no tools"),
        (refused, LabError, "Mend it."),
        (broken, LabError, "a fault of its own"),
    ],
)
async def test_tools_that_cannot_be_opened(
    open_tools: Callable[[], FakeTools] | None,
    kind: type[LabError],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follow(monkeypatch, in_turn(said(" Hi.")))
    worker = Worker(ScriptedBackend, open_tools=open_tools)
    worker.start()
    (error,) = await drain(ask(worker, "calc"))
    assert type(error) is kind
    assert sentence in str(error)
    assert end(await drain(ask(worker))).reason == "stop", "nothing else is the worse for it"
    worker.stop(30.0)


async def test_tools_that_open_slowly_stall_nobody(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    opened: list[int] = []

    def slowly() -> FakeTools:
        opened.append(1)
        go.wait(30)
        return tools

    follow(monkeypatch, in_turn(said(*calling("calc", "6*7"), " 42.")))
    worker = Worker(ScriptedBackend, open_tools=slowly)
    worker.start()
    waiting = [ask(worker, "calc", model="other") for _ in range(2)]
    assert end(await drain(ask(worker))).reason == "stop"
    assert not any(stream.ended for stream in waiting)
    go.set()
    for stream in waiting:
        assert len(returned(await drain(stream))) == 1
    assert opened == [1]
    await until(lambda: tools.prepared)
    worker.stop(30.0)
    assert tools.closed
