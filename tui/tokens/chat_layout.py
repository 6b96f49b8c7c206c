"""A conversation as lines of tokens: who speaks, what structures, and what the loss counts."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

from engine.vocab.chats import ChatPiece
from tui.format import grouped
from tui.tokens.about_text import hex_of
from tui.tokens.glyphs import Glyph, glyph_of
from tui.tokens.lines import Piece, TokenLines
from tui.tokens.looks import COUNTED, SPECIAL, UNCOUNTED, UNKNOWN, token_style

GUTTER = 11
"""Cells for whose turn it is."""


class ChatLine(NamedTuple):
    """A line of tokens; below it stands a line of signs."""

    role: str
    """Empty behind the first line of a turn."""
    pieces: Sequence[Piece]


class ChatLayout:
    """All lines of a conversation.

    Args:
        written: its tokens.
        width: cells of a line, with the gutter.
        ids: whether ids are shown in place of texts.
    """

    def __init__(self, written: Sequence[ChatPiece], width: int, *, ids: bool) -> None:
        self.written = written
        self.glyphs = [_glyph(each, ids=ids) for each in written]
        self.lines: list[ChatLine] = []
        for role, places in groupby(range(len(written)), key=lambda place: written[place].role):
            turn = list(places)
            lines = TokenLines(self.glyphs, turn, width - GUTTER)
            for number in range(len(lines)):
                pieces = [Piece(turn[each.token], each.text) for each in lines.pieces(number)]
                if pieces:
                    self.lines.append(ChatLine(role or "" if not number else "", pieces))
        self.ids = (
            []
            if ids
            else textwrap.wrap(
                f"[{', '.join(str(each.piece.id) for each in written)}]", max(8, width)
            )
        )
        """What the model is given, in lines; none where ids are shown anyway."""

    def style(self, place: int, *, flat: bool) -> str:
        """How a token looks."""
        style = token_style(place, flat=flat)
        return f"{SPECIAL} {style}" if self.written[place].piece.special else style

    def sign(self, piece: Piece) -> tuple[str, str]:
        """What stands below a token: whether the loss counts it."""
        sign, style = {True: COUNTED, False: UNCOUNTED, None: UNKNOWN}[
            self.written[piece.token].counted
        ]
        return sign * cell_len(piece.text), style

    def place_at(self, column: int, line: int) -> int | None:
        """The token on a cell; each line of tokens is two on the screen."""
        left = GUTTER
        if not 0 <= line // 2 < len(self.lines) or column < left:
            return None
        for piece in self.lines[line // 2].pieces:
            left += cell_len(piece.text)
            if column < left:
                return piece.token
        return None

    def line_of(self, place: int) -> int:
        """The first line that a token stands on."""
        return next(
            number
            for number, line in enumerate(self.lines)
            if any(piece.token == place for piece in line.pieces)
        )


def _glyph(piece: ChatPiece, *, ids: bool) -> Glyph:
    if ids:
        text = f"{piece.piece.id} "
        return Glyph(text, len(text), (), False)
    return glyph_of(piece.piece.data, name=piece.piece.special)


def about_piece(written: Sequence[ChatPiece], place: int) -> Content:
    """Three lines: which token it is, whose, and whether the loss counts it, and why."""
    each = written[place]
    what = "special: no text ever becomes it" if each.piece.special else hex_of(each.piece.data)
    shown = glyph_of(each.piece.data, blanks=True, name=each.piece.special).text
    counted = {
        True: "counted by the loss: the assistant writes it itself",
        False: "not counted by the loss: the assistant is given it",
        None: "nobody can tell whether the loss counts it: the template does not say",
    }[each.counted]
    return Content.assemble(
        (f"“{shown}”", "bold"),
        f"  id {grouped(each.piece.id)}",
        (f" · token {grouped(place + 1)} of {grouped(len(written))}", "$quiet"),
        "\n",
        ("bytes " if not each.piece.special else "", "$quiet"),
        (what, "$quiet" if each.piece.special else ""),
        "\n",
        (
            f"{each.role}: {counted}" if each.role else counted,
            "$text-success" if each.counted else "$quiet",
        ),
    )
