"""C4's rules (Raffel et al. 2020, section 2.2) without the one on terminal punctuation, as FineWeb.

They cut lines out of a page first: then the page must have sentences enough left. ``lorem ipsum``
and curly brackets drop the whole page, but only from lines that were not cut before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from engine.data.funnel.finding import Finding, Measure, first_broken
from engine.data.funnel.words import sentences

MIN_LINE_WORDS = 3
MAX_WORD_CHARS = 1000
POLICY = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
_CITATION = re.compile(r"\[(?:\d*|edit|citation needed)\]")
_AROUND = 40


class Cleaned(NamedTuple):
    """A page that passes, and how many lines with text were cut out of it."""

    text: str
    cut_lines: int


def clean(text: str, thresholds: Mapping[str, float]) -> Cleaned | Finding:
    """Cut what C4 cuts out of ``text``.

    Args:
        text: lines of any length.
        thresholds: by the rule's name; ``c4.sentences`` is used.
    """
    kept: list[str] = []
    n_lines = n_sentences = 0
    for raw in text.splitlines():
        words = raw.split()
        n_lines += bool(words)
        if len(words) < MIN_LINE_WORDS or max(map(len, words)) > MAX_WORD_CHARS:
            continue
        line = _CITATION.sub("", raw.strip())
        lowered = line.lower()
        if (position := lowered.find("lorem ipsum")) >= 0:
            return Finding("c4.lorem_ipsum", "lorem ipsum", _around(lowered, position))
        if "javascript" in lowered:
            continue
        if (position := line.find("{")) >= 0:
            return Finding("c4.curly_bracket", "{", _around(line, position))
        if any(phrase in lowered for phrase in POLICY) or not line.strip():
            continue
        n_sentences += len(sentences(line))
        kept.append(line)
    cleaned = "\n".join(kept).strip()
    if not cleaned:  # whatever the threshold: nothing is no page
        return Finding("c4.sentences", 0, text)
    measure = Measure("c4.sentences", n_sentences, lambda: cleaned)
    return first_broken([measure], thresholds) or Cleaned(cleaned, n_lines - len(kept))


def _around(line: str, position: int) -> str:
    """The line near ``position``: forty characters each way."""
    return line[max(0, position - _AROUND) : position + _AROUND]
