"""What is said of one token, and of a whole text."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from tui.format import grouped
from tui.safe_text import one_line
from tui.tokens.glyphs import glyph_of

if TYPE_CHECKING:
    from tui.tokens.cut import Cut
    from tui.tokens.desk import Counts, Desk, Seat

MOST_BYTES, MOST_CHARACTERS = 24, 3
"""Of a token that are written out."""


def about_token(cut: Cut, token: int) -> Content:
    """Three lines: which token it is, its bytes, and the characters that they are in."""
    found = cut.live.token(token)
    data = found.piece.data
    return Content.assemble(
        (f"“{glyph_of(data, blanks=True).text}”", "bold"),
        f"  id {grouped(found.piece.id)}",
        (f" · {rank_words(cut, token)}", "$quiet"),
        (f" · token {grouped(token + 1)} of {grouped(len(cut.ids))}", "$quiet"),
        "\n",
        ("bytes ", "$quiet"),
        hex_of(data),
        (f" · bytes {grouped(found.byte)} to {grouped(found.byte_end)} of the text", "$quiet"),
        "\n",
        _characters(cut.live.text[found.char : found.char_end], data),
    )


def hex_of(data: bytes) -> str:
    """``20 44 75``, cut where it is long."""
    more = f" … ({len(data)} bytes)" if len(data) > MOST_BYTES else ""
    return data[:MOST_BYTES].hex(" ") + more


def rank_words(cut: Cut, token: int) -> str:
    """When it came into the vocabulary, where its id tells."""
    tokenizer, found = cut.live.tokenizer, cut.live.token(token).piece
    if len(found.data) == 1:
        return "a single byte, no merge"
    if not tokenizer.ids_are_ranks:
        return "m shows its merges"
    return f"rank {grouped(found.id)}: merge {grouped(found.id - 255)}"


def _characters(text: str, data: bytes) -> Content:
    """Whether the token is whole characters, and what those are that the eye cannot tell."""
    if text.encode("utf-8", "replace") == data:
        if text.isascii():
            n = f"{len(text)} characters" if len(text) > 1 else "1 character"
            return Content.styled(f"{n}, a byte each", "$quiet")
        named = [_named(each) for each in text if not each.isascii()]
        more = " …" if len(named) > MOST_CHARACTERS else ""
        return Content.styled("whole: " + ", ".join(named[:MOST_CHARACTERS]) + more, "$quiet")
    parts = [each for each in (text[:1], text[-1:]) if each and not each.isascii()]
    words = " and ".join(
        f"{_named(each)} = {each.encode().hex(' ')}" for each in dict.fromkeys(parts)
    )
    return Content.assemble(("part of a character: ", "$text-warning"), (words, "$quiet"))


def _named(character: str) -> str:
    name = unicodedata.name(character, "unnamed").lower()
    return f"{glyph_of(character.encode('utf-8', 'replace')).text} U+{ord(character):04X} {name}"


def counted(counts: Counts) -> str:
    """``312 tokens · 3.86 characters a token · 3.90 bytes a token``."""
    words = f"{grouped(counts.tokens)} token{'s' * (counts.tokens != 1)}"
    if counts.tokens:
        words += f" · {counts.characters_a_token:.2f} characters a token"
        words += f" · {counts.bytes_a_token:.2f} bytes a token"
    return words


def seat_words(seat: Seat) -> Content:
    """``nano/base · 2 048 entries``."""
    words = [(one_line(seat.name), "bold")]
    if seat.found is not None:
        words.append((f" · {grouped(seat.found.tokenizer.n_vocab)} entries", "$quiet"))
    return Content.assemble(*words)


def title(desk: Desk, width: int) -> Content:
    """The chosen tokenizer and what it makes of the text, as far as there is room."""
    seat = desk.seat
    counts = desk.counts(seat)
    words = seat_words(seat)
    if counts is None:
        failed = seat.state == "failed"
        said = one_line(seat.words)
        if failed and words.cell_length + 3 + cell_len(said) > width:
            said = "✗ it cannot be opened"  # The view below has the whole sentence.
        more = Content.styled(f"   {said}", "$text-error" if failed else "$quiet")
    else:
        n = grouped(counts.characters)
        parts = [*counted(counts).split(" · "), f"{n} characters", f"{grouped(counts.bytes)} bytes"]
        while len(parts) > 1 and words.cell_length + 3 + len(" · ".join(parts)) > width:
            parts.pop()
        more = Content(f"   {' · '.join(parts)}")
    return words + more
