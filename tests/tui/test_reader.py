"""Events between a stream and the screen: in their order, a burst in portions, the end last."""

from __future__ import annotations

from engine.protocol import GenerateRequest, StreamEvent
from tui.bench.scripted_chat import _token
from tui.reader import MOST_PER_DRAIN, Reader


class _Taken:
    """Takes down what it is given."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []
        self.ends: list[str] = []

    def take(self, event: StreamEvent) -> None:
        self.events.append(event)

    def fail(self, message: str) -> None:
        self.ends.append(message)

    def stop(self) -> None:
        self.ends.append("stopped")


class _Source:
    """Has said all at once."""

    def __init__(self, events: list[StreamEvent]) -> None:
        self._events = events

    async def generate(self, request: GenerateRequest):  # type: ignore[no-untyped-def]
        for event in self._events:
            yield event


REQUEST = GenerateRequest(model="nano/base", prompt="x")


async def test_a_burst_goes_to_the_screen_in_portions_and_in_order() -> None:
    said: list[StreamEvent] = [_token(n, str(n)) for n in range(2 * MOST_PER_DRAIN + 1)]
    reader = Reader(_Taken(), REQUEST)
    await reader.read(_Source(said))
    assert reader.answer.events == []
    for drained in (MOST_PER_DRAIN, 2 * MOST_PER_DRAIN, len(said)):
        assert not reader.exhausted()
        assert reader.drain()
        assert reader.answer.events == said[:drained]
    assert reader.exhausted()
    assert not reader.drain()
    assert reader.live()
    reader.settle()
    assert not reader.live()


async def test_a_failure_is_told_behind_all_that_came_before_it() -> None:
    said: list[StreamEvent] = [_token(n, str(n)) for n in range(MOST_PER_DRAIN + 1)]
    reader = Reader(_Taken(), REQUEST)
    await reader.read(_Source(said))
    reader.break_off("It broke.")
    assert reader.drain()
    assert reader.answer.ends == []
    assert not reader.exhausted()
    assert reader.drain()
    assert (reader.answer.events, reader.answer.ends) == (said, ["It broke."])
    assert reader.exhausted()


async def test_a_failure_alone_is_an_end_that_is_still_to_be_told() -> None:
    reader = Reader(_Taken(), REQUEST)
    reader.break_off("Nobody answers.")
    assert not reader.exhausted()
    assert reader.drain()
    assert reader.answer.ends == ["Nobody answers."]
    assert reader.exhausted()


async def test_what_was_stopped_takes_nothing_in() -> None:
    reader = Reader(_Taken(), REQUEST)
    await reader.read(_Source([_token(1, "late")]))
    reader.stop()
    assert not reader.drain()
    assert (reader.answer.events, reader.answer.ends) == ([], ["stopped"])
    assert reader.exhausted()
    assert not reader.live()
