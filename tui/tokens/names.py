"""Which tokenizers there are to choose from, and how each is opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.vocab.find import FoundTokenizer

BYTES = "bytes"
"""No merges at all: what every text is before a tokenizer comes."""
FIRST = ("nano/base", BYTES)
"""Beside each other at the start; both are here without the internet."""
PUBLISHED = {
    "gpt2": "GPT-2, 2019",
    "cl100k_base": "GPT-3.5 and GPT-4, with ChatML",
    "o200k_base": "GPT-4o, with ChatML: the lecture's",
}
"""Those of OpenAI that are offered; the others that tiktoken knows can be typed."""


class Offered(NamedTuple):
    """A line of the list."""

    name: str
    about: str


def trained() -> list[str]:
    """Tokenizers that ``llmlab train tokenizer`` has made here; it reads the disk.

    Raises:
        LabError: their folder cannot be read.
    """
    from engine import paths
    from engine.files import listing

    return sorted(each.name for each in listing(paths.tokenizers_folder()))


def offered(checkpoints: Iterable[CheckpointInfo], own: Iterable[str] = ()) -> list[Offered]:
    """All that can be chosen without typing, each once.

    Args:
        checkpoints: whose tokenizers there are.
        own: tokenizers that were trained here.
    """
    found = {BYTES: "UTF-8, 256 entries, no merges"}
    for name in own:
        found.setdefault(name, "trained here")
    for info in checkpoints:
        what = "imported" if info.imported else info.stage
        found.setdefault(info.name, f"{what} checkpoint")
    for name, about in PUBLISHED.items():
        found.setdefault(name, about)
    return [Offered(*each) for each in found.items()]


def open_named(name: str) -> FoundTokenizer:
    """The tokenizer of that name; it may be fetched, so call it in a thread.

    A large one lives in a process of its own: it would take as much memory as the whole app.

    Raises:
        LabError: there is none, or it cannot be had; the sentence says why.
    """
    from engine.tokenizer import Tokenizer
    from engine.vocab.find import FoundTokenizer, find_tokenizer, is_small, lend_tokenizer

    if name == BYTES:
        return FoundTokenizer(BYTES, Tokenizer({bytes([b]): b for b in range(256)}, {}), None)
    return find_tokenizer(name) if is_small(name) else lend_tokenizer(name)
