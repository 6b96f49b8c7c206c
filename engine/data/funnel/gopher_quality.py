"""Gopher's rules of quality (Rae et al. 2021, section A.1.1), as datatrove measures them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.data.funnel.finding import Measure
from engine.data.funnel.words import is_symbol

STOP_WORDS = frozenset({"the", "be", "to", "of", "and", "that", "have", "with"})
ELLIPSES = ("...", "…")
BULLETS = ("•", "-")


def measures(text: str, words: Sequence[str]) -> Iterator[Measure]:
    """Every measure of quality, in the order of the rules.

    Args:
        text: the page.
        words: of ``text``, as ``words.words`` splits it.
    """

    def opening() -> str:
        return text

    spoken = [word for word in words if not is_symbol(word)]
    yield _measure("min_words", len(spoken), opening)
    yield _measure("max_words", len(spoken), opening)

    length = sum(map(len, spoken)) / max(1, len(spoken))
    yield _measure("min_word_length", length, opening)
    yield _measure("max_word_length", length, lambda: max(spoken, key=len, default=""))

    n_words = max(1, len(words))
    yield _measure("hashes", text.count("#") / n_words, lambda: _around(text, "#"))
    ellipses = sum(map(text.count, ELLIPSES))
    yield _measure("ellipses", ellipses / n_words, lambda: _around(text, *ELLIPSES))

    lines = text.splitlines()
    n_lines = max(1, len(lines))
    bulleted = [line for line in lines if line.lstrip().startswith(BULLETS)]
    yield _measure("bullets", len(bulleted) / n_lines, lambda: "\n".join(bulleted))
    trailing = [line for line in lines if line.rstrip().endswith(ELLIPSES)]
    yield _measure("ellipsis_lines", len(trailing) / n_lines, lambda: "\n".join(trailing))

    without = [word for word in words if not any(map(str.isalpha, word))]
    share = (len(words) - len(without)) / n_words
    yield _measure("alphabetic", share, lambda: " ".join(without))
    stop_words = STOP_WORDS.intersection(words)
    yield _measure("stop_words", len(stop_words), lambda: " ".join(sorted(stop_words)) or text)


def _measure(key: str, value: float, evidence: Callable[[], str]) -> Measure:
    return Measure(f"gopher_quality.{key}", value, evidence)


def _around(text: str, *marks: str) -> str:
    """``text`` from a little before the first of ``marks``."""
    # A threshold below 0 drops pages that have none of them.
    first = min((at for mark in marks if (at := text.find(mark)) >= 0), default=0)
    return text[max(0, first - 40) :]
