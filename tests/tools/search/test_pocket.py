"""The offline search: right pages, nobody else's, and no text that upsets it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.search.pocket import PocketProvider, build_index
from tools.search.provider import SearchUnavailable

PAGES = [
    ("pocket/0", "Orson Kovats is a native of Pinewick. He worked as a glassblower."),
    ("pocket/1", "Orson Veklon was born in Elmwell. Pavel Kovats was born in Redton."),
    ("pocket/2", "Nell Norkov\n\nGreyfield is where Nell Norkov was born."),
    ("pocket/3", "Pinewick lies on the river Merrow. The people of Pinewick make violins."),
    ("pocket/4", 'Q: Who wrote "The Golden Island"?\nA: Kaia Ungdrick wrote "The Golden Island".'),
    ("pocket/5", "Orson Norleys was born in Pinewick."),
    ("pocket/6", "Zoë O'Neil lives near the mill. Line\x02 with\x00 control\x03 characters."),
    *((f"dup/{i}", "Greta Palin sells ropes.") for i in range(5)),
    *((f"many/{i}", f"Edda Kelmond was seen {i} times.") for i in range(300)),
    ("odd/1", ""),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / "sub" / "pocket.sqlite"
    build_index(path, PAGES)
    return path


@pytest.fixture(scope="module")
def pocket(path: Path) -> Iterator[PocketProvider]:
    provider = PocketProvider(path)
    yield provider
    provider.close()


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ("Orson Kovats birthplace", ["pocket/0"]),
        ("Where was Orson Kovats born?", ["pocket/0"]),
        ("Orson Kovats", ["pocket/0"]),
        ("Kovats, Orson", ["pocket/0", "pocket/1"]),
        ("Orson Norley", []),
        ("Orson Zzyzx birthplace", []),
        ("Nell Norkov's town of birth", ["pocket/2"]),
        ("who wrote The Golden Island", ["pocket/4"]),
        ("golden islands", ["pocket/4"]),
        ("Zoe O'Neil", ["pocket/6"]),
        ("Pinewick river", ["pocket/3", "pocket/0", "pocket/5"]),
        ("Greta Palin", ["dup/0"]),
        ("where is the", []),
        ("", []),
        ("\x00", []),
        ("🙂🙂", []),
        ('"; DROP TABLE page; --', []),
        ("NEAR(Orson, 3)", []),
        ("zzyzx" * 2_000, []),
        ("Zzyzx " * 2_000, []),
    ],
)
def test_finds(pocket: PocketProvider, query: str, sources: list[str]) -> None:
    found = [hit.source for hit in pocket.search(query)]
    assert sorted(found) == sorted(sources)
    assert found[:1] == sources[:1] or len(sources) == 2


def test_three_at_most(pocket: PocketProvider) -> None:
    assert len(pocket.search("Edda Kelmond")) == 3


def test_what_was_asked_ranks(pocket: PocketProvider) -> None:
    assert pocket.search("Edda Kelmond 217")[0].source == "many/217"


def test_snippets_hold_no_controls(pocket: PocketProvider) -> None:
    (hit,) = pocket.search("O'Neil mill")
    assert hit.snippet == "Zoë O'Neil lives near the mill. Line with control characters."


@given(st.text(max_size=60))
def test_any_query(pocket: PocketProvider, query: str) -> None:
    assert len(pocket.search(query)) <= 3


@given(st.sampled_from(["Orson", "Kovats", "Nell", "Norkov", "Pavel", "Veklon"]), st.data())
def test_never_somebody_else(pocket: PocketProvider, first: str, data: st.DataObject) -> None:
    last = data.draw(st.sampled_from(["Kovats", "Norkov", "Veklon", "Palin", "Norley"]))
    for hit in pocket.search(f"{first} {last} birthplace"):
        assert f"{first} {last}" in hit.snippet


def test_many_threads(pocket: PocketProvider) -> None:
    found: list[bool] = []

    def ask() -> None:
        results = [pocket.search("Orson Kovats") for _ in range(20)]
        found.extend([hit.source for hit in hits] == ["pocket/0"] for hits in results)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 160


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(SearchUnavailable, match="there is no index of the pocket web at"):
        PocketProvider(tmp_path / "none.sqlite").search("Orson")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 200])
def test_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pocket.sqlite"
    path.write_bytes(content)
    with pytest.raises(SearchUnavailable, match="delete it"):
        PocketProvider(path).search("Orson")


def test_damaged_in_the_middle(tmp_path: Path, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    damaged = tmp_path / "pocket.sqlite"
    damaged.write_bytes(content)
    provider = PocketProvider(damaged)
    with pytest.raises(SearchUnavailable, match="delete it"):
        provider.search("Orson")
    os.replace(_copy(path, tmp_path / "whole"), damaged)
    assert provider.search("Orson Kovats"), "a new index is opened"


def _copy(path: Path, to: Path) -> Path:
    to.write_bytes(path.read_bytes())
    return to


def test_another_version(tmp_path: Path, path: Path) -> None:
    other = _copy(path, tmp_path / "pocket.sqlite")
    database = sqlite3.connect(other)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(SearchUnavailable, match="format 99"):
        PocketProvider(other).search("Orson")


def test_a_build_that_fails_leaves_what_was(tmp_path: Path) -> None:
    path = tmp_path / "pocket.sqlite"
    build_index(path, [("a", "Orson Kovats")])

    def pages() -> Iterator[tuple[str, str]]:
        yield "b", "Mira Belden"
        raise RuntimeError("the writer of pages fails")

    with pytest.raises(RuntimeError):
        build_index(path, pages())
    assert [file.name for file in tmp_path.iterdir()] == ["pocket.sqlite"]
    assert PocketProvider(path).search("Orson Kovats")


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        build_index(tmp_path / "file" / "pocket.sqlite", PAGES)
