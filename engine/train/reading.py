"""Texts of a corpus into documents of ids: as many as a run needs, some of them held out."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.errors import RunError
from engine.special import BOS
from engine.tokenizer import Tokenizer
from engine.train.packing import Document

HELD_OUT = 200
"""One text in so many is held out, the same ones in every run: by its hash."""
_BATCH = 64
"""Texts that are encoded at a time."""


@dataclass(slots=True)
class Documents:
    """What was read: texts of several windows are several documents."""

    training: list[Document] = field(default_factory=list)
    heldout: list[Document] = field(default_factory=list)
    n_texts: int = 0
    n_bytes: int = 0
    """Of the texts, in UTF-8."""


def read_documents(
    texts: Iterable[str],
    tokenizer: Tokenizer,
    *,
    tokens: int,
    longest: int,
    holds_out: bool,
    tell: Callable[[int], None],
) -> Documents:
    """Read until there are ``tokens`` to train on, or no more texts.

    Args:
        texts: of the corpus, in its order; training shuffles the documents.
        tokenizer: of the model to train.
        tokens: that are enough.
        longest: the most tokens a document may have; longer texts become several.
        holds_out: whether some texts are kept from training.
        tell: told the tokens so far; what it raises ends the reading.

    Raises:
        RunError: there is no text to train on, or none to spare to be held out.
    """
    found, total = Documents(), 0
    # The text with the lowest hash is held out where chance holds none out.
    spare: tuple[int, slice] | None = None
    for batch in _batches(texts):
        for text, windows in zip(batch, _encoded(batch, tokenizer, longest), strict=True):
            rank = _rank(text)
            found.n_texts += 1
            found.n_bytes += len(text.encode())
            if holds_out and rank % HELD_OUT == 0:
                found.heldout += windows
                continue
            if not found.heldout and (spare is None or rank < spare[0]):
                start = len(found.training)
                spare = rank, slice(start, start + len(windows))
            found.training += windows
            total += sum(len(window.ids) for window in windows)
        tell(total)
        if total >= tokens:
            break
    if holds_out and not found.heldout and spare is not None:
        found.heldout = found.training[spare[1]]
        del found.training[spare[1]]
    if not found.training:
        raise RunError(
            f"The corpus has {found.n_texts} texts; at least one is to be trained on and another "
            "to be held out. Choose a larger corpus."
        )
    return found


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _encoded(texts: Sequence[str], tokenizer: Tokenizer, longest: int) -> Iterator[list[Document]]:
    """The windows of each text, between two ``<|bos|>`` as the web's pages are.

    A window begins with the last token of the one before: as no loss counts a document's first
    token, every token of a text is predicted once.
    """
    # Two bytes an id, or four, where a list takes eight: whole corpora lie in memory.
    code = "H" if tokenizer.n_vocab <= 1 << 16 else "I"
    bos = tokenizer.special[BOS]
    for ids in tokenizer.encode_batch(texts):
        whole = array(code, [bos, *ids, bos])
        starts = range(0, max(1, len(whole) - 1), longest - 1)
        yield [Document(whole[start : start + longest]) for start in starts]


def _rank(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
