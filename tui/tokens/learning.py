"""A small tokenizer learned while one watches, at every size of its vocabulary."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from textual.content import Content

from engine.vocab.incremental import LiveText
from engine.vocab.live_training import N_BYTES, LiveTraining, Merge
from tui.format import grouped
from tui.tokens.cut import Cut
from tui.tokens.glyphs import Glyphs, glyph_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 4096
"""Entries of the largest vocabulary."""
SLICE_S = 0.1
"""Of learning at a time; the thread that learns leaves the screen its turn after that."""
SEEN = 20_000
"""Characters of the text that are shown as tokens; figures are of all of it."""


class Learning:
    """A training, and the size of vocabulary that is looked at.

    Args:
        text: to learn from.

    Raises:
        LabError: the text is too long to be learned from here.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.training = LiveTraining(text, MOST)
        self.size = MOST
        """What the slider stands at; while less is learned, all of it counts."""
        self.done = False

    def learn(self) -> None:
        """Learn for a moment; call it in a thread."""
        until = time.monotonic() + SLICE_S
        while time.monotonic() < until:
            if len(list(islice(self.training, 8))) < 8:
                self.done = True
                return

    @property
    def learned(self) -> int:
        """Entries of the vocabulary so far."""
        return N_BYTES + len(self.training.learned)

    @property
    def entries(self) -> int:
        """Entries that are looked at."""
        return min(self.size, self.learned)

    @property
    def merges(self) -> list[Merge]:
        """Those that are looked at."""
        return self.training.learned[: self.entries - N_BYTES]

    def resize(self, size: int) -> None:
        """Look at another size."""
        self.size = max(N_BYTES, min(size, MOST))

    def cut(self) -> tuple[Cut, Glyphs]:
        """The beginning of the text with the vocabulary of that size."""
        tokenizer = self.training.tokenizer(self.entries)
        return Cut(LiveText(tokenizer, self.text[:SEEN])), Glyphs(tokenizer)


def slider_words(learning: Learning, width: int) -> Content:
    """``256 ├───●───┤ 4 096   812 entries``."""
    right = f" {grouped(MOST)}   {grouped(learning.entries)} entries"
    room = max(10, width - len(right) - 5)
    at = round((learning.entries - N_BYTES) / (MOST - N_BYTES) * (room - 1))
    reach = round((learning.learned - N_BYTES) / (MOST - N_BYTES) * (room - 1))
    bar = "".join("●" if n == at else "━" if n <= reach else "─" for n in range(room))
    return Content.assemble(
        (f"{N_BYTES} ", "$quiet"),
        (bar[:at], "$primary"),
        (bar[at], "bold $primary"),
        (bar[at + 1 :], "$quiet"),
        (right, "bold"),
    )


def slider_size(column: int, width: int) -> int:
    """The size of vocabulary that a cell of the slider stands for."""
    room = max(10, width - len(f" {grouped(MOST)}   {grouped(MOST)} entries") - 5)
    return N_BYTES + round(max(0, min(column - 4, room - 1)) / (room - 1) * (MOST - N_BYTES))


def figures(learning: Learning) -> Content:
    """What the text takes with this vocabulary."""
    n_bytes, n_tokens = learning.training.n_bytes, learning.training.n_tokens(learning.entries)
    state = (
        "" if learning.done else f"   learning … {grouped(len(learning.training.learned))} merges"
    )
    once = next((merge for merge in learning.merges if merge.count == 1), None)
    by_heart = (
        f"\nfrom merge {once.step} on every pair stands once: the text is learned by heart."
        if once is not None
        else "\n" + ("no pair is left to merge." if _exhausted(learning) else "")
    )
    return Content.assemble(
        f"{grouped(n_bytes)} bytes → {grouped(n_tokens)} tokens · ",
        (f"{n_bytes / max(1, n_tokens):.2f} bytes a token", "bold"),
        (state, "$text-accent"),
        (by_heart, "$quiet"),
    )


def _exhausted(learning: Learning) -> bool:
    return learning.done and learning.entries == learning.learned < MOST


def merge_lines(learning: Learning, height: int, width: int) -> Content:
    """The last merges of this vocabulary, the newest first."""
    lines = list(_lines(learning.merges[-max(1, height) :], width))
    if not lines:
        return Content.styled("256 bytes, and no merge yet", "$quiet")
    return Content("\n").join(reversed(lines))


def _lines(merges: list[Merge], width: int) -> Iterator[Content]:
    for merge in merges:
        left, right, both = (
            glyph_of(data, blanks=True).text for data in (merge.left, merge.right, merge.token)
        )
        what = set_cell_size(f"{left} + {right}", max(8, width - 32))
        yield Content.assemble(
            (f"{merge.step:>5}  ", "$quiet"),
            what,
            (" → ", "$quiet"),
            (set_cell_size(both, 11), "bold"),
            (f" ×{grouped(merge.count)}", "$quiet"),
        )
