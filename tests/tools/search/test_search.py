"""The search as a whole: results, spacing, retries and the breaker; no real waiting."""

from __future__ import annotations

import time

import pytest

from tests.tools.search.doubles import FakeTime
from tests.tools.search.scripted import BLOCKED, BUSY, HIT, MakeSearch, Scripted
from tools.search import search_tool
from tools.search.breaker import FAILURES, REST_S
from tools.search.provider import NotConfigured, SearchUnavailable
from tools.search.search import MAX_QUERY_CHARS, Search
from tools.search.settings import SearchSettings


def test_found(make: MakeSearch) -> None:
    result = make(Scripted([HIT])).search("  Orson \n Kovats ")
    assert (result.kind, result.output) == ("ok", "a.example: T - Orson Kovats.")
    assert result.sources == ("https://a.example/1",)
    assert result.elapsed_ms > 0


def test_nothing_found_is_not_unavailable(make: MakeSearch) -> None:
    result = make(Scripted([])).search("x")
    assert (result.kind, result.text, result.sources) == ("empty", "No results.", ())
    result = make(Scripted(BLOCKED)).search("x")
    assert result.kind == "unavailable"
    assert result.text == f"error: search unavailable: {BLOCKED}"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", "error"),
        (" \n\t", "error"),
        ("\x00\x1b[2J", "error"),
        ("x" * MAX_QUERY_CHARS, "ok"),
        ("x" * (MAX_QUERY_CHARS + 1), "limit"),
        ("x" * 10_000, "limit"),
    ],
)
def test_odd_queries(make: MakeSearch, query: str, kind: str) -> None:
    assert make(Scripted([HIT])).search(query).kind == kind


def test_queries_are_made_plain(make: MakeSearch) -> None:
    provider = Scripted([HIT])
    search = make(provider, cached=True)
    assert search.search("Orson\x00\n \ud800 Kovats\u202e").kind == "ok"
    assert provider.asked == ["Orson \ufffd Kovats"]
    assert search.cache_problem == ""
    search.close()


def test_another_provider(make: MakeSearch) -> None:
    search = make(Scripted([]), Scripted([HIT], name="brave"))
    assert search.names == ("ddgs", "brave")
    assert search.search("x", provider="brave").kind == "ok"
    with pytest.raises(ValueError, match=r"no search provider 'bing'\. There are: ddgs, brave\."):
        search.search("x", provider="bing")


def test_the_usual_provider_must_be_there() -> None:
    with pytest.raises(ValueError, match="pocket"):
        Search([Scripted([])], settings=SearchSettings(), cache_path=None)


def test_spacing(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted([HIT])
    search = make(provider, spacing_s=1.0)
    search.search("a")
    fake.now += 0.25
    search.search("b")
    search.search("c")
    assert fake.waited == [0.75, 1.0]
    fake.now += 10
    search.search("d")
    assert len(fake.waited) == 2


def test_retries(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted(BUSY, BUSY, [HIT])
    assert make(provider, spacing_s=0.0).search("x").kind == "ok"
    assert len(provider.asked) == 3
    assert fake.waited == [0.5, 1.0]


def test_retries_end(make: MakeSearch) -> None:
    provider = Scripted(BUSY)
    assert make(provider).search("x").error == f"search unavailable: {BUSY}"
    assert len(provider.asked) == 3


def test_who_blocks_is_not_asked_again(make: MakeSearch) -> None:
    provider = Scripted(BLOCKED, [HIT])
    assert make(provider).search("x").kind == "unavailable"
    assert len(provider.asked) == 1


def test_the_breaker(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted(*[BLOCKED] * (FAILURES + 1), [HIT])
    search = make(provider, spacing_s=0.0)
    for _ in range(FAILURES):
        assert search.search("x").error == f"search unavailable: {BLOCKED}"
    until = time.strftime("%H:%M:%S", time.localtime(fake.now + REST_S))
    open_sentence = f"search unavailable: {BLOCKED}; it is left alone until {until}"
    fake.now += REST_S - 1
    assert search.search("x").error == open_sentence
    assert len(provider.asked) == FAILURES
    fake.now += 1.5
    assert search.search("x").error == f"search unavailable: {BLOCKED}", "a probe is let through"
    assert "left alone" in search.search("x").error, "it failed: open again at once"
    assert len(provider.asked) == FAILURES + 1
    fake.now += REST_S + 1
    assert search.search("x").kind == "ok"
    assert search.search("y").kind == "ok", "closed"


def test_a_probe_is_not_retried(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted(BUSY)
    search = make(provider)
    for _ in range(FAILURES):
        search.search("x")
    fake.now += REST_S + 1
    asked = len(provider.asked)
    search.search("x")
    assert len(provider.asked) == asked + 1


def test_answers_reset_the_count(make: MakeSearch) -> None:
    provider = Scripted(BLOCKED, BLOCKED, [], BLOCKED, BLOCKED, [HIT])
    search = make(provider)
    kinds = [search.search(f"{i}").kind for i in range(6)]
    assert kinds == ["unavailable"] * 2 + ["empty"] + ["unavailable"] * 2 + ["ok"]


def test_breakers_are_each_providers_own(make: MakeSearch) -> None:
    search = make(Scripted(BLOCKED), Scripted([HIT], name="brave"))
    for _ in range(FAILURES + 1):
        search.search("x")
    assert search.search("x", provider="brave").kind == "ok"


def test_who_asks_to_wait_is_left_alone(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted(SearchUnavailable("too often (HTTP 429)", wait_s=20.0), [HIT])
    search = make(provider)
    search.search("x")
    fake.now += 19
    assert "left alone until" in search.search("x").error
    assert len(provider.asked) == 1
    fake.now += 2
    assert search.search("x").kind == "ok"


def test_a_missing_key_opens_no_breaker(make: MakeSearch) -> None:
    provider = Scripted(NotConfigured("set X"))
    search = make(provider)
    for _ in range(FAILURES + 2):
        assert search.search("x").error == "search unavailable: set X"
    assert len(provider.asked) == FAILURES + 2


def test_a_fault_of_our_own_is_raised(make: MakeSearch) -> None:
    search = make(Scripted(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        search.search("x")
    assert search_tool(search)("x").kind == "crashed"
