"""Texts into documents: every token predicted once, some texts held out, enough and no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.data.corpora.sampling import sample
from engine.errors import RunError
from engine.special import BOS, SPECIAL_TOKENS
from engine.tokenizer import Tokenizer
from engine.train.reading import HELD_OUT, Documents, read_documents

TEXTS = [f"Text number {n} is about {'the river ' * (n % 50)}and it ends." for n in range(2000)]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer({bytes([i]): i for i in range(256)}, {n: 256 + i for i, n in enumerate(SPECIAL_TOKENS)})  # fmt: skip # noqa: E501


def read(texts: list[str], tokenizer: Tokenizer, **options: object) -> Documents:
    values = {"tokens": 10**9, "longest": 64, "holds_out": True, "tell": lambda n: None, **options}
    return read_documents(texts, tokenizer, **values)  # type: ignore[arg-type]


def ids_of(found: Documents) -> list[int]:
    return [token for document in found.training for token in document.ids]


@pytest.mark.parametrize("longest", [2, 7, 64, 10_000])
def test_every_token_of_a_long_text_is_predicted_once(tokenizer: Tokenizer, longest: int) -> None:
    text = "x" + "abc" * 33
    found = read([text], tokenizer, longest=longest, holds_out=False)
    assert all(2 <= len(document.ids) <= longest for document in found.training)
    predicted = [token for document in found.training for token in document.ids[1:]]
    bos = tokenizer.special[BOS]
    assert found.training[0].ids[0] == bos
    assert predicted == [*tokenizer.encode(text), bos]


def test_reading_ends_when_there_is_enough(tokenizer: Tokenizer) -> None:
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for text in TEXTS:
            taken += 1
            yield text

    told: list[int] = []
    found = read_documents(
        texts(), tokenizer, tokens=20_000, longest=64, holds_out=True, tell=told.append
    )
    assert 20_000 <= len(ids_of(found)) < 40_000
    assert taken == found.n_texts < 200
    assert told == sorted(told)
    assert found.n_bytes == sum(len(text.encode()) for text in TEXTS[:taken])


def test_the_same_texts_are_held_out_wherever_they_stand(tokenizer: Tokenizer) -> None:
    def held(texts: list[str]) -> set[str]:
        return {tokenizer.decode(d.ids) for d in read(texts, tokenizer, longest=999).heldout}

    first = held(TEXTS)
    assert 1 <= len(first) <= 3 * len(TEXTS) / HELD_OUT
    assert held(TEXTS[::-1]) == first
    assert held(TEXTS + TEXTS) == first, "a copy of a held-out text is trained on"
    trained = {tokenizer.decode(d.ids) for d in read(TEXTS, tokenizer, longest=999).training}
    assert trained | first == set(TEXTS)
    assert not trained & first


def test_of_few_texts_one_is_held_out_whole(tokenizer: Tokenizer) -> None:
    texts = ["first " * 30, "second " * 30, "third " * 30]
    found = read(texts, tokenizer)
    held = tokenizer.decode(t for d in found.heldout for t in d.ids[1:])
    assert held in texts
    assert not set(held.split()) & set(tokenizer.decode(ids_of(found)).split())
    nothing = read(texts, tokenizer, holds_out=False)
    assert not nothing.heldout


@pytest.mark.parametrize("texts", [[], ["only one"]])
def test_one_text_is_too_few(tokenizer: Tokenizer, texts: list[str]) -> None:
    with pytest.raises(RunError, match=f"has {len(texts)} texts"):
        read(texts, tokenizer)


def test_an_id_takes_two_bytes_or_four(tokenizer: Tokenizer) -> None:
    (document,) = read(["abc"], tokenizer, holds_out=False).training
    assert memoryview(document.ids).itemsize == 2  # type: ignore[arg-type]
    large = Tokenizer(tokenizer.ranks, {BOS: 1 << 16})
    large.n_vocab = (1 << 16) + 1
    (document,) = read(["abc"], large, holds_out=False).training
    assert memoryview(document.ids).itemsize == 4  # type: ignore[arg-type]
    assert document.ids[0] == 1 << 16


def test_a_sample_is_bounded_mixed_and_repeatable() -> None:
    def drawn(seed: int, n_bytes: int = 10**9) -> list[str]:
        return list(sample(TEXTS, seed, lambda n: None, n_bytes=n_bytes, window=100))

    assert sorted(drawn(1)) == sorted(TEXTS)
    assert drawn(1) == drawn(1) != drawn(2)
    some = drawn(1, n_bytes=5000)
    assert 5000 <= sum(map(len, some)) < 7000
    assert some == drawn(1)[: len(some)]
    assert some != TEXTS[: len(some)]
