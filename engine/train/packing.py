"""Documents into rows: whole documents side by side, none seeing its neighbour.

A row holds several documents; ``doc`` numbers them so that attention can be cut between them.
Everything is a function of the documents and a seed, so a resumed run meets the same batches.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

OPEN_ROWS = 48
IGNORED = -100
"""Target of a position that no loss counts (PyTorch's ``ignore_index``)."""


@dataclass(frozen=True, slots=True)
class Document:
    """Token ids, and for each whether the loss counts it as a target (None: all but the first)."""

    ids: Sequence[int]
    mask: Sequence[bool] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one length, ``[B, T]`` each: ids, targets (``IGNORED`` where none), document."""

    ids_BT: NDArray[np.int64]
    targets_BT: NDArray[np.int64]
    doc_BT: NDArray[np.int64]

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """What a loss takes behind the model, in order."""
        return self.ids_BT, self.targets_BT, self.doc_BT


@dataclass(frozen=True, slots=True)
class Batches(Sequence[Batch]):
    """Batches that are put together when they are asked for: an epoch of them fills memory."""

    documents: Sequence[Document]
    rows: Sequence[tuple[Sequence[Sequence[int]], int]]
    """Of each batch the documents in each row, by number, and the rows' length."""

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> Batch: ...

    @overload
    def __getitem__(self, at: slice) -> Batches: ...

    def __getitem__(self, at: int | slice) -> Batch | Batches:
        if isinstance(at, slice):
            return Batches(self.documents, self.rows[at])
        return _batch(self.documents, *self.rows[at])


def pack(
    documents: Sequence[Document],
    row_lengths: Sequence[int],
    batch_tokens: int,
    seed: str,
    *,
    exact: bool = False,
) -> Batches:
    """Pack ``documents`` into shuffled batches of ``batch_tokens`` positions each.

    A document goes to rows of the shortest length that holds it; one longer than the longest row
    is cut there. Rows left over at the end, fewer than a batch, come with the next epoch's luck;
    if ``exact``, for measuring, they make a smaller batch instead and no row is used twice.
    """
    rng = random.Random(seed)
    order = list(range(len(documents)))
    rng.shuffle(order)
    lengths = sorted(row_lengths)
    bins: dict[int, list[list[int]]] = {length: [] for length in lengths}
    for index in order:
        size = min(len(documents[index].ids), lengths[-1])
        bins[next(length for length in lengths if size <= length)].append([index])
    batches: list[tuple[list[list[int]], int]] = []
    for length, singles in bins.items():
        rows = _fill_rows(documents, [i for single in singles for i in single], length)
        rng.shuffle(rows)
        per_batch = batch_tokens // length
        whole = len(rows) // per_batch if len(rows) >= per_batch else 0
        chunks = [rows[i * per_batch : (i + 1) * per_batch] for i in range(whole)]
        if exact:
            chunks = [rows[i : i + per_batch] for i in range(0, len(rows), per_batch)]
        elif not chunks and rows:
            chunks = [[rows[i % len(rows)] for i in range(per_batch)]]
        batches += [(chunk, length) for chunk in chunks]
    rng.shuffle(batches)
    return Batches(documents, batches)


def padded(documents: Sequence[Document], length: int) -> Batch:
    """A row of ``length`` for each document, in order."""
    return _batch(documents, [[index] for index in range(len(documents))], length)


def _fill_rows(documents: Sequence[Document], order: Sequence[int], length: int) -> list[list[int]]:
    """Best fit among a window of open rows: about 97 % of positions used, order kept random."""
    rows: list[list[int]] = []
    open_rows: list[tuple[int, list[int]]] = []
    for index in order:
        size = min(len(documents[index].ids), length)
        fitting = [i for i, (room, _) in enumerate(open_rows) if room >= size]
        if fitting:
            best = min(fitting, key=lambda i: open_rows[i][0])
            room, row = open_rows.pop(best)
            row.append(index)
            if room > size:
                open_rows.append((room - size, row))
            continue
        row = [index]
        rows.append(row)
        open_rows.append((length - size, row))
        if len(open_rows) > OPEN_ROWS:
            open_rows.remove(min(open_rows, key=lambda item: item[0]))
    return rows


def _batch(documents: Sequence[Document], rows: Sequence[Sequence[int]], length: int) -> Batch:
    shape = (len(rows), length)
    ids = np.zeros(shape, dtype=np.int64)
    targets = np.full(shape, IGNORED, dtype=np.int64)
    doc = np.full(shape, -1, dtype=np.int64)
    for r, row in enumerate(rows):
        at = 0
        for d, index in enumerate(row):
            tokens = np.asarray(documents[index].ids[:length], dtype=np.int64)
            mask = documents[index].mask
            end = at + len(tokens)
            ids[r, at:end] = tokens
            doc[r, at:end] = d
            next_tokens = tokens[1:]
            if mask is not None:
                counted = np.asarray(mask[1:length], dtype=bool)
                next_tokens = np.where(counted, next_tokens, IGNORED)
            targets[r, at : end - 1] = next_tokens
            at = end
    return Batch(ids, targets, doc)
