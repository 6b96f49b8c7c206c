"""Pages that are nearly alike: MinHash signatures (Broder 1997) in bands, as FineWeb has them.

A page is the set of its word 5-grams. A signature is 112 numbers; that two pages have the same
number at a place is as likely as their sets are similar (Jaccard). Cut into 14 bands of 8, two
pages of similarity s share a whole band with probability 1 - (1 - s^8)^14: 0.92 at 0.8, 0.56 at
0.7, 0.05 at 0.5. Pages that share a band are linked, and linked pages are a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.data.funnel.words import is_symbol, words
from engine.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

N_GRAM = 5
BANDS, BAND_HASHES = 14, 8
HASHES = BANDS * BAND_HASHES
SEED = 1
SORTED_AT_ONCE = 8_000_000
"""Band hashes that are sorted in memory together (16 bytes each); of more pages, a range of the
hashes at a time."""
OPEN_FILES = 64
"""Signature files of which a process has a handle."""

Signatures = npt.NDArray[np.uint32]
"""[HASHES, pages]: a band's numbers lie together on disk."""
Roots = npt.NDArray[np.int64]
"""[pages]: the first page of the cluster that a page is in; its own number where it is alone."""


def shingles(text: str) -> list[str]:
    """The word 5-grams of ``text``, in lower case and without punctuation.

    A text of fewer words is one shingle: it is like another only if it is the same.
    """
    plain = [word for word in words(text.lower()) if not is_symbol(word)]
    if len(plain) < N_GRAM:
        return [" ".join(plain)]
    return [" ".join(plain[i : i + N_GRAM]) for i in range(len(plain) - N_GRAM + 1)]


def signatures(texts: Iterable[str]) -> Signatures:
    """The signatures of some texts, [HASHES, texts]; the same in every process."""
    from rensa import RMinHash

    rows = [
        RMinHash.digest_matrix_from_token_sets([shingles(text)], HASHES, SEED).to_rows()[0]
        for text in texts
    ]
    matrix = np.array(rows, dtype=np.uint32).reshape(len(rows), HASHES)
    return np.ascontiguousarray(matrix.T)


def similarity(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> float:
    """Two pages' Jaccard similarity as their signatures tell it; off by 0.04 at most two times
    of three."""
    return float(np.mean(a == b))


class SignatureFiles:
    """The signatures of all pages in the files of their parts, which are read as they are needed.

    Few are open at a time: a mapped file takes one of the process's file handles, of which a
    system gives out a thousand or fewer, and a crawl has more parts than that.

    Raises:
        DataError: a file is damaged.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._part = lru_cache(maxsize=OPEN_FILES)(self._mapped)
        self._firsts = np.cumsum([0, *(self._part(i).shape[1] for i in range(len(paths)))])

    def _mapped(self, part: int) -> Signatures:
        path = self._paths[part]
        try:
            found: Signatures = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(
                f"{path} is damaged ({error}). Delete the run's folder and run it again."
            ) from error
        return found

    def __len__(self) -> int:
        return int(self._firsts[-1])

    def of(self, page: int) -> npt.NDArray[np.uint32]:
        """The signature of a page by its number, [HASHES]."""
        part = int(np.searchsorted(self._firsts, page, side="right")) - 1
        return np.array(self._part(part)[:, page - self._firsts[part]])

    def band(self, band: int) -> Iterator[tuple[int, npt.NDArray[np.uint64]]]:
        """For each part, the number of its first page and a hash of its pages' band, [pages]."""
        rows = slice(band * BAND_HASHES, (band + 1) * BAND_HASHES)
        for number, first in enumerate(self._firsts[:-1]):
            yield int(first), _mixed(self._part(number)[rows])


def _mixed(rows: Signatures) -> npt.NDArray[np.uint64]:
    """Eight 32-bit numbers as one of 64 bits, column by column (FNV-1a's prime, then a fold)."""
    mixed = np.full(rows.shape[1], 0xCBF29CE484222325, dtype=np.uint64)
    for row in rows:
        mixed = (mixed ^ row) * np.uint64(0x100000001B3)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def clusters(files: SignatureFiles) -> Roots:
    """Link the pages that share a band; every cluster is named by its first page.

    Holds 8 bytes a page, and at most ``SORTED_AT_ONCE`` band hashes.
    """
    n_pages = len(files)
    roots: Roots = np.arange(n_pages, dtype=np.int64)
    n_ranges = -(-n_pages // SORTED_AT_ONCE)
    for band in range(BANDS):
        for number in range(n_ranges):
            for first, other in _same(files, band, number, n_ranges):
                _link(roots, first, other)
    while not np.array_equal(above := roots[roots], roots):
        roots = above
    return roots


def _same(
    files: SignatureFiles, band: int, number: int, n_ranges: int
) -> Iterator[tuple[int, int]]:
    """Pairs of neighbours among pages with the same band hash, of one range of the hashes."""
    hashes, pages = [], []
    for first, found in files.band(band):
        within = np.flatnonzero(found % np.uint64(n_ranges) == number)
        hashes.append(found[within])
        pages.append(within + first)
    of_all, numbers = np.concatenate(hashes), np.concatenate(pages)
    order = np.argsort(of_all, kind="stable")
    of_all, numbers = of_all[order], numbers[order]
    places = np.flatnonzero(of_all[1:] == of_all[:-1])
    yield from zip(numbers[places].tolist(), numbers[places + 1].tolist(), strict=True)


def _link(roots: Roots, a: int, b: int) -> None:
    """Put two pages into one cluster, under the first page of both clusters."""
    a, b = _root(roots, a), _root(roots, b)
    if a != b:
        roots[max(a, b)] = min(a, b)


def _root(roots: Roots, page: int) -> int:
    while (above := int(roots[page])) != page:
        roots[page] = roots[above]  # halves the way for whoever comes next
        page = above
    return page
