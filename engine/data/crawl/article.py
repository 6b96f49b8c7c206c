"""What a page of the crawl says, before a site dresses it in menus and adverts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

_SENTENCE_END = re.compile(r"[.!?][\"')]*(?:\s|$)")
_BULLETS = ("- ", "* ")

Tag = Literal["p", "li", "h2", "pre"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, sub-heading or listing; its lines are parted by ``<br>``."""

    tag: Tag
    lines: tuple[str, ...]
    tied: bool = False
    """Whether it belongs to the block before, so that nothing may come between."""


@dataclass(frozen=True, slots=True)
class Article:
    """A headline and what stands below it."""

    headline: str
    blocks: tuple[Block, ...]
    personal: tuple[str, ...] = ()
    """E-mail addresses and IPs that were planted in it."""

    @property
    def text(self) -> str:
        """The true main text: what a perfect extraction would give, a line a line."""
        return "\n".join((self.headline, *(line for b in self.blocks for line in b.lines)))

    @property
    def extracted(self) -> str:
        """The main text as extractions write it: a mark before every item of a list."""
        lines = [self.headline]
        for block in self.blocks:
            mark = "- " if block.tag == "li" else ""
            lines += [mark + line for line in block.lines]
        return "\n".join(lines)


def paragraphs(lines: Iterable[str]) -> tuple[Block, ...]:
    """A paragraph a line."""
    return tuple(Block("p", (line,)) for line in lines)


def blocks_of(document: str, *, together: bool) -> list[Block]:
    """The blocks of a document of the web; no word is lost, bullets become list items.

    Args:
        document: its text; an empty line parts a title from what follows.
        together: whether lines that follow each other make one paragraph.
    """
    blocks: list[Block] = []
    title, gap, body = document.partition("\n\n")
    if gap:
        blocks.append(Block("h2", (title,)))
    for line in (body if gap else document).split("\n"):
        tied = bool(blocks)
        if line.startswith(_BULLETS):
            blocks.append(Block("li", (line[2:],), tied))
        elif together and blocks and blocks[-1].tag == "p":
            blocks[-1] = replace(blocks[-1], lines=(*blocks[-1].lines, line))
        else:
            blocks.append(Block("p", (line,), tied))
    return blocks


def gaps(blocks: Sequence[Block]) -> list[int]:
    """Before which of the blocks a new one may come in; the end is such a place too."""
    return [i for i, block in enumerate(blocks) if not block.tied] + [len(blocks)]


def sentence_count(text: str) -> int:
    """How many sentences end in ``text``: by full stops and the like, as a reader skims."""
    return len(_SENTENCE_END.findall(text))
