"""A tokenizer in a process of its own is the same tokenizer."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conversation import Turn
from engine.errors import LabError
from engine.helper import as_bytes, as_text
from engine.vocab.find import FoundTokenizer, find_tokenizer, is_small, lend_tokenizer
from engine.vocab.incremental import LiveText
from engine.vocab.lent import LentTokenizer
from engine.vocab.replay import pair_ranks, replay
from engine.vocab.splits import split
from tests.engine.vocab.conftest import NANO, TEMPLATE

TEXTS = ("", "Mira's two quarries, 1 234 of them.", "naïve 日本 🙂\x00 <|user_start|>", "\ud800 a")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without weights: the lab's tokens, somebody else's template."""
    path = tmp_path_factory.mktemp("theirs")
    (path / "tokenizer.json").write_bytes(NANO.read_bytes())
    (path / "chat_template.jinja").write_text(TEMPLATE)
    (path / "tokenizer_config.json").write_text('{"eos_token": "<|assistant_end|>"}')
    return path


@pytest.fixture(scope="module")
def here(theirs: Path) -> FoundTokenizer:
    return find_tokenizer(str(theirs))


@pytest.fixture(scope="module")
def lent(theirs: Path) -> Iterator[FoundTokenizer]:
    """One process for all of the tests that do not end it."""
    found = lend_tokenizer(str(theirs))
    yield found
    process_of(found)._helper.close()


def process_of(found: FoundTokenizer) -> LentTokenizer:
    assert isinstance(found.tokenizer, LentTokenizer)
    return found.tokenizer


def pid_of(tokenizer: LentTokenizer) -> int:
    process = tokenizer._helper._process
    assert process is not None
    return process.pid


def test_it_is_the_same(here: FoundTokenizer, lent: FoundTokenizer) -> None:
    ours, away = here.tokenizer, lent.tokenizer
    assert lent.name == here.name
    for name in ("n_vocab", "special", "special_names", "ids_are_ranks"):
        assert getattr(away, name) == getattr(ours, name), name
    for text in TEXTS:
        ids = ours.encode(text)
        assert away.encode(text) == ids
        assert away.decode(ids) == ours.decode(ids)
        assert split(away, text) == split(ours, text)
    assert away.encode_batch(TEXTS) == ours.encode_batch(TEXTS)
    for token in (0, ours.n_vocab - 1, ours.n_vocab + 5, 300):
        assert away.token_bytes(token) == ours.token_bytes(token)


def test_its_merges_are_the_same(here: FoundTokenizer, lent: FoundTokenizer) -> None:
    words: tuple[str | bytes, ...] = (" quarry", "é", b"\xff\xfe a")
    for word in words:
        steps = replay(here.tokenizer, word)
        assert replay(lent.tokenizer, word) == steps
        for step in steps:
            ranks = pair_ranks(here.tokenizer, step.parts)
            assert pair_ranks(lent.tokenizer, step.parts) == ranks
    with pytest.raises(LabError, match="Choose one of these"):
        replay(lent.tokenizer, "two words")


def test_its_conversations_are_the_same(here: FoundTokenizer, lent: FoundTokenizer) -> None:
    turns = [Turn.of("user", "Who <|user_end|>?"), Turn.of("assistant", "Mira é.")]
    assert here.chat is not None
    assert lent.chat is not None
    assert lent.chat.write(turns) == here.chat.write(turns)


def test_a_text_that_is_typed_is_the_same(here: FoundTokenizer, lent: FoundTokenizer) -> None:
    ours, away = (LiveText(found.tokenizer, TEXTS[1] * 9) for found in (here, lent))
    assert away.why_whole == ours.why_whole
    for edit in ((3, 9, "x y"), (0, 0, "日本"), (40, 200, "")):
        assert away.edit(*edit) == ours.edit(*edit)
    assert away.ids == ours.ids
    for index in range(ours.n_tokens):
        assert away.token(index) == ours.token(index)


def test_where_characters_stand_that_were_rewritten(tmp_path: Path) -> None:
    """Only the library can trace what a normalizer of another kind has made."""
    path = tmp_path / "lower.json"
    path.write_text(
        json.dumps(json.loads(NANO.read_text()) | {"normalizer": {"type": "Lowercase"}})
    )
    text = "Two  QUARRIES"
    ours, away = (LiveText(f(str(path)).tokenizer, text) for f in (find_tokenizer, lend_tokenizer))
    assert away.why_whole is not None
    assert away.why_whole == ours.why_whole
    assert list(map(away.token, range(away.n_tokens))) == list(
        map(ours.token, range(ours.n_tokens))
    )


def test_a_process_that_was_lost_comes_back(theirs: Path) -> None:
    tokenizer = process_of(lend_tokenizer(str(theirs)))
    ids, first = tokenizer.encode("quarry"), pid_of(tokenizer)
    assert tokenizer.at_hand
    os.kill(first, 9)
    process = tokenizer._helper._process
    assert process is not None
    process.wait(20)
    assert not tokenizer.at_hand
    assert tokenizer.encode("quarry") == ids
    assert pid_of(tokenizer) != first


def test_the_process_ends_with_the_tokenizer(theirs: Path) -> None:
    found = lend_tokenizer(str(theirs))
    pid = pid_of(process_of(found))
    del found
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_cannot_be_opened_says_what_find_says() -> None:
    with pytest.raises(LabError) as here:
        find_tokenizer("no/such")
    with pytest.raises(LabError) as there:
        lend_tokenizer("no/such")
    assert str(there.value) == str(here.value)


def test_which_are_small(theirs: Path, tmp_path: Path) -> None:
    large = tmp_path / "tokenizer.json"
    large.write_bytes(b" " * 1_000_001)
    assert is_small("nano/base")
    assert is_small(str(theirs))
    assert is_small(str(theirs / "tokenizer.json"))
    assert is_small("no/such")
    assert not is_small("o200k_base")
    assert not is_small(str(large))
    assert not is_small(str(tmp_path))
    (tmp_path / "model.gguf").touch()
    assert not is_small(str(tmp_path / "model.gguf"))


def test_bytes_go_as_text() -> None:
    data = bytes(range(256))
    assert as_bytes(as_text(data)) == data
