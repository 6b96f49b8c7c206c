from __future__ import annotations

from typing import Any

import pytest

from tests.tui.idk_events import TOTAL, asked, asking, development, table, trained
from tui.run_history import RunHistory
from tui.run_steps import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, best_of
from tui.steps_text import (
    STEPS,
    development_line,
    development_table,
    shared_out,
    step_list,
    step_strip,
    table_words,
)

SIGN = ("●", "$text-success")


def history(*events: dict[str, Any]) -> RunHistory:
    taken = RunHistory()
    taken.take(events)
    return taken


def test_the_answers_come_again_and_again_and_the_newest_count() -> None:
    taken = history(*asking(2400))
    assert list(taken.tables) == [1, 2, 3]
    assert taken.table is taken.tables[3]
    assert (taken.tables[3].done, taken.tables[3].total) == (2400, TOTAL)
    assert taken.table_eta_s() == pytest.approx(36.0)
    assert not taken.has_begun
    taken.take([asked(TOTAL)])
    assert taken.table_eta_s() is None


def test_a_resumed_run_tells_its_steps_again_by_a_new_clock() -> None:
    taken = history(*asking(2400))
    taken.take([*list(asking(0))[:3], asked(2400, elapsed_s=3.0)])
    assert taken.table_eta_s() is None, "one point is no pace"
    taken.take([asked(3000, elapsed_s=9.0)])
    assert taken.table_eta_s() == pytest.approx(30.0)


def test_development_of_a_resumed_run_replaces_what_it_does_again() -> None:
    taken = history(*(development(step, step / 100, 0.0, 0.5) for step in (0, 25, 50, 75)))
    assert best_of(taken.developed).step == 75
    taken.take([development(50, 0.1, 0.0, 0.5)])
    assert [each.step for each in taken.developed] == [0, 25, 50]
    assert best_of(taken.developed).step == 25


def test_of_equal_scores_the_earliest_is_the_best() -> None:
    taken = history(*(development(step, 0.5, 0.0, 0.5) for step in (0, 25, 50)))
    assert best_of(taken.developed).step == 0


@pytest.mark.parametrize(
    "event",
    [
        {"type": "table"},
        table(0, "none", [], []),
        table(13, "too many", [], []),
        table(1, "x", [], [], done=3, total=2),
        table(1, "x", [], [], done=-1),
        table(1, "x", [], [], done="1"),
        {**table(1, "x", [], []), "rows": "rows"},
        {**table(1, "x", [], []), "columns": None},
        {"type": "development"},
        {**development(1, 0.5, 0.5, 0.5), "refused_known": None},
        {**development(1, 0.5, 0.5, 0.5), "score": float("nan")},
        {**development(1, 0.5, 0.5, 0.5), "step": "1"},
    ],
)
def test_what_does_not_fit_is_left_out(event: dict[str, Any]) -> None:
    taken = RunHistory()
    assert not taken.take([event])
    assert not taken.tables
    assert not taken.developed


def test_a_table_is_bounded_and_its_rows_are_as_long_as_its_columns() -> None:
    odd = [["a"], ["b", "x" * 5000, None, 3, *"more"], "no row", *[["c"]] * 100]
    found = history(table(3, "answers", ["one", "two", "three"], odd)).tables[3]
    assert len(found.rows) == MOST_ROWS
    assert found.rows[0] == ("a", "", "")
    assert found.rows[1] == ("b", "x" * MOST_CHARACTERS, "None")
    wide = history(table(1, "wide", ["c"] * 50, [["c"] * 50])).tables[1]
    assert len(wide.columns) == len(wide.rows[0]) == MOST_COLUMNS


@pytest.mark.parametrize(
    ("wanted", "room", "widths"),
    [
        ([5, 6], 20, [5, 6]),
        ([5, 60], 20, [5, 15]),
        ([60, 5], 20, [15, 5]),
        ([50, 60, 2], 20, [9, 9, 2]),
        ([5, 5, 5], 1, [1, 1, 1]),
        ([], 20, []),
    ],
)
def test_width_is_shared_out(wanted: list[int], room: int, widths: list[int]) -> None:
    assert shared_out(wanted, room) == widths


def test_rows_are_aligned_cut_and_judged_with_a_sign() -> None:
    wide = "漢字" * 40
    found = history(asked(10, "Dunbury.", wide, "I do not know.")).tables[3]
    words = table_words(found, 60)
    lines = words.plain.split("\n")
    assert {len(line) for line in lines[:2]} == {60}
    assert all(line.cell_length == 60 for line in words.split("\n"))
    assert "…" in lines[2]
    for sign, line in zip(("✓ correct", "✗ wrong", "○ abstained"), lines[1:], strict=True):
        assert sign in line
    assert [line[-3:] for line in lines[1:]] == ["6/7", "3/7", "0/7"]


def test_a_models_words_are_never_markup_and_never_steer_the_terminal() -> None:
    evil = "[@click=app.quit]x[/] \x1b[2J\nnext"
    found = history(table(3, evil, [evil], [[evil]])).tables[3]
    words = table_words(found, 100)
    assert words.plain.split("\n")[1].rstrip() == "[@click=app.quit]x[/] ␛[2J↵next"
    assert {span.style for span in words.spans} == {"$quiet"}
    listed = step_list(history(table(3, evil, [evil], [[evil]])), SIGN, 120, 3)
    assert "\x1b" not in listed.plain
    assert not any("quit" in str(span.style) for span in listed.spans)


def test_steps_to_come_have_their_names_already() -> None:
    for words in (step_list(RunHistory(), SIGN, 120, 0), step_strip(RunHistory(), SIGN, 120, 0)):
        for name in STEPS:
            assert name in words.plain
        assert "@click" not in str(words.spans)
    lines = step_list(history(*asking(2400)), SIGN, 120, 3).plain.split("\n")
    assert [line[2] for line in lines] == ["✓", "✓", "●", "○", "○"]
    assert lines[2].startswith("▸")
    assert "2 400/6 000" in lines[2]
    assert "40%  ETA 36 s" in lines[2]
    assert all(len(line) <= 48 for line in step_list(RunHistory(), SIGN, 48, 0).plain.split("\n"))


def test_before_now_and_best_stand_side_by_side() -> None:
    developed = history(*trained()).developed
    lines = development_table(developed).plain.split("\n")
    assert lines[1].split() == ["refuses", "unknown", "0.00", "0.90", "0.93"]
    assert lines[5].split() == ["step", "0", "150", "100"]
    assert max(map(len, lines)) <= 37
    line = development_line(developed).plain
    assert "refuses unknown 0.00→0.90" in line
    assert "best at step 100" in line
    assert development_table([]).plain == development_line([]).plain == ""
