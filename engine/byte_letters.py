"""GPT-2's printable letters for bytes, in which byte-level vocabularies are written to files."""

from __future__ import annotations


def _byte_letters() -> dict[int, str]:
    """The stand-in for each byte: itself where it prints, else a letter from U+0100 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(printable))
    return letters


_LETTER_OF = _byte_letters()
_BYTE_OF = {letter: byte for byte, letter in _LETTER_OF.items()}


def written(token: bytes) -> str:
    """A token as a file writes it."""
    return "".join(_LETTER_OF[byte] for byte in token)


def unwritten(text: str) -> bytes:
    """The token that a file writes as ``text``.

    Raises:
        KeyError: a letter that stands for no byte.
    """
    return bytes(_BYTE_OF[letter] for letter in text)
