"""The wall: a problem's attempts as cards, laid out in lines for a screen of some width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from tui.format import fitted, number
from tui.pieces import Piece
from tui.rl.looks import signed, token_style, verdict
from tui.safe_text import one_line
from tui.token_layout import TokenLayout

if TYPE_CHECKING:
    from engine.rl.record import Attempt

LEAST_CARD_CELLS = 32
FEWEST_TEXT_LINES, MOST_TEXT_LINES = 3, 12
_FRAME_LINES = 3
"""The edges, and the line of the reward's parts."""
_PLAIN = ("╭", "─", "╮", "│", "╰", "╯")
_CHOSEN = ("┏", "━", "┓", "┃", "┗", "┛")


@dataclass(frozen=True, slots=True)
class WallLayout:
    """Cards of one size, from the left and then down.

    Args:
        attempts: one a card.
        width: cells there are.
        height: lines there are; cards grow so that all are in sight, within limits.
    """

    attempts: Sequence[Attempt] = ()
    width: int = 80
    height: int = 24
    columns: int = field(init=False)
    text_lines: int = field(init=False)

    def __post_init__(self) -> None:
        columns = max(1, min(len(self.attempts), self.width // LEAST_CARD_CELLS))
        # The dataclass is frozen for its readers.
        object.__setattr__(self, "columns", columns)
        room = self.height // max(1, self.rows) - _FRAME_LINES
        lines = max(FEWEST_TEXT_LINES, min(MOST_TEXT_LINES, room))
        object.__setattr__(self, "text_lines", lines)

    @property
    def rows(self) -> int:
        """Cards one above the other."""
        return -(-len(self.attempts) // self.columns)

    @property
    def card_lines(self) -> int:
        """Lines of a card."""
        return self.text_lines + _FRAME_LINES

    @property
    def card_cells(self) -> int:
        """Cells of a card."""
        return self.width // self.columns

    @property
    def lines(self) -> int:
        """Lines of all cards."""
        return self.rows * self.card_lines

    def card_at(self, x: int, y: int) -> int | None:
        """The card that lies at a place, None where there is none."""
        column, row = x // max(1, self.card_cells), y // self.card_lines
        card = row * self.columns + column
        return card if column < self.columns and 0 <= card < len(self.attempts) else None

    def row(self, row: int, chosen: int | None) -> list[list[Piece]]:
        """The lines of the cards beside each other in a row."""
        first = row * self.columns
        cards = range(first, min(first + self.columns, len(self.attempts)))
        drawn = [self._card(card, chosen=card == chosen) for card in cards]
        return [[piece for card in drawn for piece in card[y]] for y in range(self.card_lines)]

    def _card(self, card: int, *, chosen: bool) -> list[list[Piece]]:
        attempt = self.attempts[card]
        sign, style = verdict(attempt)
        edge = f"bold {style}" if chosen else style
        left, line, right, side, low_left, low_right = _CHOSEN if chosen else _PLAIN
        inner = self.card_cells - 4
        title = f" {card + 1} {sign} {signed(attempt.advantage)} "
        length = f" {attempt.n_drawn} tok "
        gap = line * max(0, self.card_cells - 2 - cell_len(title) - cell_len(length))
        texts, more = self._text(attempt, inner)
        notes = [] if attempt.ended else ["cut at the limit"]
        notes += [f"⏎ {more} more line{'s' * (more != 1)}"] if more else []
        low = fitted(f" {' · '.join(notes)} " if notes else "", self.card_cells - 2)
        low = line * (self.card_cells - 2 - cell_len(low)) + low
        body = [[Piece(_fitting(parts_words(attempt), inner), "$quiet")], *texts]
        return [
            [Piece(left + title + gap, edge), Piece(length, "$quiet"), Piece(right, edge)],
            *([Piece(f"{side} ", edge), *pieces, Piece(f" {side}", edge)] for pieces in body),
            [Piece(low_left + low + low_right, edge)],
        ]

    def _text(self, attempt: Attempt, width: int) -> tuple[list[list[Piece]], int]:
        """The first lines of what was said, and how many more there are."""
        lines = list(text_lines(attempt, width))
        shown = lines[: self.text_lines]
        shown += [[]] * (self.text_lines - len(shown))
        return [_filled(line, width) for line in shown], max(0, len(lines) - self.text_lines)


def text_lines(attempt: Attempt, width: int) -> Iterator[list[Piece]]:
    """What was said in lines of ``width`` cells, each token by what the update did to it."""
    layout = TokenLayout(width)
    for piece in attempt.pieces:
        layout.append(piece)
    for line in layout.lines:
        yield [Piece(piece.text, token_style(attempt, piece.token)) for piece in line]


def parts_words(attempt: Attempt) -> str:
    """``correct 1 · format 0.2``."""
    parts = (f"{one_line(name)} {number(part)}" for name, part in attempt.rewards.items())
    return " · ".join(parts)


def _filled(line: Sequence[Piece], width: int) -> list[Piece]:
    rest = width - sum(cell_len(piece.text) for piece in line)
    return [*line, Piece(" " * max(0, rest))]


def _fitting(text: str, cells: int) -> str:
    """``text`` in exactly so many cells."""
    if cell_len(text) > cells:
        return set_cell_size(text, max(0, cells - 1)) + "…" * (cells > 0)
    return set_cell_size(text, cells)
