"""Cards: of equal size, never wider than the screen, whatever a model wrote."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.content import Content

from tests.tui.reinforcing import attempt, group
from tui.chat.looks import FORCED_STYLE
from tui.rl.attempt_text import attempt_words
from tui.rl.looks import NOTICEABLE, STRONG, change, signed, token_style
from tui.rl.wall_layout import LEAST_CARD_CELLS, WallLayout

ODD = ["名前" * 30, "a\tb\x1b[2J", "", "\n\n\n", "[bold]x[/] [/]", "👨\u200d👩", "\udcff", " ",
       "x" * 500, "e\u0301" * 40, "<|assistant_end|>"]  # fmt: skip


def drawn(layout: WallLayout, chosen: int | None = None) -> list[str]:
    rows = (layout.row(row, chosen) for row in range(layout.rows))
    return ["".join(piece.text for piece in line) for lines in rows for line in lines]


@pytest.mark.parametrize("width", [32, 34, 40, 76, 118, 200])
@pytest.mark.parametrize("height", [1, 14, 40])
@pytest.mark.parametrize("n", [1, 2, 3, 16, 64])
def test_cards_fill_the_width_and_are_all_there(width: int, height: int, n: int) -> None:
    layout = WallLayout(group(of=n).attempts, width, height)
    lines = drawn(layout, 0)
    assert len(lines) == layout.lines
    full = layout.columns * layout.card_cells
    rest = n % layout.columns or layout.columns
    assert all(cell_len(line) == full for line in lines[: -layout.card_lines])
    assert all(cell_len(line) == rest * layout.card_cells for line in lines[-layout.card_lines :])
    assert full <= width
    assert layout.card_cells >= LEAST_CARD_CELLS
    text = "\n".join(lines)
    assert all(f" {number} " in text for number in range(1, n + 1))


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("width", [34, 61])
def test_whatever_was_written_stays_in_its_card(text: str, width: int) -> None:
    odd = attempt(
        ids=(1, 2), pieces=(text, text), drawn=(True, True), logprobs=(0.0, 0.0),
        logprobs_after=None, rewards={text: 1.0, "b" * 80: -0.1}, ended=False,
    )  # fmt: skip
    for line in drawn(WallLayout((odd,), width, 20)):
        assert cell_len(line) == width
        line.encode()
        assert "\x1b" not in line
        assert "\n" not in line
        assert "\t" not in line


def test_no_attempts_are_no_cards() -> None:
    layout = WallLayout((), 80, 20)
    assert layout.rows == layout.lines == 0
    assert layout.card_at(3, 3) is None


def test_a_place_belongs_to_the_card_that_is_drawn_there() -> None:
    layout = WallLayout(group(of=5).attempts, 80, 24)
    assert layout.columns == 2
    high = layout.card_lines
    assert layout.card_at(0, 0) == 0
    assert layout.card_at(40, 0) == 1
    assert layout.card_at(39, high) == 2
    assert layout.card_at(0, 3 * high - 1) == 4
    assert layout.card_at(41, 2 * high) is None
    assert layout.card_at(0, 3 * high) is None
    assert layout.card_at(80, 0) is None


def test_cards_grow_with_the_screen() -> None:
    attempts = group(of=4).attempts
    assert WallLayout(attempts, 80, 40).text_lines > WallLayout(attempts, 80, 14).text_lines
    long = attempt(pieces=("word ",) * 13, ended=False)
    lines = drawn(WallLayout((long,) * 16, 34, 10))
    assert "cut at the limit" in "\n".join(lines)


def test_a_card_says_how_much_more_there_is() -> None:
    long = attempt(pieces=tuple(f" {n}{n}{n}{n}{n}{n}" for n in range(13)))
    layout = WallLayout((long,), 34, 1)
    assert "⏎ 1 more line" in drawn(layout)[-1]


@pytest.mark.parametrize(
    ("nats", "style"),
    [
        (0.0, ""),
        (NOTICEABLE / 2, ""),
        (-NOTICEABLE / 2, ""),
        (0.05, "underline $text-success"),
        (-0.05, "italic $text-error"),
        (2 * STRONG, "bold underline $text-success"),
        (-2 * STRONG, "bold italic $text-error"),
    ],
)
def test_a_token_looks_as_the_update_has_moved_it(nats: float, style: str) -> None:
    one = attempt(ids=(1,), pieces=("a",), drawn=(True,), logprobs=(-1.0,),
                  logprobs_after=(-1.0 + nats,))  # fmt: skip
    assert token_style(one, 0) == style


def test_what_was_not_drawn_or_not_measured_has_no_change() -> None:
    given = attempt(ids=(1,), pieces=("a",), drawn=(False,), logprobs=(0.0,), logprobs_after=(0.5,))
    assert change(given, 0) is None
    assert token_style(given, 0) == FORCED_STYLE
    unmeasured = attempt(logprobs_after=None)
    assert change(unmeasured, 0) is None
    assert token_style(unmeasured, 0) == ""


@pytest.mark.parametrize(
    ("value", "shown"), [(0.87, "+0.87"), (-1.2, "−1.20"), (0.001, "0.00"), (-0.001, "0.00")]
)
def test_signed(value: float, shown: str) -> None:
    assert signed(value) == shown


def test_an_attempt_whole_has_a_line_a_token() -> None:
    one = attempt(
        ids=(7, 8, 9), pieces=(" [b]odd[/]", "\x1b", "!"), drawn=(True, False, True),
        logprobs=(-0.6931472, 0.0, 0.1), logprobs_after=(-0.3566749, 0.0, -40.0), ended=False,
    )  # fmt: skip
    words = attempt_words(group(of=0, attempts=(one,)), 0, 60)
    assert isinstance(words, Content)
    first, second, third = words.plain.split("\n")[-3:]
    assert first.split() == ["1", "7", "␣[b]odd[/]", "0.5000", "0.7000", "+0.34"]
    assert second.split() == ["2", "8", "␛", "given"]
    assert third.split() == ["3", "9", "!", "1.0000", "0.0000", "−40.10"]
    assert "2 tokens drawn, 1 put there · cut at the limit" in words.plain
