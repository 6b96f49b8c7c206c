"""A text that is edited always has the tokens that it has as a whole."""

from __future__ import annotations

import random
from bisect import bisect_right

import pytest
from random_text import random_texts

from engine.errors import LabError
from engine.tokenizer import Tokenizer
from engine.vocab.incremental import LiveText
from engine.vocab.pieces import MAX_BLANKS
from tests.engine.vocab.greedy import NAMES, greedy, imported

POOL = [text for text in random_texts(600, seed=31) if len(text) < 200]
SHORT = ["", " ", "\n", "a", "'", "'s", "1", ".", "\u0301", "\u200d", "é", "の", "。", "\r", "S t"]
PROSE = "It wasn't late, she said;\nthe 2,500 boats (all of them) were home. " * 200


def check(live: LiveText) -> None:
    """Against a text that was never edited."""
    whole = LiveText(live.tokenizer, live.text)
    assert live.ids == whole.ids == live.tokenizer.encode(live.text), ascii(live.text)
    assert [live.token(i) for i in range(live.n_tokens)] == [
        whole.token(i) for i in range(whole.n_tokens)
    ], ascii(live.text)
    assert [live.line(i) for i in range(live.n_lines)] == [
        whole.line(i) for i in range(whole.n_lines)
    ]
    assert live.n_bytes == len(live.text.encode())


@pytest.mark.parametrize("name", NAMES)
def test_random_edits(name: str) -> None:
    rng = random.Random(f"edits:{name}")
    live = LiveText(greedy(name))
    for number in range(300):
        if len(live.text) > 400:
            live = LiveText(live.tokenizer, "".join(rng.choices(POOL, k=3)))
        start = rng.randint(0, len(live.text))
        end = min(len(live.text), start + rng.choice((0, 0, 0, 1, 3, 20)))
        new = rng.choice(SHORT) if rng.random() < 0.7 else rng.choice(POOL)
        before, expected = list(live.ids), live.text[:start] + new + live.text[end:]
        change = live.edit(start, end, new)
        assert live.text == expected
        assert live.ids == live.tokenizer.encode(expected), (ascii(expected), start, end)
        kept = change.first_token
        assert before[:kept] == live.ids[:kept]
        assert before[kept + change.removed :] == live.ids[kept + change.added :]
        if number % 10 == 0:
            check(live)


@pytest.mark.parametrize(
    "changes",
    [{"normalizer": {"type": "Lowercase"}}, {"pre_tokenizer": {"type": "ByteLevel",
      "add_prefix_space": True, "trim_offsets": True, "use_regex": True}}],
)  # fmt: skip
def test_an_unknown_way_of_splitting_is_done_anew(changes: dict[str, object]) -> None:
    live = LiveText(imported(**changes), "The boats WERE home")
    assert live.why_whole
    live.edit(4, 9, "Éa\u0301 ")
    check(live)
    places = [live.token(i) for i in range(live.n_tokens)]
    assert all(0 <= each.char <= each.char_end <= len(live.text) for each in places)
    assert places[-1].char_end == len(live.text)


def test_a_key_press_encodes_a_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveText(greedy("lab"), PROSE)
    encoded: list[str] = []
    encode = Tokenizer.encode

    def spying(self: Tokenizer, text: str) -> list[int]:
        encoded.append(text)
        return encode(self, text)

    monkeypatch.setattr(Tokenizer, "encode", spying)
    for at in range(5000, 5100):
        live.edit(at, at, "x")
    assert max(map(len, encoded)) < 130  # the x's themselves are one word of a hundred
    check(live)


def test_a_change_is_as_small_as_it_can_be() -> None:
    live = LiveText(Tokenizer({bytes([i]): i for i in range(256)}, {}), "one two three")
    change = live.edit(5, 6, "xy")
    assert (change.first_token, change.removed, change.added) == (5, 1, 2)
    change = live.edit(3, 5, live.text[3:5])
    assert (change.removed, change.added) == (0, 0)
    assert LiveText(live.tokenizer, "aaa").edit(1, 1, "a").added == 1
    change = LiveText(live.tokenizer, "a" * 2000).edit(1300, 1301, "")
    assert (change.removed, change.added) == (1, 0)
    change = LiveText(live.tokenizer, "a" * 2000).edit(1300, 1301, "bb")
    assert (change.first_token, change.removed, change.added) == (1300, 1, 2)


@pytest.mark.parametrize("name", ["lab", "qwen2"])
def test_places_tell_what_stands_there(name: str) -> None:
    for text in [*POOL[:60], "a\u0301b 가각", "🇩🇪👩\u200d👧"]:
        live = LiveText(greedy(name), text)
        data = text.encode()
        tokens = [live.token(i) for i in range(live.n_tokens)]
        at = 0
        for token in tokens:
            assert token.byte <= at <= token.byte_end
            at = max(at, token.byte_end)
            around = text[token.char : token.char_end].encode()
            assert data[token.byte : token.byte_end] in around
            assert len(text[: token.char].encode()) <= token.byte < token.byte_end
        assert at == len(data)
        for char in range(len(text)):
            found = [t.index for t in tokens if t.char <= char < t.char_end]
            assert list(live.tokens_of(char, char + 1)) == found
        assert list(live.tokens_of(0, len(text))) == list(range(len(tokens)))


def test_what_was_composed_is_one_place() -> None:
    live = LiveText(greedy("qwen2"), "x e\u0301\u0301y")
    places = {(t.char, t.char_end) for t in map(live.token, live.tokens_of(2, 3))}
    assert max(end for _, end in places) >= 4
    assert {t.char_end for t in map(live.token, live.tokens_of(3, 4))} >= {max(places)[1]}


def test_lines() -> None:
    live = LiveText(greedy("lab"), "one\n\ntwo\r\n")
    assert [live.line(i) for i in range(live.n_lines)] == [(0, 3), (4, 4), (5, 9), (10, 10)]
    starts = [live.line(i)[0] for i in range(live.n_lines)]
    for char in range(len(live.text) + 1):
        assert live.line_of(char) == bisect_right(starts, char) - 1


def test_an_empty_text() -> None:
    live = LiveText(greedy("lab"))
    assert (live.n_tokens, live.n_bytes, live.n_lines, live.line(0)) == (0, 0, 1, (0, 0))
    assert list(live.tokens_of(0, 0)) == []
    live.edit(0, 0, "a\nb")
    live.edit(0, 3, "")
    check(live)
    assert live.n_tokens == 0


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (0, 4), (4, 4)])
def test_characters_that_are_not_there(start: int, end: int) -> None:
    live = LiveText(greedy("lab"), "abc")
    with pytest.raises(ValueError, match="text of 3"):
        live.edit(start, end, "x")
    check(live)


def test_half_a_pair_is_no_character() -> None:
    live = LiveText(greedy("lab"), "a\ud83d")
    assert live.text == "a\ufffd"
    live.edit(2, 2, "\ude00 b")
    assert live.text == "a\ufffd\ufffd b"
    check(live)


def test_too_many_blanks_change_nothing() -> None:
    live = LiveText(greedy("lab"), "a b")
    with pytest.raises(LabError, match="blanks in a row"):
        live.edit(1, 2, " " * (MAX_BLANKS + 1))
    assert live.text == "a b"
    check(live)


def test_special_tokens_are_plain_text() -> None:
    live = LiveText(greedy("cl100k_base"), "<|endof")
    live.edit(7, 7, "text|>")
    assert not {*live.ids} & {*live.tokenizer.special_names}
    check(live)
