from __future__ import annotations

from engine.tokenizer import Tokenizer
from engine.vocab.compression import compression, row_of
from engine.vocab.kinds import KINDS, Kind

BYTEWISE = Tokenizer({bytes([byte]): byte for byte in range(256)}, {})


def test_a_row_each_and_a_sentence_for_who_is_not_there() -> None:
    ours, nobody = compression(["nano/base", "nope"])
    assert ours.n_vocab == 2048
    assert [count.kind for count in ours.counts] == list(KINDS)
    by_kind = {count.kind.name: count.bytes_per_token for count in ours.counts}
    assert max(by_kind, key=lambda name: by_kind[name]) == "pocket web"  # what it was learned from
    assert min(by_kind.values()) >= 1.0
    assert (nobody.n_vocab, nobody.counts) == (None, ())
    assert "no checkpoint 'nope'" in (nobody.unavailable or "")


def test_bytes_of_a_token() -> None:
    (count,) = row_of("bytes", BYTEWISE, [Kind("one", "日本")]).counts
    assert (count.n_tokens, count.bytes_per_token) == (6, 1.0)


def test_kinds_are_long_enough_and_all_different() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 12
    for kind in KINDS:
        assert kind.n_bytes >= 1000, kind.name
        assert len({*kind.text.splitlines()}) > 6, kind.name
