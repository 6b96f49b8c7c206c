"""A word on its way from bytes to tokens, and what is said of each step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.cuts import cut_after, cut_before
from engine.vocab.replay import Step, pair_ranks, replay
from engine.vocab.splits import split
from tui.format import grouped
from tui.tokens.glyphs import glyph_of
from tui.tokens.looks import CURSOR, token_style

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PAIRS = 12
"""Pairs of neighbours of which is said when they were learned."""
_MERGE_CELLS = 26


def word_at(tokenizer: AnyTokenizer, text: str, char: int) -> str:
    """The stretch around a character within which merges stay, the blank before it included.

    Empty in an empty text. A tokenizer that rewrites text may split otherwise; :func:`replayed`
    then says so.
    """
    if not text:
        return ""
    char = min(char, len(text) - 1)
    begin, end = cut_before(text, char), cut_after(text, char + 1)
    at, wanted = 0, len(text[begin:char].encode())
    for part in split(tokenizer, text[begin:end]):
        at += len(part)
        if at > wanted:
            return part.decode("utf-8", "replace")
    return text[begin:end]


@dataclass(slots=True)
class Merging:
    """A word, and the step that is looked at."""

    name: str
    """The tokenizer's."""
    word: str
    steps: list[Step]
    ranks: list[list[int | None]]
    """Of each step: when each two neighbours were learned to be merged; None: never."""
    at: int = 0

    @property
    def step(self) -> Step:
        """The one that is looked at."""
        return self.steps[self.at]

    @property
    def next(self) -> Step | None:
        """The one after it."""
        return self.steps[self.at + 1] if self.at + 1 < len(self.steps) else None

    def go_to(self, at: int) -> None:
        """Look at another step."""
        self.at = max(0, min(at, len(self.steps) - 1))


def replayed(name: str, tokenizer: AnyTokenizer, word: str) -> Merging:
    """All steps of a word; an imported tokenizer reads its merges first, so call it in a thread.

    Raises:
        LabError: the word has none, or is too long.
    """
    steps = replay(tokenizer, word)
    return Merging(name, word, steps, [pair_ranks(tokenizer, step.parts) for step in steps])


def head_words(merging: Merging) -> Content:
    """What the word is, and how far it is."""
    last = merging.steps[-1]
    n_bytes, n_tokens = len(merging.steps[0].parts), len(last.parts)
    what = f"{n_bytes} bytes, {len(merging.steps) - 1} steps, {n_tokens} token"
    return Content.assemble(
        (f"“{_shown(merging.word.encode('utf-8', 'replace'))}”", "bold"),
        (f"  {what}{'s' * (n_tokens != 1)}", "$quiet"),
        f"   step {merging.at} of {len(merging.steps) - 1}",
        ("   ← → step · e another word", "$quiet"),
    )


def step_line(merging: Merging, number: int, width: int, *, flat: bool) -> Content:
    """One step: what was merged, and the word after it."""
    step, here = merging.steps[number], number == merging.at
    what = set_cell_size(_what(step), _MERGE_CELLS)
    rank = f"{grouped(step.rank):>7}" if step.rank is not None else " " * 7
    sign = "▸" if here else " "
    begin = f"{sign}{number:>4}  {what} {rank}   "
    word = parts_content(step, width - cell_len(begin), flat=flat, drawn=number <= merging.at)
    return Content.styled(begin, "bold" if here else "$quiet") + word


def _what(step: Step) -> str:
    if step.kind == "bytes":
        return "its bytes"
    if step.kind == "whole" or step.pair is None:
        return "looked up as a whole"
    left, right = map(_shown, step.pair)
    return f"{left} + {right} → {left}{right}"


def parts_content(step: Step, room: int, *, flat: bool, drawn: bool = True) -> Content:
    """The word's parts as tokens, the new one reversed; a step to come has no colours yet."""
    spans: list[tuple[str, str]] = []
    used = 0
    for place, part in enumerate(step.parts):
        text = _shown(part)
        used += cell_len(text) + 1
        if used > room:
            spans.append(("…", "$quiet"))
            break
        style = token_style(place, flat=flat) if drawn else "$quiet"
        spans += [(text, f"{style} {CURSOR}" if drawn and place == step.at else style), (" ", "")]
    return Content.assemble(*spans)


def pairs_content(merging: Merging) -> Content:
    """Which neighbours could be merged now: the earliest learned is."""
    parts = merging.step.parts
    if merging.next is None or merging.next.kind == "whole":
        words = (
            "The tokenizer looks a word up before it merges: it is taken as a whole."
            if merging.next is not None
            else "No two neighbours were ever merged in training: these are the tokens."
            if len(parts) > 1
            else "One token is left."
        )
        return Content.styled(words, "$quiet")
    return Content("\n").join(
        [
            Content.styled("of these neighbours the earliest learned is merged next:", "$quiet"),
            *_pair_lines(parts, merging.ranks[merging.at]),
        ]
    )


def _pair_lines(parts: Sequence[bytes], ranks: Sequence[int | None]) -> list[Content]:
    known = sorted({rank for rank in ranks if rank is not None})
    pairs = dict(zip(pairwise(parts), ranks, strict=True))
    by_rank = sorted(pairs.items(), key=lambda each: (each[1] is None, each[1]))
    found = []
    for (left, right), rank in by_rank[:MOST_PAIRS]:
        first = rank is not None and rank == known[0]
        when = "never learned" if rank is None else f"rank {grouped(rank)}"
        pair = set_cell_size(f"{_shown(left)} + {_shown(right)}", _MERGE_CELLS)
        style = "bold" if first else "$quiet"
        found.append(Content.styled(f"{'▸' if first else ' '} {pair} {when}", style))
    if len(by_rank) > MOST_PAIRS:
        found.append(Content.styled(f"  … and {len(by_rank) - MOST_PAIRS} more", "$quiet"))
    return found


def _shown(data: bytes) -> str:
    return glyph_of(data, blanks=True).text
