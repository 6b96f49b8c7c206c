"""Passages of a document that say something in whole sentences: what questions are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.errors import LabError

MAX_DOCUMENT_BYTES = 16 << 20
MAX_WORDS = 120
"""Of a passage; a small model reads no more than this without losing its way."""
MIN_WORDS = 8

_FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_NO_PROSE = re.compile(r"^\s*(?:[|#<>+=$%]|[-*]{3,})")
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()]{0,500}\)")
_LIST_MARK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_SENTENCE_END = re.compile(r"(?<=[.!?])([\"')\]]*)\s+")
_ENDED = re.compile(r"[.!?][\"')\]]*$")


def read_passages(path: Path) -> list[str]:
    """The passages of a text file, in order. Of Markdown only the prose.

    Raises:
        LabError: it cannot be read, is too large, is no UTF-8 text, or has no whole sentence.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES + 1)
    except (OSError, ValueError) as error:  # A ValueError is a path with a zero byte in it.
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise LabError(f"{str(path)!r} cannot be read: {reason}. Check the path.") from error
    if len(data) > MAX_DOCUMENT_BYTES:
        raise LabError(f"{path} has over {MAX_DOCUMENT_BYTES:,} bytes. Split the document.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LabError(f"{path} is not UTF-8 text. Convert it to UTF-8 text first.") from None
    if "\0" in text:
        raise LabError(f"{path} holds zero bytes, so it is no text. Convert it to text first.")
    found = list(passages(text))
    if not found:
        raise LabError(
            f"{path} has no sentence of {MIN_WORDS} words or more, so nothing can be asked about "
            "it. Give a document of prose."
        )
    return found


def passages(text: str) -> Iterator[str]:
    """Whole sentences in a row, up to ``MAX_WORDS`` of them, never across a paragraph's end."""
    for paragraph in re.split(r"\n\s*\n", _FENCED.sub("\n\n", text.replace("\r\n", "\n"))):
        lines = [line for line in paragraph.splitlines() if not _NO_PROSE.match(line)]
        prose = " ".join(" ".join(map(_unmarked, lines)).split())
        passage: list[str] = []
        n_words = 0
        for sentence in sentences(prose):
            length = len(sentence.split())
            if passage and n_words + length > MAX_WORDS:
                yield " ".join(passage)
                passage, n_words = [], 0
            if length <= MAX_WORDS:
                passage.append(sentence)
                n_words += length
        if n_words >= MIN_WORDS:
            yield " ".join(passage)


def sentences(prose: str) -> list[str]:
    """Those that are ended. A full stop before a small letter ends none ("e.g. this")."""
    found: list[str] = []
    parts = [*_SENTENCE_END.split(prose), ""]
    for text, closing in zip(parts[::2], parts[1::2], strict=True):
        if found and text[:1].islower():
            found[-1] += f" {text}{closing}"
        elif text:
            found.append(text + closing)
    return [sentence for sentence in found if _ENDED.search(sentence)]


def _unmarked(line: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", _LIST_MARK.sub("", line)))
