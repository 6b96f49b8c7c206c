"""Why a model can't spell: the letters of a word above the tokens that hide them."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from engine.errors import LabError
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.spelling import Spelling, letters
from tui.safe_text import one_line
from tui.tokens.desk import Seat
from tui.tokens.glyphs import glyph_of
from tui.tokens.looks import token_style

EXAMPLE = "strawberry"
"""The lecture's: how many r are there in it?"""
_LABEL = 10
_FOUND = "bold reverse"


class Block(NamedTuple):
    """A token with the letters that begin in it, one column."""

    letters: tuple[str, ...]
    token: str
    id: str
    here: str

    @property
    def cells(self) -> int:
        """Of the column."""
        drawn = sum(cell_len(each) for each in self.letters) + max(0, len(self.letters) - 1)
        return max(drawn, cell_len(self.token), len(self.id), len(self.here)) + 1


def question(word: str, letter: str) -> str:
    """What one would ask a model."""
    return f'How many "{letter}" are there in "{word}"?'


def letters_of(word: str) -> list[str]:
    """Letters as people count them: characters with the marks that stand on them."""
    found: list[str] = []
    for character in word:
        if found and unicodedata.combining(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def spelled(seat: Seat, word: str, letter: str, width: int, *, flat: bool) -> Content:
    """One tokenizer's view of a word, one letter counted."""
    if seat.found is None:
        return Content.assemble((one_line(seat.name), "bold"), "  ", (seat.words, "$quiet"))
    try:
        spelling = letters(seat.found.tokenizer, word)
    except LabError as error:
        return Content.styled(f"✗ {one_line(str(error))}", "$text-error")
    blocks = _blocks(spelling, letter)
    counts = spelling.count(letter)
    sum_words = " + ".join(map(str, counts)) if len(counts) < 16 else f"{len(counts)} numbers"
    ids = [token.piece.id for token in spelling.tokens]
    return Content("\n").join(
        [
            Content.assemble(
                (one_line(seat.name), "bold"),
                (
                    f"  {len(spelling.letters)} letters in {len(ids)} token{'s' * (len(ids) != 1)}",
                    "",
                ),
            ),
            *_rows(blocks, letter, width, flat=flat),
            Content.assemble(
                (f"{'it sees':{_LABEL}}", "$quiet"),
                (f"{ids[:24]}{' …' if len(ids) > 24 else ''}", "bold"),
            ),
            Content.assemble(
                (f"{'to count':{_LABEL}}", "$quiet"),
                f"it must know by heart: {sum_words} = {sum(counts)}",
            ),
        ]
    )


def _blocks(spelling: Spelling, letter: str) -> list[Block]:
    counts = spelling.count(letter)
    held: list[list[str]] = [[] for _ in spelling.tokens]
    for each in spelling.letters:
        if each.tokens:
            held[each.tokens.start].append(glyph_of(each.text.encode(), blanks=True).text)
    return [
        Block(
            tuple(found),
            glyph_of(token.piece.data, blanks=True).text,
            str(token.piece.id),
            str(count) if count else "·",
        )
        for found, token, count in zip(held, spelling.tokens, counts, strict=True)
    ]


def _rows(blocks: list[Block], letter: str, width: int, *, flat: bool) -> list[Content]:
    """Letters, tokens, ids and counts, below each other; as many columns as fit."""
    wanted = letter.casefold()
    fitting, used = [], _LABEL
    for block in blocks:
        used += block.cells
        if used > width - 2:
            break
        fitting.append(block)
    more = Content.styled("…" if len(fitting) < len(blocks) else "", "$quiet")
    rows = [Content.styled(f"{label:{_LABEL}}", "$quiet") for label in ("letters", "tokens", "ids")]
    of_letter = f"of {glyph_of(letter.encode(), blanks=True).text}"
    rows.append(Content.styled(set_cell_size(of_letter, _LABEL), "$quiet"))
    for place, block in enumerate(fitting):
        drawn = Content(" ").join(
            Content.styled(each, _FOUND if each.casefold() == wanted else "")
            for each in block.letters
        )
        style = token_style(place, flat=flat)
        cells = (drawn, Content.styled(block.token, style), Content.styled(block.id, "bold"),
                 Content(block.here))  # fmt: skip
        for number, cell in enumerate(cells):
            rows[number] += cell + Content(" " * (block.cells - cell.cell_length))
    return [row + more for row in rows]


def spaced(tokenizer: AnyTokenizer, word: str) -> Content:
    """The way out: letters that stand apart are tokens of their own."""
    apart = " ".join(word[:40])
    n_letters = len(word[:40].replace(" ", ""))
    n_tokens = len(tokenizer.encode(apart))
    return Content.assemble(
        ("Spelled out it can count: ", ""),
        (f"“{one_line(apart)}”", "bold"),
        (f" is {n_tokens} tokens for {n_letters} letters. ", ""),
        ("Or it calls a tool.  a asks the models in Compare.", "$quiet"),
    )
