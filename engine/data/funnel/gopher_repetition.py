"""Gopher's rules against repetition (Rae et al. 2021, table A1), as datatrove measures them.

Shares are of the page's characters, white space included, so that a threshold of 0.2 means a fifth
of the page as it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from engine.data.funnel.finding import Measure

TOP_N = (2, 3, 4)
DUP_N = (5, 6, 7, 8, 9, 10)
_PARAGRAPH_BREAK = re.compile(r"\n{2,}")
_LINE_BREAK = re.compile(r"\n+")


def measures(text: str, words: Sequence[str]) -> Iterator[Measure]:
    """Every measure of repetition, in the order of the rules.

    Args:
        text: not empty.
        words: of ``text``, as ``words.words`` splits it.
    """
    paragraphs = _PARAGRAPH_BREAK.split(text.strip())
    yield from _of_parts("dup_paragraph", paragraphs, len(text))
    yield from _of_parts("dup_line", _LINE_BREAK.split(text), len(text))
    for n in TOP_N:
        if len(words) >= n:
            n_gram, count = commonest_n_gram(words, n)
            found = " ".join(n_gram)
            yield Measure(
                f"gopher_repetition.top_{n}_gram",
                len(found) * count / len(text),
                partial("{} × {}".format, count, found),
            )
    for n in DUP_N:
        chars, first = repeated_n_grams(words, n)
        yield Measure(
            f"gopher_repetition.dup_{n}_grams", chars / len(text), partial(" ".join, first)
        )
        if not first:
            # Longer n-grams repeat only where shorter ones do: the remaining shares are zero too.
            return


def repeated_parts(parts: Sequence[str]) -> tuple[int, int]:
    """How many of ``parts`` stood there before, and how many characters they have."""
    repeats = len(parts) - len(set(parts))
    if not repeats:
        return 0, 0
    return repeats, sum(map(len, parts)) - sum(map(len, set(parts)))


def commonest_part(parts: Sequence[str]) -> str:
    """The part whose repetitions take up most characters, and how often it stands there."""
    part, count = max(Counter(parts).items(), key=lambda item: len(item[0]) * (item[1] - 1))
    return f"{count} × {part}"


def commonest_n_gram(words: Sequence[str], n: int) -> tuple[tuple[str, ...], int]:
    """The commonest ``n`` words in a row and how often they stand there; the first of equals.

    Args:
        words: at least ``n``.
        n: how many in a row.
    """
    counts = Counter(zip(*(words[start:] for start in range(n)), strict=False))
    return max(counts.items(), key=lambda item: item[1])


def repeated_n_grams(words: Sequence[str], n: int) -> tuple[int, tuple[str, ...]]:
    """Characters in runs of ``n`` words that stood there before, and the first such run.

    Runs that are counted do not overlap: the search goes on behind each.
    """
    n_grams = list(zip(*(words[start:] for start in range(n)), strict=False))
    if len(set(n_grams)) == len(n_grams):  # almost every page, and ten times faster than the loop
        return 0, ()
    seen = set()
    chars, first = 0, ()
    position = 0
    while position < len(n_grams):
        n_gram = n_grams[position]
        if n_gram in seen:
            chars += sum(map(len, n_gram))
            first = first or n_gram
            position += n
        else:
            seen.add(n_gram)
            position += 1
    return chars, first


def _of_parts(key: str, parts: Sequence[str], n_chars: int) -> Iterator[Measure]:
    repeats, chars = repeated_parts(parts)
    evidence = partial(commonest_part, parts)
    yield Measure(f"gopher_repetition.{key}s", repeats / len(parts), evidence)
    yield Measure(f"gopher_repetition.{key}_chars", chars / n_chars, evidence)
