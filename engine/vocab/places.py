"""Where in a text its tokens stand, to the byte and to the character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import regex

from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.lent import LentTokenizer

_Ints = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
"""[T, 4]: the bytes of each token, from and to, and the characters that they are in. Texts of a
million tokens are held, of 2 GB not."""
BYTE, BYTE_END, CHAR, CHAR_END = range(4)
_SOME = 4096

_COMPOSED = regex.compile(r"[^\p{M}\u1160-\u11ff]?[\p{M}\u1160-\u11ff]*", regex.DOTALL)
"""What NFC may make one character of: anything and its marks, or the parts of a Korean syllable."""


def places_of(tokenizer: AnyTokenizer, ids: Sequence[int], text: str) -> Places:
    """Where the tokens of a text stand in it.

    A token that has a part of what normalization (NFC) composed stands for all characters that were
    composed. What else a tokenizer may do to a text only its library can trace.
    """
    bytes_of = {token: tokenizer.token_bytes(token) for token in set(ids)}
    data, written = text.encode(), _joined(bytes_of, ids)
    borders = _ends_of(len(bytes_of[token]) for token in ids)
    starts, ends = borders[:-1], borders[1:]
    begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80  # a character
    if written == data:
        begun = np.cumsum(begins, dtype=np.int32)
        return _places(starts, ends, begun[starts] - 1, begun[ends - 1])
    parts = list(_normalized(text))
    if written == "".join(after for _, after in parts).encode():
        return _composed_places(parts, starts, ends)
    assert isinstance(tokenizer, ImportedTokenizer | LentTokenizer), "ours leave a text as it is"
    chars = np.array(tokenizer.character_places(text), np.int64).reshape(-1, 2)
    byte_of = np.append(np.flatnonzero(begins), len(data))
    return _places(*byte_of[chars].T, *chars.T)


def _joined(bytes_of: Mapping[int, bytes], ids: Sequence[int]) -> bytes:
    """All bytes. Joining looks at all parts at once, 80 bytes for each: here at some."""
    some = (ids[begin : begin + _SOME] for begin in range(0, len(ids), _SOME))
    return b"".join([b"".join(map(bytes_of.__getitem__, each)) for each in some])


def _composed_places(parts: Sequence[tuple[str, str]], starts: _Ints, ends: _Ints) -> Places:
    """Places in a text of tokens whose bytes, from and to, are those of its NFC."""
    chars = _ends_of(len(before) for before, _ in parts)
    data = _ends_of(len(before.encode()) for before, _ in parts)
    after = _ends_of(len(after.encode()) for _, after in parts)
    same = np.array([before == after for before, after in parts])
    first = np.searchsorted(after, starts, side="right") - 1
    last = np.searchsorted(after, ends) - 1
    byte = data[first] + np.where(same[first], starts - after[first], 0)
    byte_end = np.where(same[last], data[last] + ends - after[last], data[last + 1])
    return _places(byte, byte_end, chars[first], chars[last + 1])


def _places(byte: _Ints, byte_end: _Ints, char: _Ints, char_end: _Ints) -> Places:
    return np.stack([byte, byte_end, char, char_end], axis=1, dtype=np.int32)


def _ends_of(lengths: Iterable[int]) -> _Ints:
    return np.cumsum(np.fromiter(chain((0,), lengths), np.int32), dtype=np.int32)


def _normalized(text: str) -> Iterator[tuple[str, str]]:
    """A text in parts, each with its NFC."""
    for found in _COMPOSED.finditer(text):
        before = found.group()
        after = unicodedata.normalize("NFC", before)
        if after == before:
            yield from ((character, character) for character in before)
        else:
            yield before, after
