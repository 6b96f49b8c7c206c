"""What is remembered, for how long, and that a cache which fails is none."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from tests.tools.search.doubles import FakeTime
from tests.tools.search.scripted import BLOCKED, HIT, Local, MakeSearch, Scripted
from tools.search.breaker import FAILURES
from tools.search.cache import EMPTY_S, HITS_S, MAX_ANSWERS, Cache
from tools.search.clock import Clock


def test_the_cache(make: MakeSearch, fake: FakeTime, tmp_path: Path) -> None:
    provider = Scripted([HIT])
    search = make(provider, cached=True)
    first = search.search("Orson Kovats")
    again = search.search("Orson   Kovats ")
    assert (again.output, again.sources) == (first.output, first.sources)
    assert provider.asked == ["Orson Kovats"]
    search.close()
    assert make(provider, cached=True).search("Orson Kovats").kind == "ok", "it outlives the lab"
    assert len(provider.asked) == 1
    fake.now += HITS_S + 1
    search.search("Orson Kovats")
    assert len(provider.asked) == 2
    assert search.cache_problem == ""
    mode = (tmp_path / "cache" / "search.sqlite").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_empty_answers_are_remembered_briefly(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted([])
    search = make(provider, cached=True)
    search.search("x")
    fake.now += EMPTY_S - 1
    assert search.search("x").kind == "empty"
    assert len(provider.asked) == 1
    fake.now += 2
    search.search("x")
    assert len(provider.asked) == 2


def test_failures_are_not_remembered(make: MakeSearch) -> None:
    provider = Scripted(BLOCKED, [HIT])
    search = make(provider, cached=True)
    assert [search.search("x").kind for _ in range(2)] == ["unavailable", "ok"]


def test_the_cache_answers_while_the_breaker_is_open(make: MakeSearch) -> None:
    search = make(Scripted([HIT], BLOCKED), cached=True)
    search.search("known")
    for i in range(FAILURES):
        search.search(f"{i}")
    assert search.search("known").kind == "ok"


def test_providers_do_not_share_answers(make: MakeSearch) -> None:
    search = make(Scripted([HIT]), Scripted([], name="brave"), cached=True)
    search.search("x")
    assert search.search("x", provider="brave").kind == "empty"


def test_what_stays_here_is_not_cached(make: MakeSearch, tmp_path: Path) -> None:
    provider = Local([HIT], name="pocket")
    search = make(provider, cached=True)
    search.search("x")
    search.search("x")
    assert len(provider.asked) == 2
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("damage", ["rubbish", "folder", "table", "hits", "version"])
def test_a_damaged_cache_is_none(
    make: MakeSearch, fake: FakeTime, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "cache" / "search.sqlite"
    path.parent.mkdir()
    if damage == "rubbish":
        path.write_bytes(b"this is no database " * 500)
    elif damage == "folder":
        path.mkdir()
    else:
        seed = make(Scripted([HIT]), cached=True)
        seed.search("x")
        seed.close()
        database = sqlite3.connect(path)
        statement = {
            "table": "ALTER TABLE answer RENAME COLUMN hits TO hats",
            "hits": "UPDATE answer SET hits = '[3]'",
            "version": "PRAGMA user_version = 7",
        }[damage]
        database.execute(statement)
        database.commit()
        database.close()
    search = make(Scripted([HIT]), cached=True)
    assert search.search("x").kind == "ok"
    if damage != "hits":  # which the answer has mended
        assert "Searches are not cached" in search.cache_problem
        assert str(path) in search.cache_problem
    else:
        assert search.cache_problem == ""
    search.close()


def test_a_locked_cache_is_none_for_a_moment(make: MakeSearch, tmp_path: Path) -> None:
    search = make(Scripted([HIT]), cached=True)
    search.search("a")
    other = sqlite3.connect(tmp_path / "cache" / "search.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    assert search.search("b").kind == "ok"
    assert "locked" in search.cache_problem
    other.close()
    search.search("b")
    assert search.cache_problem == ""
    search.close()


def test_a_full_disk(make: MakeSearch, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "search.sqlite"
    path.parent.mkdir()
    path.symlink_to("/dev/full")
    search = make(Scripted([HIT]), cached=True)
    assert search.search("x").kind == "ok"
    assert search.cache_problem


def test_the_cache_stays_small(tmp_path: Path, fake: FakeTime) -> None:
    clock = Clock(wall=lambda: fake.now)
    cache = Cache(tmp_path / "c.sqlite", clock)
    cache._tried(  # as if 2,000 had been asked, which takes a while on a slow disk
        lambda database: database.executemany(
            "INSERT INTO answer VALUES ('p', ?, ?, '[]')",
            [(f"{i}", fake.now - 60 + i / 1000) for i in range(MAX_ANSWERS)],
        )
    )
    for i in range(3):
        fake.now += 1
        cache.put("p", f"new {i}", [HIT])
    (count,) = cache._tried(lambda d: d.execute("SELECT count(*) FROM answer").fetchone()) or (0,)
    assert count == MAX_ANSWERS
    assert cache.get("p", "0") is None
    assert cache.get("p", "new 2") == [HIT]
    cache.close()


def test_a_clock_set_back(make: MakeSearch, fake: FakeTime) -> None:
    provider = Scripted([HIT])
    search = make(provider, cached=True)
    search.search("x")
    fake.now -= 3600
    search.search("x")
    assert len(provider.asked) == 2
