"""Questions taken apart: names must stand in a result, other words rank, nothing is syntax."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tools.search.query import MAX_TERMS, parse_query


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE page USING fts5(text, tokenize = 'porter unicode61')")
    database.execute("INSERT INTO page VALUES ('Orson Kovats was born in Pinewick.')")
    yield database
    database.close()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Orson Kovats birthplace", ["Orson Kovats"]),
        ("birthplace of Orson Kovats", ["Orson Kovats"]),
        ("Where was Orson Kovats born?", ["Orson Kovats"]),
        ("Birthplace Of Orson Kovats", ["Orson Kovats"]),
        ("What Is The Birthplace Of Orson Kovats", ["Orson Kovats"]),
        ("Pottery of Orson Kovats", ["Orson Kovats"]),
        ("Orson Kovats's school", ["Orson Kovats"]),
        ("James’ school", ["James"]),
        ("Orson Kovats and Mira Belden", ["Orson Kovats", "Mira Belden"]),
        ("Orson Kovats, Mira Belden", ["Orson Kovats", "Mira Belden"]),
        ("Orson Kovats Orson Kovats, Orson Kovats", ["Orson Kovats Orson Kovats", "Orson Kovats"]),
        ("Pinewick", ["Pinewick"]),
        ('who wrote "The Golden Island"?', ["Golden Island"]),
        ("Anne-Marie O'Neil", ["Anne Marie O Neil"]),
        ("J. R. Hartley", ["J R Hartley"]),
        ("Zoë's home", ["Zoë"]),
        ("Ärzte in Österreich", ["Ärzte", "Österreich"]),
        ("orson kovats", []),
        ("ORSON KOVATS", []),
        ("iPhone", []),
        ("the a of", []),
        ("", []),
        ("日本 の 首都", []),
        ("Kovats NOT Orson", ["Kovats NOT Orson"]),
        ("NEAR(Orson, 3)", ["NEAR", "Orson"]),
        ("Kovats, Orson", ["Kovats", "Orson"]),
        ("Pinewick and Orson Kovats", ["Pinewick", "Orson Kovats"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [" ".join(name) for name in parse_query(text).names] == names


@pytest.mark.parametrize("text", ["", " ", "where is the", "?!", "🙂", "\x00", '"', "'s", "____"])
def test_nothing_to_look_for(text: str) -> None:
    assert parse_query(text).fts == ""


def test_related_words_rank() -> None:
    assert set(parse_query("Orson Kovats birthplace").words) >= {"birthplace", "born", "native"}
    assert parse_query("Orson Kovats glassblower").words == ("glassblower",)


def test_every_term_is_quoted() -> None:
    query = parse_query('text: Orson NEAR(kovats, 2) OR * ^ "x')
    expected = '"Orson NEAR" AND ("Orson NEAR" OR "text" OR "kovats" OR "2" OR "x")'
    assert query.fts == expected


def test_long_queries_are_bounded() -> None:
    query = parse_query(" ".join(f"word{i} Name{i}," for i in range(5_000)))
    assert len(query.words) + len(query.names) <= MAX_TERMS


@pytest.mark.parametrize(
    ("query", "page", "held"),
    [
        ("Orson Norley", "Orson Norley was born.", True),
        ("Orson Norley", "Orson Norleys was born.", False),
        ("Orson Norley", "Orson\nNorley's house", True),
        ("Orson Norley", "ORSON NORLEY", True),
        ("Orson Norley", "Norley Orson", False),
        ("Orson Norley", "Orson likes Norley", False),
        ("Orson Norley", "Corson Norleyfield", False),
        ("Zoe", "Zoë was here", True),
        ("Zoë", "zoe was here", True),
        ("Orson Norley and Mira", "Mira knew Orson Norley", True),
        ("Orson Norley and Mira", "Orson Norley", False),
        ("anything", "at all", True),
    ],
)
def test_held_letter_by_letter(query: str, page: str, held: bool) -> None:
    assert parse_query(query).held_by(page) is held


SYNTAX = st.sampled_from(
    ['"', "'", "*", "^", "-", "+", "(", ")", ":", "NEAR", "AND", "OR", "NOT", "{", "}", ",", "\x00"]
)


@given(st.one_of(st.text(), st.lists(st.one_of(SYNTAX, st.text(max_size=4))).map(" ".join)))
@example("\ud800")
@example("\u0345 \u0130 ﬁ ß ǅ")
@example('"; DROP TABLE page; --')
def test_no_text_is_syntax(database: sqlite3.Connection, text: str) -> None:
    query = parse_query(text)
    if query.fts:
        database.execute("SELECT * FROM page WHERE page MATCH ?", (query.fts,)).fetchall()


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=10))
def test_the_word_itself_is_held(text: str) -> None:
    assert parse_query(text).held_by(text)
