"""Many callers at once, and callers that leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.tools.search.doubles import wait_until
from tests.tools.search.scripted import HIT, Local, MakeSearch, Scripted
from tools.search.search import Search
from tools.search.settings import SearchSettings


def _in_threads(count: int, job: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=job, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_one_request_at_a_time(make: MakeSearch) -> None:
    provider = Scripted([HIT])
    search = make(provider)
    kinds: list[str] = []
    _in_threads(12, lambda i: kinds.append(search.search(f"{i}").kind))
    assert kinds == ["ok"] * 12
    assert provider.most_inside == 1


def test_the_same_question_at_once_is_asked_once(make: MakeSearch) -> None:
    provider = Scripted([HIT])
    provider.hold = threading.Event()
    search = make(provider, cached=True)
    kinds: list[str] = []

    def ask(_: int) -> None:
        kinds.append(search.search("x").kind)

    def release() -> None:
        wait_until(lambda: sum(t.name == "search-ddgs" for t in threading.enumerate()) == 8, 30)
        assert provider.hold is not None
        provider.hold.set()

    _in_threads(9, lambda i: release() if i == 8 else ask(i))
    assert kinds == ["ok"] * 8
    assert provider.asked == ["x"]


def _cancelled_soon() -> threading.Event:
    cancelled = threading.Event()
    threading.Timer(0.05, cancelled.set).start()
    return cancelled


def test_cancelled_while_asking(make: MakeSearch) -> None:
    provider = Scripted([HIT])
    provider.hold = threading.Event()
    search = make(provider)
    begun = time.monotonic()
    assert search.search("x", cancelled=_cancelled_soon()).kind == "cancelled"
    assert time.monotonic() - begun < 20
    wait_until(lambda: provider.inside == 0)
    provider.hold = None
    assert search.search("y").kind == "ok", "the next one has its turn"


def test_cancelled_in_the_line(make: MakeSearch) -> None:
    provider = Scripted([HIT])
    provider.hold = threading.Event()
    search = make(provider)
    first = threading.Thread(target=lambda: search.search("first"))
    first.start()
    wait_until(lambda: provider.asked)
    assert search.search("second", cancelled=_cancelled_soon()).kind == "cancelled"
    provider.hold.set()
    first.join(5)
    assert search.search("third").kind == "ok"
    assert provider.asked == ["first", "third"]


def test_cancelled_in_a_real_wait() -> None:
    provider = Scripted([HIT])
    search = Search(
        [provider],
        settings=SearchSettings(provider="ddgs", spacing_s=60.0, patience_s=60.0),
        cache_path=None,
    )
    search.search("a")
    begun = time.monotonic()
    assert search.search("b", cancelled=_cancelled_soon()).kind == "cancelled"
    assert time.monotonic() - begun < 20
    assert provider.asked == ["a"]


def test_cancelled_before(make: MakeSearch) -> None:
    cancelled = threading.Event()
    cancelled.set()
    for provider in (Scripted([HIT]), Local([HIT])):
        assert make(provider).search("x", cancelled=cancelled).kind == "cancelled"
        assert provider.asked == []


def test_patience_ends() -> None:
    provider = Scripted([HIT])
    provider.hold = threading.Event()
    search = Search(
        [provider],
        settings=SearchSettings(provider="ddgs", patience_s=0.1),
        cache_path=None,
    )
    result = search.search("x")
    assert result.error == "search unavailable: ddgs had no answer for us within 0.1 s"
    wait_until(lambda: provider.inside == 0)
