"""Two pages that are nearly alike: the words that one has and the other has not."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

Span = tuple[int, int]
MOST_WORDS = 700
"""Compared of each page: the comparison takes time with the square of it, and the shown texts are
4,000 characters at most."""


class Differences(NamedTuple):
    """Where each of two texts says what the other does not; ``alike`` is of all their words."""

    left: list[Span]
    right: list[Span]
    alike: float


def differences(left: str, right: str) -> Differences:
    """Compare two texts word by word; what is behind ``MOST_WORDS`` is not marked."""
    ours, theirs = _words(left), _words(right)
    matcher = SequenceMatcher(None, [w for w, _ in ours], [w for w, _ in theirs], autojunk=False)
    only_left: list[Span] = []
    only_right: list[Span] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            continue
        if b > a:
            only_left.append((ours[a][1][0], ours[b - 1][1][1]))
        if d > c:
            only_right.append((theirs[c][1][0], theirs[d - 1][1][1]))
    return Differences(only_left, only_right, matcher.ratio())


def _words(text: str) -> list[tuple[str, Span]]:
    found = zip(range(MOST_WORDS), re.finditer(r"\S+", text), strict=False)
    return [(match[0], match.span()) for _, match in found]
