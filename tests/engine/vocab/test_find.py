from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from random_text import random_texts
from tokenizers import Tokenizer as LibraryTokenizer

from engine.conversation import Turn
from engine.errors import LabError
from engine.manifest import find_checkpoint
from engine.tokenizer import load_tokenizer
from engine.vocab.chats import LabChat, TemplateChat
from engine.vocab.find import find_tokenizer

BASE = find_checkpoint("nano/base").path
OURS = load_tokenizer(BASE)
TEXTS = random_texts(10_000, seed=11)


@pytest.mark.parametrize("name", ["nano/base", str(BASE), str(BASE / "tokenizer.json")])
def test_a_checkpoint_by_name_folder_or_file(name: str) -> None:
    found = find_tokenizer(name)
    assert isinstance(found.chat, LabChat)
    assert found.tokenizer.encode_batch(TEXTS[:300]) == OURS.encode_batch(TEXTS[:300])
    assert found.tokenizer.n_vocab == OURS.n_vocab


def test_ten_thousand_texts_are_cut_as_the_tokenizers_library_does(folder: Path) -> None:
    found = find_tokenizer(str(folder))
    library = LibraryTokenizer.from_file(str(folder / "tokenizer.json"))
    texts = [text.replace("<|bos|>", "<|b|>") for text in TEXTS]  # there it is structure
    expected = library.encode_batch_fast(texts, add_special_tokens=False)
    assert found.tokenizer.encode_batch(texts) == [each.ids for each in expected]


def test_a_file_of_another_name_has_no_template(folder: Path) -> None:
    assert isinstance(find_tokenizer(str(folder)).chat, TemplateChat)
    assert isinstance(find_tokenizer(str(folder / "tokenizer.json")).chat, TemplateChat)
    other = (folder / "tokenizer.json").rename(folder / "other.json")
    found = find_tokenizer(str(other))
    assert found.chat is None
    assert found.tokenizer.encode_batch(TEXTS[:300]) == OURS.encode_batch(TEXTS[:300])


def test_a_gguf_file_of_a_model_that_cannot_run_here(write_gguf: Callable[..., Path]) -> None:
    found = find_tokenizer(str(write_gguf()))
    texts = [unicodedata.normalize("NFC", text) for text in TEXTS[:1000]]  # as qwen2 does
    assert found.tokenizer.encode_batch(TEXTS[:1000]) == OURS.encode_batch(texts)
    assert found.tokenizer.special == OURS.special
    assert found.chat is not None
    roles = [each.role for each in found.chat.write([Turn.of("system", "a"), Turn.of("user", "b")])]
    assert {"system", "user"} <= set(roles)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": "llama"}, r"vocabulary\.gguf has a tokenizer of the kind 'llama'"),
        ({"pre": "nobody"}, "the splitter 'nobody'"),
    ],
)
def test_a_gguf_file_with_another_kind_of_tokenizer(
    changes: dict[str, str], sentence: str, write_gguf: Callable[..., Path]
) -> None:
    with pytest.raises(LabError, match=sentence):
        find_tokenizer(str(write_gguf(**changes)))


def test_a_gguf_file_that_is_cut_short(write_gguf: Callable[..., Path]) -> None:
    path = write_gguf()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LabError, match="cut short or damaged"):
        find_tokenizer(str(path))


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", b"null", json.dumps({"model": {"type": "Unigram"}}).encode()],
)
def test_a_file_that_is_no_tokenizer(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(LabError, match=r"odd\.json"):
        find_tokenizer(str(path))


@pytest.mark.parametrize("name", ["", "nope", "gpt2 ", "x/y.gguf", "no.json", "a" * 5000, "~no/x"])
def test_names_of_nothing(name: str) -> None:
    with pytest.raises(LabError):
        find_tokenizer(name)


def test_the_sentence_names_what_there_is() -> None:
    with pytest.raises(LabError, match=r"no checkpoint 'nope'.*nano/base.*\.gguf file.*o200k_base"):
        find_tokenizer("nope")
