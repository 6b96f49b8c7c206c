"""The part of a page that answers: whole sentences around what matched."""

from __future__ import annotations

import re

from tools.search.format import MAX_WORDS, first_words

# FTS5 puts these around what matched; pages hold no control characters.
OPEN, CLOSE = "\x02", "\x03"

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")
_MATCHED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_MARKS = str.maketrans("", "", OPEN + CLOSE)


def best_passage(marked: str, max_words: int = MAX_WORDS) -> str:
    """The passage of a page that holds most of what was looked for, on one line.

    A page of ``max_words`` words or fewer is taken whole. Otherwise it is the run of whole
    sentences in which most words of different matches stand; of equals the first one that begins
    with a match: a sentence that says "she" makes sense after the one that says who.

    Args:
        marked: the page's text with each match between ``OPEN`` and ``CLOSE``.
        max_words: how long the passage may be.
    """
    if len(marked.split()) <= max_words:
        return " ".join(marked.translate(_MARKS).split())
    sentences = [part for part in _SENTENCE_END.split(marked) if part.strip()]
    best, best_score = sentences[:1], (-1, False)
    for start, first in enumerate(sentences):
        run = _run_from(sentences, start, max_words)
        score = (_weight(run), bool(_MATCHED.search(first)))
        if score > best_score:
            best, best_score = run, score
    return first_words(" ".join(" ".join(best).translate(_MARKS).split()), max_words)


def _run_from(sentences: list[str], start: int, max_words: int) -> list[str]:
    """Sentences from ``start`` on while they fit, one at least."""
    count = len(sentences[start].split())
    end = start + 1
    while end < len(sentences) and (count := count + len(sentences[end].split())) <= max_words:
        end += 1
    return sentences[start:end]


def _weight(run: list[str]) -> int:
    """Words in the different matches of a run: a full name weighs more than one word of it."""
    matches = {match.casefold() for match in _MATCHED.findall(" ".join(run))}
    return sum(len(match.split()) for match in matches)
