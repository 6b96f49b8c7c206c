"""A bounded part of a corpus that stands for the whole: what a tokenizer is trained on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

SAMPLE_BYTES = 64_000_000
"""More hardly changes a tokenizer's merges."""
WINDOW = 10_000
"""Texts that are in memory, to be shuffled."""


def sample(
    texts: Iterable[str],
    seed: int,
    tell: Callable[[int], None],
    *,
    n_bytes: int = SAMPLE_BYTES,
    window: int = WINDOW,
) -> Iterator[str]:
    """Texts until they have ``n_bytes`` of UTF-8, drawn from a window that moves over the corpus.

    Args:
        texts: only as many are taken as are needed.
        seed: of the draws.
        tell: told the bytes given out so far.
        n_bytes: that are enough.
        window: texts to draw from.
    """
    given = 0
    for text in _shuffled(texts, random.Random(f"sample:{seed}"), window):
        yield text
        given += len(text.encode())
        tell(given)
        if given >= n_bytes:
            return


def _shuffled(texts: Iterable[str], rng: random.Random, window: int) -> Iterator[str]:
    waiting: list[str] = []
    for text in texts:
        if len(waiting) < window:
            waiting.append(text)
            continue
        index = rng.randrange(window)
        yield waiting[index]
        waiting[index] = text
    rng.shuffle(waiting)
    yield from waiting
