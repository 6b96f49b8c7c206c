import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import until
from fake_engine import CountingModel, FakeBackend, broken_backend

from engine.errors import (
    CheckpointError,
    EngineBusyError,
    EngineMemoryError,
    EngineUnavailableError,
    LabError,
    PromptTooLongError,
)
from engine.events import TokenEvent
from engine.protocol import Finished, GenerateRequest, Started
from engine.request import Priority
from engine.sampling_params import SamplingParams
from engine.server.backend import LoadedModel, Prompt, Source
from engine.server.limits import Limits
from engine.server.stream import Item, Stream
from engine.server.worker import Worker


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def worker(backend: FakeBackend) -> Iterator[Worker]:
    worker = Worker(lambda: backend, Limits(models=2, rows=8, waiting=4))
    worker.start()
    yield worker
    worker.stop(30.0)
    assert not worker.alive


def ask(
    worker: Worker,
    model: str = "count",
    max_tokens: int = 4,
    n: int = 1,
    priority: Priority = "interactive",
) -> Stream:
    stream = Stream()
    params = SamplingParams(max_tokens=max_tokens)
    request = GenerateRequest(model=model, prompt="hi", params=params, n=n, priority=priority)
    worker.submit(request, stream)
    return stream


async def drain(stream: Stream) -> list[Item]:
    items: list[Item] = []
    async with asyncio.timeout(60):
        while not stream.ended:
            items += await stream.take(1.0)
    return items


async def error_of(stream: Stream) -> LabError:
    (error,) = await drain(stream)
    assert isinstance(error, LabError)
    return error


async def begun(stream: Stream) -> None:
    async with asyncio.timeout(60):
        assert isinstance((await stream.take(60))[0], Started)


async def test_started_comes_first_and_finished_after_each_last_token(worker: Worker) -> None:
    started, *rest = await drain(ask(worker, max_tokens=2, n=2))
    assert isinstance(started, Started)
    kinds = [(type(item), item.row) for item in rest if not isinstance(item, LabError | Started)]
    assert kinds == [
        (TokenEvent, 0),
        (TokenEvent, 1),
        (TokenEvent, 0),
        (Finished, 0),
        (TokenEvent, 1),
        (Finished, 1),
    ]


async def test_requests_for_one_checkpoint_share_its_batch(
    worker: Worker, backend: FakeBackend
) -> None:
    streams = [ask(worker, "slow", 20) for _ in range(3)]
    await asyncio.gather(*map(drain, streams))
    assert backend.loads == ["slow"]
    assert max(backend.models[0].batch_sizes) == 3


async def test_bulk_work_leaves_room_to_who_watches(worker: Worker) -> None:
    bulk = ask(worker, "slow", 1_000_000, n=7, priority="bulk")
    await begun(bulk)
    more = ask(worker, "slow", 10, priority="bulk")  # an eighth of the rows is not for it
    watched = ask(worker, "slow", 10)
    assert len([e for e in await drain(watched) if isinstance(e, TokenEvent)]) == 10
    assert not await more.take(0.1)
    bulk.abandon()
    assert await drain(more)


async def test_who_watches_is_started_before_bulk_work_that_came_earlier(worker: Worker) -> None:
    first = ask(worker, "slow", 1_000_000, n=8)
    await begun(first)
    bulk = ask(worker, "slow", 30, n=7, priority="bulk")
    watched = ask(worker, "slow", 10, n=8)
    first.abandon()
    assert await drain(watched)
    assert not bulk.ended
    assert await drain(bulk)


async def test_checkpoints_take_turns(worker: Worker) -> None:
    order: list[str] = []

    async def follow(model: str) -> None:
        stream = ask(worker, model, 100)
        while not stream.ended:
            order.extend(model for _ in await stream.take(1.0))

    await asyncio.gather(follow("slow"), follow("count"))
    assert order.index("count") < len(order) - order[::-1].index("slow")
    assert order.index("slow") < len(order) - order[::-1].index("count")


async def test_an_abandoned_request_leaves_the_batch(worker: Worker, backend: FakeBackend) -> None:
    gone, stays = ask(worker, "slow", 1_000_000), ask(worker, "slow", 30)
    await begun(gone)
    gone.abandon()
    assert len([e for e in await drain(stays) if isinstance(e, TokenEvent)]) == 30
    await until(lambda: worker.active_requests == 0)
    assert backend.models[0].rows == {}


async def test_a_reader_that_falls_behind_is_dropped_and_stalls_nobody(worker: Worker) -> None:
    hanging = ask(worker, max_tokens=10**9)
    assert len(await drain(ask(worker, max_tokens=100))) == 102
    await until(lambda: worker.active_requests == 0)
    assert "behind" in str((await drain(hanging))[-1])


async def test_loading_one_checkpoint_stalls_no_other(worker: Worker) -> None:
    running = ask(worker, "slow", 1_000_000)
    await begun(running)
    while await running.take(0.005):
        pass
    loading = ask(worker, "slow-to-load")
    n_tokens = 0
    async with asyncio.timeout(20):
        while not await loading.take(0.001):
            n_tokens += len(await running.take(0.05))
    assert n_tokens >= 10, "it stood still for the 0.4 s"
    running.abandon()


@pytest.mark.parametrize("prompt", [{"prompt": "x" * 30_000}, {"prompt_ids": (1,) * 30_000}])
async def test_a_long_prompt_is_read_aside(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, prompt: dict[str, Any]
) -> None:
    running = ask(worker, "slow", 1_000_000)
    await begun(running)
    render = CountingModel.render

    def slowly(model: CountingModel, request: GenerateRequest) -> Prompt:
        time.sleep(0.4)
        return render(model, request)

    monkeypatch.setattr(CountingModel, "render", slowly)
    stream = Stream()
    worker.submit(GenerateRequest(model="slow", **prompt), stream)
    n_tokens = 0
    async with asyncio.timeout(20):
        while not (items := await stream.take(0.001)):
            n_tokens += len(await running.take(0.05))
    assert isinstance(items[0], PromptTooLongError)
    assert n_tokens >= 10, "it stood still for the 0.4 s"
    running.abandon()


async def test_all_who_wait_for_a_checkpoint_get_it_at_once(
    worker: Worker, backend: FakeBackend
) -> None:
    streams = [ask(worker, "slow-to-load") for _ in range(4)]
    for stream in streams:
        assert isinstance((await drain(stream))[-1], Finished)
    assert backend.loads == ["slow-to-load"]


async def test_who_leaves_while_it_loads_is_forgotten(worker: Worker, backend: FakeBackend) -> None:
    stream = ask(worker, "slow-to-load", 1_000_000)
    await until(lambda: worker.loaded or backend.loads or worker.active_requests)
    stream.abandon()
    await until(lambda: worker.active_requests == 0)
    assert isinstance((await drain(ask(worker, "slow-to-load")))[-1], Finished)


async def test_who_waits_for_rows_holds_up_no_other_checkpoint(worker: Worker) -> None:
    full = ask(worker, "slow", 1_000_000, n=8)
    await begun(full)
    held_up, small = ask(worker, "slow", 1, n=8), ask(worker, "count", 2)
    assert isinstance((await drain(small))[-1], Finished)
    assert await held_up.take(0.05) == []
    full.abandon()
    assert isinstance((await drain(held_up))[-1], Finished)


async def test_who_waits_is_not_overtaken(worker: Worker) -> None:
    full = ask(worker, "slow", 1_000_000, n=4)
    await begun(full)
    large, small = ask(worker, "slow", 20, n=8), ask(worker, "slow", 1)
    assert await small.take(0.1) == [], "the small one might keep the large one out for ever"
    full.abandon()
    await begun(large)
    assert isinstance((await drain(small))[-1], Finished)


async def test_more_rows_than_the_limit_run_alone(worker: Worker) -> None:
    items = await drain(ask(worker, "count", 1, n=20))
    assert sum(isinstance(item, Finished) for item in items) == 20


async def test_a_prompt_is_not_counted_as_drawn(worker: Worker) -> None:
    stream = Stream()
    request = GenerateRequest(
        model="count", prompt="hello", echo=True, params=SamplingParams(max_tokens=3)
    )
    worker.submit(request, stream)
    *events, end = await drain(stream)
    tokens = [event for event in events if isinstance(event, TokenEvent)]
    assert [event.forced for event in tokens] == [True] * 5 + [False] * 3
    assert isinstance(end, Finished)
    assert end.n_tokens == 3


async def test_no_memory_is_a_sentence(worker: Worker) -> None:
    other = ask(worker, "slow", 20)
    _, error = await drain(ask(worker, "memory"))
    assert isinstance(error, EngineMemoryError)
    assert "Ask for fewer samples" in str(error)
    assert isinstance((await drain(other))[-1], Finished)


async def test_models_that_nobody_asks_make_room_where_memory_is_short(
    worker: Worker, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drain(ask(worker, "count"))
    load, tries = backend.load, 0

    def short_of_memory(source: Source) -> LoadedModel:
        nonlocal tries
        tries += 1
        if source.name == "third" or "count" in worker.loaded:
            raise MemoryError("std::bad_alloc")
        return load(source)

    monkeypatch.setattr(backend, "load", short_of_memory)
    assert isinstance((await drain(ask(worker, "other")))[-1], Finished)
    assert (worker.loaded, tries) == (("other",), 2)
    assert isinstance((await drain(ask(worker, "third")))[-1], EngineMemoryError)
    assert tries == 4, "with nothing left to unload it is not tried for ever"


async def test_after_it_was_stopped_nothing_is_taken(backend: FakeBackend) -> None:
    worker = Worker(lambda: backend)
    worker.start()
    running, waiting = ask(worker, "slow", 1_000_000), ask(worker, "slow-to-load")
    await begun(running)
    worker.stop(30.0)
    assert isinstance((await drain(running))[-1], EngineUnavailableError)
    assert isinstance((await drain(waiting))[-1], EngineUnavailableError)
    with pytest.raises(EngineUnavailableError, match="was stopped"):
        ask(worker)


async def test_rows_are_bounded_and_the_rest_waits_in_order(worker: Worker) -> None:
    first = ask(worker, "slow", 30, n=8)
    await begun(first)
    second, third = ask(worker, "slow", 1, n=1), ask(worker, "slow", 1, n=8)
    assert worker.active_requests == 3
    for stream in (first, second, third):
        assert isinstance((await drain(stream))[-1], Finished)
    assert worker.active_requests == 0


async def test_a_full_queue_refuses_with_a_sentence(worker: Worker) -> None:
    running = ask(worker, "slow", 1_000_000, n=8)
    await begun(running)
    waiting = [ask(worker) for _ in range(4)]
    with pytest.raises(EngineBusyError, match="1 requests run and 4 wait"):
        ask(worker)
    waiting[2].abandon()
    await until(lambda: worker.active_requests == 4)
    ask(worker)  # its place is free
    running.abandon()
    for stream in (*waiting[:2], waiting[3]):
        assert isinstance((await drain(stream))[-1], Finished)


@pytest.mark.parametrize(
    ("model", "kind", "sentence"),
    [
        ("nope", CheckpointError, "There is no checkpoint 'nope'"),
        ("damaged", CheckpointError, "cut short"),
        ("bug-at-start", LabError, "a fault of its own"),
        ("panic", LabError, "a fault of its own"),
    ],
)
async def test_what_cannot_start_is_refused_and_nobody_else_notices(
    worker: Worker, model: str, kind: type[LabError], sentence: str
) -> None:
    other = ask(worker, "slow", 20)
    error = await error_of(ask(worker, model))
    assert type(error) is kind
    assert sentence in str(error)
    assert isinstance((await drain(other))[-1], Finished)
    assert worker.active_requests == 0


async def test_a_bug_in_a_step_ends_that_batch_only(
    worker: Worker, backend: FakeBackend, caplog: pytest.LogCaptureFixture
) -> None:
    other = ask(worker, "slow", 20)
    for _ in range(2):
        _, error = await drain(ask(worker, "bug"))
        assert type(error) is LabError
    assert "ZeroDivisionError: a bug in a step" in caplog.text
    assert backend.loads.count("bug") == 2, "a batch in an unknown state was used again"
    assert isinstance((await drain(other))[-1], Finished)


async def test_the_least_recently_used_checkpoint_leaves(
    worker: Worker, backend: FakeBackend
) -> None:
    for name in ("count", "other", "count", "third"):
        await drain(ask(worker, name))
    assert worker.loaded == ("count", "third")
    assert backend.loads == ["count", "other", "third"]


async def test_a_busy_checkpoint_never_leaves(worker: Worker, backend: FakeBackend) -> None:
    slow, count = ask(worker, "slow", 1_000_000), ask(worker, "slow", 1)
    await begun(slow)
    await drain(count)
    await drain(ask(worker, "other"))
    await drain(ask(worker, "third"))
    assert worker.loaded == ("slow", "third")
    slow.abandon()


async def test_a_checkpoint_waits_while_every_place_is_busy(worker: Worker) -> None:
    busy = [ask(worker, "slow", 1_000_000), ask(worker, "other", 1_000_000)]
    for stream in busy:
        await begun(stream)
    waiting = ask(worker, "third")
    assert await waiting.take(0.1) == []
    busy[0].abandon()
    assert isinstance((await drain(waiting))[-1], Finished)
    busy[1].abandon()


async def test_a_checkpoint_written_anew_is_loaded_anew(
    worker: Worker, backend: FakeBackend
) -> None:
    old = ask(worker, "slow", 50)
    await begun(old)
    backend.stamps["slow"] = 1
    new = ask(worker, "slow", 1)
    await drain(new)
    assert backend.loads == ["slow", "slow"]
    assert len([e for e in await drain(old) if isinstance(e, TokenEvent)]) >= 49
    assert backend.models[0].batch_sizes[-1] == 1, "the old rows did not finish on the old weights"
    backend.stamps["slow"] = 2
    await drain(ask(worker, "slow", 1))
    assert worker.loaded == ("slow",)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_fault_of_the_worker_itself_ends_every_stream(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = ask(worker, "slow", 1_000_000)
    await begun(running)
    monkeypatch.setattr(Worker, "_drop_abandoned", lambda *_: 1 / 0)
    assert isinstance((await drain(running))[-1], EngineUnavailableError)
    await until(lambda: not worker.alive)
    with pytest.raises(EngineUnavailableError, match="was stopped"):
        ask(worker)  # nobody is left who could answer it


async def test_a_backend_that_cannot_be_made(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker(broken_backend)
    worker.start()
    with pytest.raises(ImportError, match="torch"):
        await asyncio.wrap_future(worker.ready)
    await until(lambda: not worker.alive)


async def test_stopping_ends_the_thread_with_streams_open(backend: FakeBackend) -> None:
    worker = Worker(lambda: backend)
    worker.start()
    stream = ask(worker, "slow", 1_000_000)
    await begun(stream)
    worker.stop(30.0)
    assert not worker.alive
