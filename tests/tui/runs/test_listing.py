from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from kept_runs import make_run, steps

from engine import paths
from engine.run_keeping import write_note
from engine.runs import list_runs
from tui.runs.listing import Listing
from tui.runs.row import DAMAGED, SHIPPED, Extra, Row
from tui.runs.table import (
    COLUMNS,
    Order,
    column_at,
    filtered,
    head_pieces,
    layout,
    row_pieces,
    size_words,
    sorted_rows,
)


def rows_now(listing: Listing | None = None) -> dict[str, Row]:
    listing = listing or Listing()
    runs = list_runs()
    listing.read_more(listing.rows(runs), float("inf"))
    return {row.name: row for row in listing.rows(runs)}


def extra_of(name: str) -> Extra:
    extra = rows_now()[name].extra
    assert extra is not None
    return extra


def test_what_a_folder_says() -> None:
    folder = make_run("one", events=[*steps(9), {"type": "eval", "step": 9, "val_bpb": 2.25}])
    write_note(folder, "good")
    extra = extra_of("one")
    assert (extra.note, extra.figure, extra.seconds) == ("good", ("bpb", 2.25), 4.5)
    assert extra.size > 1000


@pytest.mark.parametrize(
    ("stage", "events", "figure"),
    [
        ("base", steps(3), ("bpb", 2.0)),
        ("base", [{"type": "step", "step": 1, "loss": 4.5}], ("loss", 4.5)),
        ("rl", [{"type": "rl", "step": 1, "reward": 0.5}, *steps(1, first=2)], ("reward", 0.5)),
        ("base", [{"type": "rl", "step": 1, "reward": 0.5}], None),
        ("base", [{"type": "step", "step": 1, "loss": "low"}], None),
        ("base", [], None),
    ],
)
def test_the_figure_that_counts(
    stage: str, events: list[dict[str, object]], figure: tuple[str, float] | None
) -> None:
    make_run("one", stage=stage, events=events)
    assert extra_of("one").figure == figure


def test_time_of_a_run_that_was_resumed() -> None:
    again = [{"type": "state", "state": "running", "step": 8}]
    make_run("one", events=[*steps(8), *again, *steps(2, first=9, elapsed_s=3.0)])
    assert (extra_of("one").seconds, extra_of("one").whole) == (7.0, True)


def test_of_a_long_log_only_the_end_is_read() -> None:
    folder = make_run("one", events=steps(20_000))
    assert (folder / "events.jsonl").stat().st_size > 1 << 20
    extra = extra_of("one")
    assert (extra.figure, extra.seconds, extra.whole) == (("bpb", 2.0), 10_000.0, False)


def test_a_line_that_is_being_written_does_not_count() -> None:
    folder = make_run("one", events=steps(2))
    with (folder / "events.jsonl").open("a") as file:
        file.write('{"type": "step", "step": 3, "bpb": 1.0, "elapsed')
    assert extra_of("one").figure == ("bpb", 2.0)


def test_only_what_has_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run("one", events=steps(2))
    make_run("two", events=steps(2))
    listing = Listing()
    rows_now(listing)
    read: list[str] = []
    from tui.runs import listing as module

    original = module._read
    monkeypatch.setattr(module, "_read", lambda row: read.append(row.name) or original(row))
    rows_now(listing)
    assert read == []
    write_note(folder, "changed")
    assert rows_now(listing)["one"].note == "changed"
    assert read == ["one"]


def test_damaged_folders_are_listed_and_files_are_not() -> None:
    make_run("good")
    odd = make_run("odd")
    (odd / "status.json").write_text('{"name": "od')
    (paths.runs_folder() / "empty").mkdir()
    (paths.runs_folder() / "stray.txt").write_text("")
    (paths.runs_folder() / ".hidden").mkdir()
    rows = rows_now()
    mine = {name: row.state for name, row in rows.items() if row.state != SHIPPED}
    assert mine == {"good": "done", "odd": DAMAGED, "empty": DAMAGED}
    assert "not valid JSON" in rows["odd"].message


def test_runs_deleted_under_its_feet() -> None:
    folder = make_run("one", events=steps(2))
    runs = list_runs()
    shutil.rmtree(folder)
    listing = Listing()
    listing.read_more(listing.rows(runs), float("inf"))
    assert listing.rows(runs)[0].extra == Extra()
    shutil.rmtree(paths.runs_folder())
    assert all(row.state == SHIPPED for row in listing.rows([]))


def test_what_comes_with_the_lab() -> None:
    rows = rows_now()
    assert [row.state for row in rows.values()] == [SHIPPED] * 4
    assert rows["nano/rl"].path.parts[-2:] == ("runs", "rl"), "the whole log, where there is one"
    assert rows["nano/rl"].extra is not None
    assert rows["nano/rl"].extra.figure is not None
    assert rows["nano/rl"].extra.figure[0] == "reward"


# The table


def row(name: str, **values: object) -> Row:
    extra = Extra(**{"figure": ("bpb", 1.0), **values}) if values.pop("read", True) else None  # type: ignore[arg-type]
    return Row(name, "base", "pico", "done", 60, 60, "nano/base", "2026-11-20T10:00:00Z", "",
               Path("/nowhere"), extra=extra)  # fmt: skip


def test_what_is_not_known_stands_last_either_way() -> None:
    rows = [row("a", figure=("bpb", 2.0)), row("b", figure=None), row("c", figure=("bpb", 1.0)),
            row("d", read=False)]  # fmt: skip
    names = [each.name for each in sorted_rows(rows, Order("figure", False))]
    assert names == ["c", "a", "b", "d"]
    names = [each.name for each in sorted_rows(rows, Order("figure", True))]
    assert names == ["a", "c", "b", "d"]
    assert sorted_rows(rows, Order("no such column")) != []


@pytest.mark.parametrize("column", [column.key for column in COLUMNS])
def test_every_column_sorts(column: str) -> None:
    rows = [row("a"), row("b", note="x", size=5, seconds=1.0), row("c", read=False)]
    assert len(sorted_rows(rows, Order(column, True))) == 3


def test_the_filter_takes_words_in_any_order_and_case() -> None:
    rows = [row("sft-0001", note="High LR"), row("sft-0002"), row("x", note="[/] \\ $b")]
    assert [each.name for each in filtered(rows, "lr SFT")] == ["sft-0001"]
    assert [each.name for each in filtered(rows, "  ")] == ["sft-0001", "sft-0002", "x"]
    assert [each.name for each in filtered(rows, "[/]")] == ["x"]
    assert len(filtered(rows, "nano/base")) == 3


@pytest.mark.parametrize("width", [40, 54, 72, 75, 90, 116, 156, 300])
def test_lines_are_as_wide_as_there_is_room(width: int) -> None:
    widths = layout(width)
    assert {"name", "state"} <= widths.keys()
    long = row("x" * 64, note="a note \n that \x1b[31m goes on " * 20)
    for pieces in (head_pieces(widths, Order()), row_pieces(long, widths, "A", "red")):
        text = "".join(piece.text for piece in pieces)
        assert len(text.rstrip()) <= width
        assert "\n" not in text
        assert "\x1b" not in text


def test_at_80_cells_the_figures_are_there() -> None:
    assert {"name", "stage", "state", "steps", "figure", "size"} <= layout(74).keys()


def test_each_title_can_be_clicked() -> None:
    widths = layout(156)
    head = "".join(piece.text for piece in head_pieces(widths, Order()))
    for column in COLUMNS:
        x = head.index(column.title)
        assert column_at(widths, x) == column.key
    assert column_at(widths, 10_000) is None


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (412_000, "412 kB"), (18_240_000, "18.2 MB"),
     (1_400_000_000, "1.4 GB")],
)  # fmt: skip
def test_sizes(size: int, words: str) -> None:
    assert size_words(size) == words
