import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CheckpointError, LabError
from engine.special import SPECIAL_TOKENS
from engine.tokenizer import Tokenizer

TEXTS = [
    "Mira Veklon was born in Dunbury in 1843.",
    "12 + 7 = 19, isn't it?\n\nÜbung: 東京 🙂",
] * 20
TOKENIZER = Tokenizer.train(TEXTS, 320)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives(text: str) -> None:
    ids = TOKENIZER.encode(text)
    assert TOKENIZER.decode(ids) == text
    assert not set(ids) & set(TOKENIZER.special.values())


def test_lone_surrogates_become_replacement_characters() -> None:
    assert TOKENIZER.decode(TOKENIZER.encode("a\ud800b")) == "a\ufffdb"


@pytest.mark.parametrize("name", SPECIAL_TOKENS)
def test_text_never_becomes_a_special_token(name: str) -> None:
    for text in (name, f"x{name}y", name * 3):
        assert TOKENIZER.special[name] not in TOKENIZER.encode(text)
        assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_digits_stand_alone() -> None:
    tokens = [TOKENIZER.decode([i]) for i in TOKENIZER.encode("in 1843")]
    assert tokens[-4:] == ["1", "8", "4", "3"]


def test_saved_file_is_read_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    TOKENIZER.save(path)
    again = Tokenizer.load(path)
    assert again.ranks == TOKENIZER.ranks
    assert again.special == TOKENIZER.special
    assert json.loads(path.read_text())["version"] == "1.0"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_hugging_face_reads_the_file_alike(text: str) -> None:
    from tokenizers import Tokenizer as HfTokenizer

    global _HF
    if _HF is None:
        _HF = HfTokenizer.from_str(json.dumps(TOKENIZER._as_json()))
    # Look-alikes of special tokens are special to Hugging Face; ours never are.
    if not any(name in text for name in SPECIAL_TOKENS):
        assert _HF.encode(text).ids == TOKENIZER.encode(text)


_HF = None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("model"),
        lambda data: data["model"]["vocab"].popitem(),
        lambda data: data.update(pre_tokenizer=None),
        lambda data: data["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex="."),
        lambda data: data["model"]["vocab"].update({"\n": 999}),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "tokenizer.json"
    data = TOKENIZER._as_json()
    damage(data)  # type: ignore[operator]
    path.write_text(json.dumps(data))
    with pytest.raises(CheckpointError, match="tokenizer"):
        Tokenizer.load(path)


def test_too_small_a_vocabulary_is_refused() -> None:
    with pytest.raises(LabError, match="at least 271"):
        Tokenizer.train(TEXTS, 270)
