"""The table of runs: its columns, which of them have room, sorted and filtered rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.format import duration, fitted, grouped, squeezed
from tui.pieces import Piece
from tui.runs.looks import state_sign
from tui.runs.row import Extra, Row
from tui.safe_text import one_line
from tui.stages import hue

DEFAULT_SORT = "started"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Args:
        key: what it is called in settings and sorting.
        title: above it.
        width: cells; the least of those that are given more where there is room.
        cell: what stands in it, and its style.
        sort: what rows are sorted by; None stands last either way.
        rank: where there is no room, those of the highest rank go first.
        right: numbers stand at the right.
        falls: whether the highest comes first when sorting begins.
    """

    key: str
    title: str
    width: int
    cell: Callable[[Row], tuple[str, str]]
    sort: Callable[[Row], Any]
    rank: int = 0
    right: bool = False
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are sorted."""

    key: str = DEFAULT_SORT
    reverse: bool = True


def size_words(size: int) -> str:
    """Bytes as people read them: ``412 kB``, ``18.2 MB``, ``1.4 GB``."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_:
            value = size / bytes_
            return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return f"{size} B"


def figure_words(row: Row) -> str:
    """``0.197 bpb``, empty where none is known."""
    if row.extra is None or row.extra.figure is None:
        return ""
    name, value = row.extra.figure
    return f"{value:.3f} {name}"


def time_words(row: Row) -> str:
    """``12:04``; ``≥ 12:04`` where earlier processes were not counted."""
    if row.extra is None or row.extra.seconds is None:
        return ""
    return f"{'' if row.extra.whole else '≥ '}{duration(row.extra.seconds)}"


def steps_words(row: Row) -> str:
    """``1 840/2 600``, or one number where it has done all."""
    if row.step == row.total_steps:
        return grouped(row.step)
    return f"{grouped(row.step)}/{grouped(row.total_steps)}"


def _quiet(words: Callable[[Row], str]) -> Callable[[Row], tuple[str, str]]:
    return lambda row: (words(row), "$quiet")


def _plain(words: Callable[[Row], str]) -> Callable[[Row], tuple[str, str]]:
    return lambda row: (words(row), "")


def _state(row: Row) -> tuple[str, str]:
    glyph, style = state_sign(row.state)
    return f"{glyph} {row.state}", style


def _read(value: Callable[[Extra], float | None]) -> Callable[[Row], float | None]:
    """Of what takes reading; None until then."""
    return lambda row: value(row.extra) if row.extra is not None else None


def _size(row: Row) -> str:
    return size_words(row.extra.size) if row.extra is not None else "…"


COLUMNS = (
    Column("name", "run", 16, lambda row: (row.name, "bold"), lambda row: row.name),
    Column("stage", "stage", 5, lambda row: (row.stage, hue(row.stage)), lambda row: row.stage, 2),
    Column("preset", "size", 5, _quiet(lambda row: row.preset), lambda row: row.preset, 7),
    Column("state", "state", 10, _state, lambda row: row.state),
    Column("steps", "steps", 11, _plain(steps_words), lambda row: row.step, 4, right=True,
           falls=True),
    Column("figure", "figure", 13, _plain(figure_words),
           _read(lambda extra: extra.figure[1] if extra.figure else None), 1, right=True),
    Column("time", "time", 8, _quiet(time_words), _read(lambda extra: extra.seconds), 5,
           right=True, falls=True),
    Column("size", "on disk", 7, _quiet(_size), _read(lambda extra: extra.size), 3,
           right=True, falls=True),
    Column("started", "started", 11, _quiet(lambda row: row.started[5:16].replace("T", " ")),
           lambda row: row.started, 6, falls=True),
    Column("note", "note", 10, lambda row: (row.note, "italic"), lambda row: row.note or None, 8),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
_MARK = 2
"""Cells of the letter of a marked run."""


def sorted_rows(rows: Sequence[Row], order: Order) -> list[Row]:
    """Rows in an order; what is not known stands last, and runs of one kind by their names."""
    column = BY_KEY.get(order.key, BY_KEY[DEFAULT_SORT])
    keyed = [(column.sort(row), row) for row in rows]
    known = sorted(
        (each for each in keyed if each[0] is not None),
        key=lambda each: (each[0], each[1].name),
        reverse=order.reverse,
    )
    return [row for _, row in known] + [row for key, row in keyed if key is None]


def filtered(rows: Sequence[Row], typed: str) -> list[Row]:
    """Rows that hold every word that was typed, in any of their columns or in their parent."""
    words = typed.casefold().split()
    return [row for row in rows if all(word in _text(row) for word in words)] if words else [*rows]


def _text(row: Row) -> str:
    parts = (row.name, row.stage, row.preset, row.state, row.parent or "", row.note, row.started)
    return " ".join(parts).casefold()


def layout(width: int) -> dict[str, int]:
    """The columns that have room in ``width`` cells, by key, and how wide each is."""
    kept = list(COLUMNS)
    while len(kept) > 1 and _needed(kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    widths = {column.key: column.width for column in kept}
    spare = max(0, width - _needed(kept))
    for key, most in (("name", 28), ("note", 200)):
        if key in widths:
            more = min(spare, most - widths[key])
            widths[key] += more
            spare -= more
    return widths


def _needed(columns: Sequence[Column]) -> int:
    return _MARK + sum(column.width + 1 for column in columns) - 1


def head_pieces(widths: Mapping[str, int], order: Order) -> list[Piece]:
    """The titles, with an arrow at the one that is sorted by."""
    pieces = [Piece(" " * _MARK, "$quiet")]
    for key, width in widths.items():
        column = BY_KEY[key]
        arrow = ("↓" if order.reverse else "↑") if key == order.key else ""
        title = fitted(f"{column.title}{arrow}", width)
        text = title.rjust(width) if column.right else title.ljust(width)
        pieces.append(Piece(f"{text} ", "bold $quiet" if arrow else "$quiet"))
    return pieces


def column_at(widths: Mapping[str, int], x: int) -> str | None:
    """The key of the column that cell ``x`` of the head lies in."""
    edge = _MARK
    for key, width in widths.items():
        edge += width + 1
        if x < edge:
            return key
    return None


def row_pieces(row: Row, widths: Mapping[str, int], letter: str, style: str) -> list[Piece]:
    """A line: the letter of its curve where it is marked, then its cells."""
    pieces = [Piece(f"{letter or ' '} ".ljust(_MARK), f"bold {style}" if letter else "")]
    for key, width in widths.items():
        column = BY_KEY[key]
        text, look = column.cell(row)
        cut = squeezed if key == "name" else fitted
        text = cut(one_line(text), width)
        text = text.rjust(width) if column.right else text.ljust(width)
        pieces.append(Piece(f"{text} ", look))
    return pieces
