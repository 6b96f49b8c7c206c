from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import model_folders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CheckpointError, LabError
from engine.tokenizer_imported import ImportedTokenizer

LIBRARY = model_folders.tokenizer()
DATA: dict[str, Any] = json.loads(LIBRARY.to_str())
OURS = ImportedTokenizer(DATA, Path("tokenizer.json"))
NAMES = (*model_folders.SPECIAL, *model_folders.VISIBLE)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
hostile_text = st.lists(
    st.one_of(st.sampled_from([*NAMES, "<", "|", ">", "im_end", " ", "\n"]), any_text), max_size=6
).map("".join)


@given(hostile_text)
def test_no_text_becomes_an_added_token_and_any_text_survives(text: str) -> None:
    ids = OURS.encode(text)
    assert not set(ids) & set(OURS.special.values())
    assert OURS.decode(ids) == text
    assert OURS.encode_batch([text, text]) == [ids, ids]


@given(any_text)
def test_ordinary_text_has_the_ids_of_the_library(text: str) -> None:
    if not any(name in text for name in NAMES):
        assert OURS.encode(text) == LIBRARY.encode(text, add_special_tokens=False).ids


def test_a_word_that_is_an_added_token_is_spelled_out() -> None:
    """``ignore_merges`` looks whole words up: a token named as a word must not be in reach."""
    data = json.loads(LIBRARY.to_str())
    data["model"]["vocab"]["river"] = 400
    data["added_tokens"].append(data["added_tokens"][0] | {"id": 400, "content": "river"})
    found = ImportedTokenizer(data, Path("x"))
    assert 400 not in found.encode("river")
    assert found.decode(found.encode("a river")) == "a river"


def test_hidden_tokens_are_silent_and_visible_ones_speak() -> None:
    special = OURS.special
    assert OURS.token_bytes(special["<|im_end|>"]) == b""
    assert OURS.token_bytes(special["<think>"]) == b"<think>"
    assert OURS.display(special["<|im_end|>"]) == "<|im_end|>"
    assert OURS.token_bytes(OURS.n_vocab + 5) == b""
    assert OURS.n_vocab == LIBRARY.get_vocab_size()


def test_what_stands_before_a_document_is_found() -> None:
    assert OURS.bos_ids == [OURS.special["<|begin|>"]]
    plain = ImportedTokenizer({**DATA, "post_processor": None}, Path("x"))
    assert plain.bos_ids == []


def test_lone_surrogates_become_replacement_characters() -> None:
    assert OURS.decode(OURS.encode("a\ud800b")) == "a\ufffdb"


def change(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["model"].update(values)


@pytest.mark.parametrize(
    "damage",
    [
        change(type="Unigram"),
        change(vocab=None),
        change(vocab={"東": 0}),
        change(merges=[["a", "b", "c"]]),
        change(merges=[3]),
        lambda data: data.update(decoder={"type": "Metaspace"}),
        lambda data: data.update(decoder=None),
        lambda data: data.pop("model"),
        lambda data: data.update(
            model=data["model"] | {"vocab": {}, "merges": []}, added_tokens=[], post_processor=None
        ),
        lambda data: data["added_tokens"][0].update(id=float("inf")),
        lambda data: data.update(added_tokens=[{"content": "x"}]),
        lambda data: data["added_tokens"].append(data["added_tokens"][0] | {"id": 399}),
        lambda data: data.update(pre_tokenizer={"type": "Nope"}),
    ],
)
def test_other_kinds_and_damage_are_a_sentence(damage: Callable[[Any], object]) -> None:
    data = json.loads(LIBRARY.to_str())
    damage(data)
    with pytest.raises(CheckpointError, match=r"tokenizer\.json"):
        ImportedTokenizer(data, Path("tokenizer.json"))


@pytest.mark.parametrize("text", ["[]", "3", "null", "{", ""])
def test_what_is_no_tokenizer_at_all_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(text)
    with pytest.raises(LabError, match=r"tokenizer\.json"):
        ImportedTokenizer.load(path)
