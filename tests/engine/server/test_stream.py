import asyncio
import threading
import time

from engine.errors import EngineUnavailableError, RequestError
from engine.protocol import Finished
from engine.server.stream import Item, Stream


def event(row: int) -> Finished:
    return Finished(row=row, reason="stop", n_tokens=1, ttft_s=0.0, tokens_per_s=0.0)


async def drain(stream: Stream) -> list[Item]:
    items: list[Item] = []
    while not stream.ended:
        items += await stream.take(30.0)
    return items


async def test_another_thread_fills_it_in_order() -> None:
    stream = Stream()

    def fill() -> None:
        for row in range(1000):
            stream.put([event(row)])
        stream.put([], last=True)

    thread = threading.Thread(target=fill)
    thread.start()
    assert await drain(stream) == [event(row) for row in range(1000)]
    thread.join()


async def test_silence_is_an_empty_list_not_an_end() -> None:
    stream = Stream()
    assert await stream.take(0.01) == []
    assert not stream.ended
    stream.put([event(0)], last=True)
    assert not stream.ended, "there is still something to take"
    assert await stream.take(30.0) == [event(0)]
    assert stream.ended


async def test_an_end_without_an_event_wakes_the_reader() -> None:
    stream = Stream()
    reader = asyncio.create_task(drain(stream))
    await asyncio.sleep(0)
    stream.put([], last=True)
    assert await asyncio.wait_for(reader, 5) == []


async def test_nothing_comes_after_the_end() -> None:
    stream = Stream()
    stream.put([RequestError("no")], last=True)
    stream.put([event(1)])
    assert [str(item) for item in await drain(stream)] == ["no"]


async def test_a_reader_who_does_not_read_loses_the_stream_and_holds_nobody_up() -> None:
    stream = Stream(limit=100)
    began = time.monotonic()
    for row in range(10_000):
        stream.put([event(row)])
    assert time.monotonic() - began < 20
    assert stream.abandoned
    *items, error = await drain(stream)
    assert items == [event(row) for row in range(100)]
    assert isinstance(error, EngineUnavailableError)
    assert "fell more than 100 tokens behind" in str(error)


async def test_many_events_at_once_are_not_the_readers_fault() -> None:
    stream = Stream(limit=100)
    stream.put([event(row) for row in range(1000)])
    stream.put([], last=False)
    assert stream.abandoned, "but the next ones find 1,000 unread"
    fresh = Stream(limit=100)
    fresh.put([event(row) for row in range(1000)], last=True)
    assert await drain(fresh) == [event(row) for row in range(1000)]


async def test_an_abandoned_mailbox_keeps_nothing() -> None:
    stream = Stream()
    stream.put([event(0)])
    stream.abandon()
    stream.put([event(1)])
    assert stream.abandoned
    assert await stream.take(0.01) == []
