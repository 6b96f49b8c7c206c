"""Bytes from a terminal: broken, split, unknown, endless; typed at the driver and at a real app."""

from __future__ import annotations

import random

import pytest
from textual.events import Key, MouseEvent, Paste

from tui.driver import Reader


def typed(reader: Reader, *chunks: bytes) -> list[str]:
    found = [each for chunk in chunks for each in reader.feed(chunk)]
    return [each.key for each in found if isinstance(each, Key)]


def test_bytes_that_are_no_utf8_are_signs_and_nothing_ends() -> None:
    reader = Reader()
    characters = [each.character for each in reader.feed(b"a\xff\xfeb") if isinstance(each, Key)]
    assert characters == ["a", "\ufffd", "\ufffd", "b"]


def test_a_character_may_come_in_pieces() -> None:
    reader = Reader()
    found = [each for byte in "é漢🙂".encode() for each in reader.feed(bytes([byte]))]
    assert [each.character for each in found if isinstance(each, Key)] == ["é", "漢", "🙂"]


@pytest.mark.parametrize(
    "bad",
    [
        "\x1b[99999999u",  # beyond Unicode
        "\x1b[97:65;2u",  # an alternate key, which some terminals report unasked
        "\x1b[97;1:3A",
        "\x1b[<0;99999999999999999999;1M",
        "\x1b[48;1;2;3;4t",
        "\x1b]52;c;!!\x07",
        "\x1b[?9999;9$y",
        "\x1b" * 40,
        "\x1b[" + "1;" * 500 + "z",
    ],
)
def test_a_sequence_that_nobody_knows_costs_only_itself(bad: str) -> None:
    reader = Reader()
    keys = typed(reader, b"a", bad.encode(), b"b\x1b[Ac")
    keys += [each.key for each in reader.tick() if isinstance(each, Key)]
    assert keys[0] == "a"
    assert keys[-2:] == ["up", "c"]


@pytest.mark.parametrize("cut", range(1, 12))
def test_what_comes_with_a_bad_sequence_is_kept(cut: int) -> None:
    data = b"a\x1b[99999999u\x1b[97:65;2uZq7"
    assert typed(Reader(), data) == ["a", "Z", "q", "7"]
    assert typed(Reader(), data[:cut], data[cut:]) == ["a", "Z", "q", "7"]


def test_noise_never_fails() -> None:
    dice = random.Random(1)
    for _ in range(2000):
        reader = Reader()
        for _ in range(4):
            list(reader.feed(dice.randbytes(dice.randrange(1, 40)).replace(b"\x00", b"\x1b[")))
            list(reader.tick())


def test_a_sequence_split_anywhere_is_one() -> None:
    for cut in range(1, 6):
        sequence = b"\x1b[1;5A"
        assert typed(Reader(), sequence[:cut], sequence[cut:]) == ["ctrl+up"]


def test_mouse_and_paste_still_come() -> None:
    reader = Reader()
    list(reader.feed(b"\x1b[99999999u"))
    events = list(reader.feed(b"\x1b[<0;10;5M\x1b[200~two\nlines \xff\x1b[201~"))
    assert any(isinstance(each, MouseEvent) and each.x == 9 and each.y == 4 for each in events)
    assert [each.text for each in events if isinstance(each, Paste)] == ["two\nlines \ufffd"]
