"""How tokens look and how they flow into lines, after any edits."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from engine.manifest import find_checkpoint
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.vocab.incremental import LiveText
from tui.tokens.buffer import Buffer, Edit
from tui.tokens.cut import Cut
from tui.tokens.glyphs import Glyphs, atoms, glyph_of
from tui.tokens.lines import TokenLines
from tui.tokens.sheet import Sheet


@cache
def tokenizer() -> Tokenizer:
    return load_tokenizer(find_checkpoint("nano/base").path)


def sheet(text: str, width: int = 20, *, blanks: bool = False, ids: bool = False) -> Sheet:
    glyphs = Glyphs(tokenizer(), blanks=blanks, ids=ids)
    return Sheet(Cut(LiveText(tokenizer(), text)), glyphs, width)


def shown(found: Sheet) -> list[str]:
    return ["".join(p.text for p in found.lines.pieces(n)) for n in range(len(found))]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b" Dunbury", " Dunbury"),
        (b"\xe4", "⟨e4⟩"),
        (b"\xbd\xa0", "⟨bd⟩⟨a0⟩"),
        ("你".encode(), "你"),
        ("好".encode() + b"\xf0\x9f", "好⟨f0⟩⟨9f⟩"),
        (b"\x80abc", "⟨80⟩abc"),
        ("\u0301a".encode(), "◌\u0301a"),
        ("e\u0301".encode(), "e\u0301"),
        ("👩\u200d🚀".encode(), "👩⟨200D⟩🚀"),
        ("👍🏽".encode(), "👍⟨1F3FD⟩"),
        ("❤\ufe0f".encode(), "❤⟨FE0F⟩"),
        ("🇩🇪".encode(), "🇩🇪"),
        ("🇩".encode(), "⟨1F1E9⟩"),
        ("🇩🇪🇫".encode(), "🇩🇪⟨1F1EB⟩"),
        (b"\x1b[31m", "␛[31m"),
        (b"\r\n\n", "␍↵↵"),
        (b"\t", "⇥ "),
        ("\u202e".encode(), "⟨202E⟩"),
        (b"", "⟨⟩"),
    ],
)
def test_a_token_is_never_half_a_character_nor_an_order_to_the_terminal(
    data: bytes, text: str
) -> None:
    glyph = glyph_of(data)
    assert glyph.text == text
    assert glyph.cells == cell_len(text)
    assert [atom.at for atom in atoms(data)] == sorted({atom.at for atom in atoms(data)})


def test_blanks_and_names_and_ids() -> None:
    assert glyph_of(b" a  b", blanks=True).text == "·a··b"
    assert glyph_of(b"", name="<|im\x1b[0m_end|>").text == "<|im␛[0m_end|>"
    glyphs = Glyphs(tokenizer(), ids=True)
    assert [glyphs[token].text for token in (7, 2047)] == ["7 ", "2047 "]


ALPHABET = [*"ab cd\n\n .,你好👍🏽e\u0301\u200d🇩🇪1ि\t\r\x1b", " word", "\r\n", "é" * 9, " Dunbury"]
TEXTS = st.lists(st.sampled_from(ALPHABET), max_size=60).map("".join)


@settings(max_examples=80)
@given(TEXTS, st.integers(8, 40), st.booleans(), st.data())
def test_edits_lay_out_as_if_all_were_laid_out_anew(
    text: str, width: int, blanks: bool, data: st.DataObject
) -> None:
    found, buffer = sheet(text, width, blanks=blanks), Buffer(text)
    for _ in range(4):
        start = data.draw(st.integers(0, len(buffer.text)))
        end = min(len(buffer.text), start + data.draw(st.sampled_from([0, 0, 1, 3, 30])))
        edit = Edit(start, buffer.text[start:end], data.draw(TEXTS.map(lambda each: each[:5])))
        buffer.text = buffer.text[:start] + edit.new + buffer.text[end:]
        found.edited(found.cut.edit(edit))
        anew = TokenLines(found.glyphs, found.cut.ids, found.lines.width)
        assert [found.lines.begin(n) for n in range(len(found))] == [
            anew.begin(n) for n in range(len(anew))
        ]
    lines = shown(found)
    assert all(cell_len(line) <= found.lines.width for line in lines)
    assert "".join(lines) == "".join(found.glyphs[token].text for token in found.cut.ids)


@settings(max_examples=60)
@given(TEXTS, st.integers(8, 40))
def test_every_character_has_a_cell_and_every_cell_a_character(text: str, width: int) -> None:
    found = sheet(text, width)
    for line in range(len(found)):
        for piece in found.lines.pieces(line):
            assert "".join(part.text for part in found.parts(line, piece)) == piece.text
    for char in range(len(text) + 1):
        spot = found.spot(char)
        assert 0 <= spot.line < len(found)
        back = found.char_at(spot)
        # An accent stands in the cell of its letter.
        assert back == char or found.spot(back) == spot
        token, byte = found.cut.place_of(char)
        if char < len(text):
            first, last = found.cut.span(token)
            assert first <= char < last
            assert found.cut.char_at(token, byte) == char


def test_words_stay_whole_where_they_fit() -> None:
    assert shown(sheet("Mira Veklon was happiest. unfathomably, so", 16)) == [
        "Mira Veklon was", " happiest.", " unfathomably,", " so",
    ]  # fmt: skip
    assert shown(sheet("a\n\nb\n", 16)) == ["a↵", "↵", "b↵", ""]
    assert shown(sheet("", 16)) == [""]


def test_a_key_press_in_a_long_text_costs_a_few_lines() -> None:
    text = "Mira Veklon was born in Dunbury, and worked as a clockmaker. " * 1600
    found = sheet(text, 80)

    def seconds(at: int) -> float:
        began = time.thread_time()
        found.edited(found.cut.edit(Edit(at, "", "x")))
        found.spot(at)
        return time.thread_time() - began

    # 100 kB without a line break; 10 ms on an idle machine, of 50 that a key press may take.
    assert sorted(seconds(at) for at in range(0, len(text), 9_001))[5] < 0.05
