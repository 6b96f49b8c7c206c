from __future__ import annotations

import random

import pytest
from rich.cells import cell_len

from tui.bench.scripted_probes import question, record
from tui.braille import Canvas
from tui.probes.book import Book
from tui.probes.grid_layout import Cell, Layout, subject
from tui.probes.plot import Line, draw


def filled(n: int = 3, **values: object) -> Book:
    rng = random.Random(1)
    asked = [question(number, **values) for number in range(n)]
    book = Book(asked)
    book.take([record(each, rng) for each in asked])
    return book


@pytest.mark.parametrize("width", [40, 60, 76, 118, 200])
@pytest.mark.parametrize("against", [None, "nano/sft"])
@pytest.mark.parametrize("name", ["Mira", "名前" * 30, "a\tb\x1b", ""])
def test_a_line_never_needs_more_cells_than_there_are(
    width: int, against: str | None, name: str
) -> None:
    book = filled(1, entity=name, text=name)
    layout = Layout("nano/idk", against, n_wordings=4, n_samples=8)
    line = "".join(piece.text for piece in layout.line(book, 0, width))
    assert cell_len(line) <= max(width, 9 + 8 + 2 + 15 + 8)
    heads = "".join(piece.text for piece in layout.head(width))
    signs = [piece for piece in layout.line(book, 0, width) if piece.cell is not None]
    assert len(signs) == len(layout.shown(width))
    if width >= 76:
        assert ("nano/sft" in heads) == (against is not None)


def test_columns_are_greedy_then_wordings_then_samples_before_first() -> None:
    layout = Layout("b", "a", n_wordings=1, n_samples=2)
    assert layout.cells == (
        Cell(True, "greedy", 1), Cell(True, "wording", 1), Cell(True, "sample", 1),
        Cell(True, "sample", 2), Cell(False, "greedy", 1), Cell(False, "wording", 1),
        Cell(False, "sample", 1), Cell(False, "sample", 2),
    )  # fmt: skip
    assert layout.side_cells == len("x x xx")


def test_where_there_is_no_room_the_probed_side_stays() -> None:
    layout = Layout("b", "a", n_wordings=4, n_samples=24)
    assert layout.shown(60) == range(29, 58)
    assert layout.shown(160) == range(58)


def test_answers_that_have_not_come_are_not_those_that_are_missing() -> None:
    book = Book([question(0), question(1)])
    book.take([record(question(0), random.Random(1), samples=1, wordings=1)])
    layout = Layout("b", None, n_wordings=2, n_samples=2)

    def signs(place: int) -> str:
        return "".join(p.text for p in layout.line(book, place, 80) if p.cell is not None)

    assert len(signs(0).replace(" ", "")) == 3
    assert signs(0)[2] == signs(0)[4] == " "
    assert signs(1) == "·····"


def test_a_question_without_an_entity_is_its_own_subject() -> None:
    assert subject(question(0, attribute="born_year")) == "Person 0 · born year"
    assert subject(question(0, entity=None)) == "Where was Person 0 born?"


def dots(canvas: Canvas) -> set[tuple[int, int]]:
    found = set()
    for y, row in enumerate(canvas.rows()):
        text = "".join(part for part, _ in row)
        for x, sign in enumerate(text):
            bits = ord(sign) - 0x2800 if sign != " " else 0
            layout = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
            found |= {
                (2 * x + dx, 4 * y + dy)
                for dx in (0, 1)
                for dy in range(4)
                if bits & layout[dx][dy]
            }
    return found


def test_a_diagonal_goes_from_corner_to_corner_without_a_gap() -> None:
    canvas = Canvas(10, 5)
    draw(canvas, Line(((0.0, 0.0), (1.0, 1.0)), ""))
    assert dots(canvas) == {(i, 19 - i) for i in range(20)}


def test_dotted_lines_have_gaps_and_marks_are_blots() -> None:
    canvas = Canvas(10, 5)
    draw(canvas, Line(((0.0, 0.5), (1.0, 0.5)), "", dotted=True))
    assert len(dots(canvas)) == 5
    canvas = Canvas(10, 5)
    draw(canvas, Line(((0.5, 0.5),), "", marked=True))
    assert len(dots(canvas)) == 9


@pytest.mark.parametrize(
    "point", [(-1.0, 2.0), (5.0, -3.0), (float("nan"), 0.5), (0.5, float("inf"))]
)
def test_nothing_is_drawn_outside(point: tuple[float, float]) -> None:
    canvas = Canvas(4, 2)
    draw(canvas, Line((point, (0.5, 0.5)), "", marked=True), top=0.3)
    assert all(0 <= x < 8 and 0 <= y < 8 for x, y in dots(canvas))
