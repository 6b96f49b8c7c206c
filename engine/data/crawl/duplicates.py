"""Copies of articles: whole, or edited until they are as alike to the original as they should be.

Edits add, leave out and move; they never change a sentence's facts: a copy that survives the
funnel repeats what is true.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from engine.data.crawl.article import Article, Block, gaps
from engine.data.crawl.prose import enough
from engine.data.lexicon import FRIENDS

SHINGLE = 5
ATTEMPTS = 60
NEAR_ENOUGH = 0.02
"""How far below its aim a likeness may fall, as long as there are finer edits to try."""
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[a-z][.!?]) (?=[A-Z])")

_FILLERS = (
    "This was first printed in another place.",
    "The picture that belongs here has been lost.",
    "Readers have asked us to bring this again.",
    "More about it can be found in the next part.",
    "We have left out a few lines for lack of room.",
    "The next lines are as we found them.",
    "A friend of the house, {who}, has sent this in.",
    "{who} has read this page and found no mistake.",
)
_TAILS = (
    "Read {number} times so far.",
    "Copied by {who} on day {number}.",
    "Found by {who}",
    "Copied with thanks from {who}",
    "Sent in by {who} and {who} again",
    "Last seen {number} days ago.",
    "Thanks to {who} for the {number} lines that were typed by hand.",
)
_MARKS = ("[edit]", "(sic)", "[photo]", "(see above)", "[link removed]")


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case, without punctuation."""
    return _WORD.findall(text.lower())


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Every ``SHINGLE`` neighbouring words; all words where there are fewer."""
    found = words(text)
    count = max(1, len(found) - SHINGLE + 1)
    return frozenset(tuple(found[start : start + SHINGLE]) for start in range(count))


def likeness(first: frozenset[tuple[str, ...]], second: frozenset[tuple[str, ...]]) -> float:
    """Jaccard similarity of two sets of shingles, 0 to 1."""
    return len(first & second) / len(first | second)


def _filled(sentence: str, rng: random.Random) -> str:
    return sentence.format(who=rng.choice(FRIENDS), number=rng.randint(2, 999))


def _insert_block(blocks: list[Block], rng: random.Random) -> None:
    blocks.insert(rng.choice(gaps(blocks)), Block("p", (_filled(rng.choice(_FILLERS), rng),)))


def _append_block(blocks: list[Block], rng: random.Random) -> None:
    blocks.append(Block("p", (_filled(rng.choice(_TAILS), rng),)))


def _movable(blocks: list[Block]) -> list[int]:
    """Blocks that are no part of a question with its answer."""
    return [i for i, block in enumerate(blocks) if not block.lines[0].startswith(("Q:", "A:"))]


def _swap_blocks(blocks: list[Block], rng: random.Random) -> None:
    movable = _movable(blocks)
    if len(movable) > 1:
        first, second = rng.sample(movable, 2)
        blocks[first], blocks[second] = blocks[second], blocks[first]


def _drop_block(blocks: list[Block], rng: random.Random) -> None:
    if movable := _movable(blocks):
        del blocks[rng.choice(movable)]


def _insert_mark(blocks: list[Block], rng: random.Random) -> None:
    place = rng.randrange(len(blocks))
    lines = list(blocks[place].lines)
    line = rng.randrange(len(lines))
    sentences = _SENTENCE.split(lines[line])
    sentences.insert(rng.randint(1, len(sentences)), rng.choice(_MARKS))
    lines[line] = " ".join(sentences)
    blocks[place] = replace(blocks[place], lines=tuple(lines))


EDITS: tuple[Callable[[list[Block], random.Random], None], ...] = (
    _insert_block,
    _append_block,
    _swap_blocks,
    _drop_block,
    _insert_mark,
)


def near_copy(
    article: Article, least: float, most: float, rng: random.Random
) -> tuple[Article, float]:
    """Edit ``article`` until its likeness to the original is at most ``most``.

    A copy breaks no rule that its original keeps to, so that the duplicate is for MinHash to find.

    Args:
        article: the original.
        least: edits that would bring the likeness below are not made.
        most: the aim, above ``least``; it may be missed where only such edits are left.
        rng: chooses the edits.

    Returns:
        The copy, and its likeness to the original in [``least``, 1).
    """
    original = shingles(article.text)
    blocks, alike = list(article.blocks), 1.0
    repeated = len(blocks) - len(set(blocks))
    for attempt in range(ATTEMPTS):
        if alike <= most:
            break
        floor = max(least, most - NEAR_ENOUGH) if attempt < ATTEMPTS // 2 else least
        edited = list(blocks)
        rng.choice(EDITS)(edited, rng)
        copy = replace(article, blocks=tuple(edited))
        new = likeness(original, shingles(copy.text))
        says_nothing_twice = len(edited) - len(set(edited)) <= repeated
        if floor <= new < alike and says_nothing_twice and enough(copy.extracted):
            blocks, alike = edited, new
    copy = replace(article, blocks=tuple(blocks))
    return replace(copy, personal=tuple(p for p in article.personal if p in copy.text)), alike
