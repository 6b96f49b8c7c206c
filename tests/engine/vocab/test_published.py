"""OpenAI's encodings. Tests fetch nothing: where a vocabulary is not on this machine they skip."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import tiktoken
from random_text import random_texts
from tiktoken_ext import openai_public

from engine.byte_letters import written
from engine.errors import LabError
from engine.vocab.pieces import MAX_BLANKS, cut
from engine.vocab.published import PublishedTokenizer, load_published, published_names

Load = Callable[[str], PublishedTokenizer]
SIZES = {"gpt2": 50257, "p50k_base": 50281, "cl100k_base": 100277, "o200k_base": 200019}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    def refuse(_: str) -> bytes:
        raise OSError("tests fetch nothing")

    monkeypatch.setattr("tiktoken.load.read_file", refuse)

    def loaded(name: str) -> PublishedTokenizer:
        try:
            return load_published(name)
        except LabError as error:
            pytest.skip(str(error))

    return loaded


def merges(ranks: dict[bytes, int]) -> list[str]:
    """The merge that made each token: its halves by the merges before."""
    found = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 2:
            pairs = [
                (ranks.get(a + b, rank), i) for i, (a, b) in enumerate(itertools.pairwise(parts))
            ]
            _, i = min(pairs)
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        if len(parts) == 2:
            found.append(f"{written(parts[0])} {written(parts[1])}")
    return found


@pytest.fixture
def original_gpt2(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tiktoken.Encoding:
    """``tiktoken``'s gpt2, which is made of two files with known hashes, computed from r50k."""
    load("r50k_base")
    ranks = openai_public.r50k_base()["mergeable_ranks"]
    ids = {written(token): rank for token, rank in sorted(ranks.items(), key=lambda item: item[1])}
    files = {
        "encoder.json": json.dumps({**ids, "<|endoftext|>": 50256}),
        "vocab.bpe": "\n".join(["#version: 0.2", *merges(ranks), ""]),
    }
    for name, text in files.items():
        url = f"https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/{name}"
        (tmp_path / hashlib.sha1(url.encode()).hexdigest()).write_bytes(text.encode())
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tiktoken.Encoding(**openai_public.gpt2())


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_they_have_as_many_entries_as_published(load: Load, name: str, size: int) -> None:
    assert load(name).n_vocab == size


@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
def test_ten_thousand_texts_are_cut_as_tiktoken_does(load: Load, name: str) -> None:
    ours = load(name)
    check(ours, tiktoken.get_encoding(name))


def test_gpt2_is_tiktokens(load: Load, original_gpt2: tiktoken.Encoding) -> None:
    assert original_gpt2.name == "gpt2"
    check(load("gpt2"), original_gpt2)


def check(ours: PublishedTokenizer, theirs: tiktoken.Encoding) -> None:
    texts = random_texts(10_000, seed=7)
    found = ours.encode_batch(texts)
    for text, ids in zip(texts, found, strict=True):
        assert ids == theirs.encode(text, disallowed_special=())
        assert b"".join(map(ours.token_bytes, ids)) == text.encode()
        assert not ours.special_names.keys() & set(ids)
    assert [ours.encode(text) for text in texts[:100]] == found[:100]
    assert ours.n_vocab == theirs.n_vocab


def test_half_a_pair_is_no_character(load: Load) -> None:
    ours = load("cl100k_base")
    assert ours.decode(ours.encode("a\ud800b")) == "a\ufffdb"
    assert ours.encode_batch(["a\ud800b"]) == [ours.encode("a\ud800b")]


def test_structure_is_silent_and_gaps_are_nothing(load: Load) -> None:
    ours = load("cl100k_base")
    end = ours.special["<|endoftext|>"]
    assert (ours.token_bytes(end), ours.display(end)) == (b"", "<|endoftext|>")
    for gap in (100256, 100270, 10**6, 1 << 40, -1):
        assert ours.token_bytes(gap) == b""
    assert ours.display(9906) == "Hello"


def test_more_blanks_than_can_be_cut_are_refused(load: Load) -> None:
    ours = load("o200k_base")
    assert len(cut(ours, " " * MAX_BLANKS)) > 1000
    with pytest.raises(LabError, match="500,000 blanks in a row"):
        cut(ours, "a" + " \n" * MAX_BLANKS + "b")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (requests.exceptions.ConnectionError("no name"), "ConnectionError"),
        (requests.exceptions.HTTPError("404"), "HTTPError"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (ValueError("Hash mismatch"), "damaged"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(
    failure: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> tiktoken.Encoding:
        raise failure

    monkeypatch.setattr(tiktoken, "get_encoding", fail)
    with pytest.raises(LabError, match=rf"vocabulary of o200k_base .*{reason}.*TIKTOKEN_CACHE_DIR"):
        load_published("o200k_base")


def test_a_bug_is_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> tiktoken.Encoding:
        raise ZeroDivisionError

    monkeypatch.setattr(tiktoken, "get_encoding", fail)
    with pytest.raises(ZeroDivisionError):
        load_published("gpt2")


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def wait(_: str) -> tiktoken.Encoding:
        over.wait(30)
        raise OSError("over")

    monkeypatch.setattr(tiktoken, "get_encoding", wait)
    with pytest.raises(LabError, match=r"no answer within 0\.05 seconds"):
        load_published("gpt2", seconds=0.05)
    over.set()


def test_all_that_tiktoken_knows_are_offered() -> None:
    assert {*SIZES, "r50k_base", "o200k_harmony"} <= set(published_names())
