"""Duplicates among all pages of a run: which page is kept instead of which, and the table of them.

Holds 8 bytes a page, the addresses of the pages that are kept for others, and the texts of a few
thousand pages at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.funnel import minhash
from engine.data.funnel.document import DROPPED_CHARS
from engine.data.funnel.minhash import Roots, SignatureFiles
from engine.data.funnel.parts import PARTS, PartInfo, PartName
from engine.data.funnel.tables import CLUSTERED, TableWriter, read_rows
from engine.errors import DataError, LabError
from engine.files import read_json, write_atomic

CLUSTERS = "clusters.parquet"
DONE = "clustered.json"
TEXTS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Link:
    """The page that is kept instead of another, and how similar they are."""

    id: str
    url: str
    similarity: float


def is_clustered(folder: Path) -> bool:
    """Whether all that ``cluster`` writes is there."""
    return (folder / PARTS / DONE).exists()


def cluster(folder: Path, parts: Sequence[PartInfo]) -> int:
    """Find the duplicates among the pages of all parts and write down what is kept for what.

    Returns:
        how many clusters there are.

    Raises:
        DataError: a part is damaged.
        LabError: the disk is full.
    """
    found = _Clustered(folder, parts)
    found.write_links()
    found.write_table()
    write_atomic(folder / PARTS / DONE, b"{}\n")
    return len(found.heads)


def read_links(folder: Path, part: PartName) -> dict[int, Link]:
    """Row of a page of the part to what is kept instead of it; empty without MinHash.

    Raises:
        DataError: the file is damaged.
    """
    path = part.path(folder, "links.json")
    if not path.exists():
        return {}
    try:
        return {int(row): Link(*link) for row, link in read_json(path).items()}
    except (LabError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{path} is damaged ({error}). Delete the run's folder and run it again."
        ) from error


class _Clustered:
    def __init__(self, folder: Path, parts: Sequence[PartInfo]) -> None:
        self._folder = folder
        self._parts = parts
        self._files = SignatureFiles([part.name.path(folder, "npy") for part in parts])
        self._firsts = np.cumsum([0, *(part.kept for part in parts)])
        if len(self._files) != self._firsts[-1]:
            raise DataError(
                f"The signatures in {folder / PARTS} are not those of its pages. Delete the run's "
                "folder and run it again."
            )
        self._roots: Roots = minhash.clusters(self._files)
        self._members = np.flatnonzero(self._roots != np.arange(len(self._roots)))
        self.heads: npt.NDArray[np.int64] = np.unique(self._roots[self._members])

    def write_links(self) -> None:
        """For each part, what is kept instead of its pages."""
        heads = {
            page: (row["id"], row["url"]) for page, row in self._rows(self.heads, ["id", "url"])
        }
        for part, first in zip(self._parts, self._firsts, strict=False):
            low, high = np.searchsorted(self._members, (first, first + part.kept))
            links = {}
            for page in self._members[low:high].tolist():
                root = int(self._roots[page])
                links[page - int(first)] = (*heads[root], self._similarity(page, root))
            data = json.dumps(links, ensure_ascii=False) + "\n"
            write_atomic(part.name.path(self._folder, "links.json"), data.encode())

    def write_table(self) -> None:
        """``clusters.parquet``: the clusters in the order of the pages that they keep."""
        of_members = self._roots[self._members]
        order = np.argsort(of_members, kind="stable")
        members, of_members = self._members[order], of_members[order]
        number, last = 0, -1
        with TableWriter(self._folder / CLUSTERS, CLUSTERED) as table:
            for start, stop in _chunks(of_members):
                pages = np.union1d(members[start:stop], of_members[start:stop])
                rows = dict(self._rows(pages, ["id", "url", "text"]))
                for page, root in zip(
                    members[start:stop].tolist(), of_members[start:stop].tolist(), strict=True
                ):
                    if root != last:
                        table.add(_row(number, rows[root], kept=True, similarity=1.0))
                        last, number = root, number + 1
                    similar = self._similarity(page, root)
                    table.add(_row(number - 1, rows[page], kept=False, similarity=similar))

    def _similarity(self, page: int, root: int) -> float:
        return round(minhash.similarity(self._files.of(page), self._files.of(root)), 4)

    def _rows(
        self, pages: npt.NDArray[np.int64], columns: list[str]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of some pages, whose numbers go upwards."""
        for part, first in zip(self._parts, self._firsts, strict=False):
            low, high = np.searchsorted(pages, (first, first + part.kept))
            wanted = set((pages[low:high] - first).tolist())
            if wanted:
                path = part.name.path(self._folder, "kept.parquet")
                for number, row in enumerate(read_rows(path, columns)):
                    if number in wanted:
                        if "text" in row:
                            row["text"] = row["text"][:DROPPED_CHARS]
                        yield int(first) + number, row


def _row(number: int, row: Mapping[str, Any], *, kept: bool, similarity: float) -> dict[str, Any]:
    return {**row, "cluster": number, "kept": kept, "similarity": similarity}


def _chunks(roots: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Ranges of at most ``TEXTS_AT_ONCE`` members; only a cluster of more is parted."""
    start = 0
    while start < len(roots):
        stop = min(start + TEXTS_AT_ONCE, len(roots))
        if stop < len(roots):
            first_of_last = int(np.searchsorted(roots, roots[stop]))
            if first_of_last > start:
                stop = first_of_last
        yield start, stop
        start = stop
