"""Merges replayed end where the tokenizer itself ends."""

from __future__ import annotations

from itertools import pairwise

import pytest
from random_text import random_texts

from engine.errors import LabError
from engine.manifest import find_checkpoint
from engine.tokenizer import load_tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.published import PublishedTokenizer
from engine.vocab.replay import MAX_BYTES, Step, pair_ranks, replay
from engine.vocab.splits import split
from tests.engine.vocab.greedy import NAMES, greedy, imported

TEXTS = [text for text in random_texts(120, seed=41) if len(text) < 100]


def check(tokenizer: AnyTokenizer, steps: list[Step]) -> None:
    """Each merge makes one part of two neighbours, and ranks nobody before it."""
    assert steps[0].kind == "bytes"
    assert all(len(part) == 1 for part in steps[0].parts)
    for before, after in pairwise(steps):
        if after.kind == "whole":
            assert after.parts == (b"".join(before.parts),)
            continue
        ranks = [rank for rank in pair_ranks(tokenizer, before.parts) if rank is not None]
        assert after.rank == min(ranks)
        assert after.pair is not None
        assert after.at is not None
        at = after.at
        assert before.parts[at : at + 2] == after.pair
        merged = (*before.parts[:at], b"".join(after.pair), *before.parts[at + 2 :])
        assert after.parts == merged
        assert len(after.ids) == len(after.parts)


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_the_tokens(name: str) -> None:
    tokenizer = greedy(name)
    for text in TEXTS:
        for part in split(tokenizer, text):
            word = part.decode()
            if split(tokenizer, word) != [part]:  # by itself it is split in another place
                continue
            steps = replay(tokenizer, word)
            assert list(steps[-1].ids) == tokenizer.encode(word), ascii(word)
            assert replay(tokenizer, part)[-1].parts == steps[-1].parts or name == "llama3"
            check(tokenizer, steps)


@pytest.mark.parametrize("name", NAMES)
def test_splits_are_the_tokenizers(name: str) -> None:
    """A token never reaches over the end of a split."""
    tokenizer = greedy(name)
    for text in TEXTS[:40]:
        parts = split(tokenizer, text)
        ends, at = set(), 0
        for token in tokenizer.encode(text):
            at += len(tokenizer.token_bytes(token))
            ends.add(at)
        at = 0
        for part in parts:
            at += len(part)
            assert at in ends, (ascii(text), parts)


def test_the_earliest_merge_is_first_and_the_leftmost_of_two() -> None:
    steps = replay(load_tokenizer(find_checkpoint("nano/base").path), " strawberry")
    ranks = [step.rank for step in steps[1:]]
    assert steps[1].pair == (b"s", b"t")
    assert all(rank is not None for rank in ranks)
    tokenizer = tiny([["a", "b"]])
    assert [step.at for step in replay(tokenizer, "abab")] == [None, 0, 1]


def tiny(merges: list[list[str]], *, ignore_merges: bool = False) -> ImportedTokenizer:
    vocab = {letter: i for i, letter in enumerate("abcd")}
    vocab |= {"".join(pair): 4 + i for i, pair in enumerate(merges)}
    model = {"vocab": vocab, "merges": merges, "ignore_merges": ignore_merges}
    return imported(model=model)


def test_a_word_that_is_looked_up_says_so() -> None:
    merges = [["b", "c"], ["a", "b"], ["ab", "c"]]
    merged, looked_up = (tiny(merges, ignore_merges=flag) for flag in (False, True))
    assert replay(merged, "abc")[-1].parts == (b"a", b"bc")
    steps = replay(looked_up, "abc")
    assert [step.kind for step in steps] == ["bytes", "merge", "whole"]
    assert [*steps[-1].ids] == looked_up.encode("abc")
    assert [step.kind for step in replay(looked_up, "bc")] == ["bytes", "merge"]


def test_bytes_need_not_be_text() -> None:
    steps = replay(greedy("lab"), b"\xff\xf0\x9f")
    assert b"".join(steps[-1].parts) == b"\xff\xf0\x9f"
    check(greedy("lab"), steps)


def test_the_composed_word_is_what_is_merged() -> None:
    assert b"".join(replay(greedy("qwen2"), "e\u0301")[0].parts) == "é".encode()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("", "0 bytes"),
        (b"", "0 bytes"),
        ("a" * (MAX_BYTES + 1), f"{MAX_BYTES + 1} bytes"),
        ("é" * MAX_BYTES, f"{2 * MAX_BYTES} bytes"),
        ("two words", "'two', ' words'. Choose one"),
        ("a.b.c.d.e.f", r"splits .* \.\.\."),
    ],
)
def test_what_cannot_be_replayed(word: str | bytes, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        replay(greedy("lab"), word)


def test_bytes_without_a_token_are_refused() -> None:
    with pytest.raises(LabError, match="in another way"):
        replay(tiny([["a", "b"]]), "abz")


def test_a_special_tokens_name_is_no_token() -> None:
    tokenizer = greedy("cl100k_base")
    assert isinstance(tokenizer, PublishedTokenizer)
    assert tokenizer.special["<|endoftext|>"] == 100257
    assert tokenizer.rank(b"<|endoftext|>") is None
    assert tokenizer.rank(b"\xff\xfe\xfd") is None
    assert tokenizer.rank(b"a") == ord("a")
