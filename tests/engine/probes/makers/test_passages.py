"""What of a document is prose, and in which portions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.errors import LabError
from engine.probes.makers import passages as passages_maker
from engine.probes.makers.passages import MAX_WORDS, passages, read_passages, sentences

PROSE = "The lighthouse at Cape Ondo was built in 1871 by Ester Valk."


def test_markdown_prose_only() -> None:
    text = f"""# A heading of eight words that is no sentence

{PROSE} It **burned** `whale oil`, see [the log](http://x.y/z).

```
code = 1. This is code and no prose at all.
```

| a table | of two. |
- The first of the points is a sentence. It goes
  on in a second line.
<img src="x">
> A quotation is left out as it may be anybody's.

Too short.
"""
    assert list(passages(text)) == [
        f"{PROSE} It burned whale oil, see the log.",
        "The first of the points is a sentence. It goes on in a second line.",
    ]


def test_long_paragraphs_are_cut_between_sentences() -> None:
    found = list(passages(" ".join([PROSE] * 100)))
    assert len(found) == 10
    assert all(len(passage.split()) <= MAX_WORDS and passage.endswith(".") for passage in found)


def test_a_sentence_that_is_too_long_is_left_out() -> None:
    assert list(passages("word " * (MAX_WORDS + 1) + f"end. {PROSE}")) == [PROSE]


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 3.50 in all. Well.", ["It costs 3.50 in all.", "Well."]),
        ("Many, e.g. this one, stay whole.", ["Many, e.g. this one, stay whole."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("One. And an end that is missing", ["One."]),
        ("", []),
    ],
)
def test_sentences(prose: str, found: list[str]) -> None:
    assert sentences(prose) == found


@pytest.mark.parametrize("data", [b"\xff\xfe\x00a", b"\x89PNG\x00\xff", b"a\0b. " * 99])
def test_what_is_no_text_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(data)
    with pytest.raises(LabError, match=r"document.* text"):
        read_passages(path)


@pytest.mark.parametrize("data", [b"", b"No sentence", b"# Title\n\n    \n\n| a. | b. |\n"])
def test_no_prose_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(data)
    with pytest.raises(LabError, match="no sentence of 8 words"):
        read_passages(path)


def test_what_is_no_file_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", tmp_path / "a\0b"):
        with pytest.raises(LabError, match="cannot be read"):
            read_passages(path)


def test_a_document_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "document"
    data = f"{PROSE} \u00c9".encode()
    path.write_bytes(data)
    monkeypatch.setattr(passages_maker, "MAX_DOCUMENT_BYTES", len(data))
    assert read_passages(path) == [PROSE]
    # Cut within the last letter: that is no mistake of encoding.
    monkeypatch.setattr(passages_maker, "MAX_DOCUMENT_BYTES", len(data) - 2)
    with pytest.raises(LabError, match="Split the document"):
        read_passages(path)


@pytest.mark.parametrize("part", ["a.", ". ", "```\n", "[", "[a](", "~~~\n```\n"])
def test_strange_documents_take_no_time(part: str) -> None:
    begun = time.process_time()
    list(passages(part * 100_000))
    assert time.process_time() - begun < 2
