"""Words and sentences, as every rule of the funnel counts them.

A word is a run of letters, digits and underscores, with the apostrophes inside it (``o'clock``),
the points and commas between its digits (``1,234.5``) and slashes before digits (``12/5``). The
endings ``'s``, ``'ll``, ``'re``, ``'ve``, ``'d`` and ``'m`` are words of their own, and so is each
punctuation mark; dots in a row are one. So do the tokenizers of datatrove (spaCy's, for English)
split, ``n't``, web addresses and marks within a word excepted, but here nothing runs but a regular
expression.
"""

from __future__ import annotations

import re
import string

_ENDING = r"['’](?:s|ll|re|ve|d|m)\b"
_LETTER = r"[\w\u0300-\u036f]"  # with combining accents, which belong to the letter before them
_WORD = re.compile(
    rf"{_LETTER}+(?:(?!{_ENDING})['’]{_LETTER}+|(?:(?<=\d)[.,]|/)(?=\d)\w+)*|{_ENDING}|\.\.+|[^\w\s]"
)

SENTENCE_ENDS = tuple(".?!‼‽⁇⁈⁉。．｡？！؟۔।॥։።፧፨")
"""What ends a sentence, in the scripts that a page of English may quote."""

_TYPOGRAPHIC = "«´»–—’“”„…∶━►、。〈〉《》「」【】！％（），．１：；？～"
_CONTROL = "".join(map(chr, (*range(9), 11, 12, *range(13, 32), *range(127, 160))))
PUNCTUATION = frozenset((*string.punctuation, *_TYPOGRAPHIC, *_CONTROL, *SENTENCE_ENDS))
"""What no word is made of. The same marks as datatrove's for English: which of them count as words
moves a page across the threshold of fifty."""

_END = re.compile(r"[.?!…。！？]+[\"'”’»)\]]*(?=\s)")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr vs etc e.g i.e vol fig dept est inc ltd co approx ca".split()
)


def words(text: str) -> list[str]:
    """The words and punctuation marks of ``text``, in order; none of them holds white space."""
    return _WORD.findall(text)


def is_symbol(word: str) -> bool:
    """Whether ``word`` is made of punctuation only."""
    return PUNCTUATION.issuperset(word)


def sentences(text: str) -> list[str]:
    """The sentences of ``text``, stripped; those without a mark at their end count as well.

    A sentence ends at a full stop, question or exclamation mark before white space, except after
    common abbreviations and initials.
    """
    found = []
    start = 0
    for match in _END.finditer(text):
        if match.group() == "." and _is_abbreviation(text, match.start()):
            continue
        found.append(text[start : match.end()])
        start = match.end()
    found.append(text[start:])
    return [stripped for sentence in found if (stripped := sentence.strip())]


def _is_abbreviation(text: str, stop: int) -> bool:
    """Whether the full stop at ``stop`` ends an abbreviation or an initial and not a sentence."""
    longest = 8
    before = text[max(0, stop - longest) : stop]
    if not before or before[-1].isspace():
        return False
    word = before.split()[-1].lstrip("(\"'“‘[")
    return (len(word) == 1 and word.isupper() and word != "I") or word.lower() in _ABBREVIATIONS
