"""Reads what a run of the funnel has left: its report, what it dropped, clusters, the raw pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.data.funnel.document import SourcePage
from engine.data.funnel.plan import Plan
from engine.data.funnel.report import Report
from engine.data.funnel.tables import open_table, read_rows
from engine.errors import DataError, LabError
from engine.files import read_json

REPORT = "report.json"
CLUSTERS = "clusters.parquet"
OUTPUT = "output"


@dataclass(frozen=True, kw_only=True, slots=True)
class DroppedRow:
    """A page that a rule removed; see ``document.Drop``."""

    id: str
    url: str
    rule: str
    value: str
    """What was measured; the number as text where it is one."""
    threshold: float | None
    evidence: str
    text: str
    n_bytes: int
    """Of the page as it was found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterPage:
    """A page among others that are nearly the same."""

    id: str
    url: str
    kept: bool
    similarity: float
    """Jaccard similarity to the kept one, estimated from both signatures; 1 for the kept one."""
    text: str
    """Its first characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """Pages that MinHash holds for the same text; the kept one comes first."""

    number: int
    pages: tuple[ClusterPage, ...]


class Results:
    """A finished run of the funnel.

    Raises:
        DataError: the folder holds none; the message says what is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.report = Report.from_json(read_json(folder / REPORT))
        except (LabError, KeyError, TypeError) as error:
            raise DataError(
                f"{folder} holds no finished run of the funnel ({error}). Start or resume one with "
                "llmlab data run."
            ) from error

    @cached_property
    def plan(self) -> Plan:
        """What the run was to do.

        Raises:
            DataError: it cannot be read.
        """
        return Plan.read(self.folder)

    def n_dropped(self, rule: str) -> int:
        """How many pages that ``rule`` removed can be browsed here.

        Raises:
            DataError: a table is damaged.
        """
        return len(self._places.get(rule, ()))

    def dropped(self, rule: str, offset: int = 0, limit: int = 50) -> list[DroppedRow]:
        """Pages that a rule removed, in the order of the crawl.

        Raises:
            DataError: a table is damaged.
        """
        places = self._places.get(rule, [])[offset : offset + limit]
        return [DroppedRow(**row) for row in self._rows_at(places)]

    @cached_property
    def _places(self) -> dict[str, list[tuple[Path, int]]]:
        """Rule to the file and the row of each page that it removed."""
        places: dict[str, list[tuple[Path, int]]] = {}
        for path in sorted((self.folder / "dropped").glob("part-*.parquet")):
            for number, row in enumerate(read_rows(path, ["rule"])):
                places.setdefault(row["rule"], []).append((path, number))
        return places

    @staticmethod
    def _rows_at(places: list[tuple[Path, int]]) -> Iterator[dict[str, Any]]:
        """The rows at ``places``, which go upwards; no other row group is read."""
        by_file: dict[Path, list[int]] = {}
        for path, number in places:
            by_file.setdefault(path, []).append(number)
        for path, numbers in by_file.items():
            with open_table(path) as file:
                first = 0
                for group in range(file.num_row_groups):
                    n_rows = file.metadata.row_group(group).num_rows
                    wanted = [n - first for n in numbers if first <= n < first + n_rows]
                    first += n_rows
                    if wanted:
                        # Threads would each keep memory of their own, for a group of rows.
                        table = file.read_row_group(group, use_threads=False)
                        yield from table.take(wanted).to_pylist()

    def clusters(self, offset: int = 0, limit: int = 50) -> list[Cluster]:
        """Clusters of near duplicates, in the order of their kept pages.

        Raises:
            DataError: the table is damaged.
        """
        found: dict[int, list[ClusterPage]] = {}
        if not (self.folder / CLUSTERS).exists():  # a run without MinHash
            return []
        for row in read_rows(self.folder / CLUSTERS):
            number = row.pop("cluster")
            if number < offset:
                continue
            if number >= offset + limit:
                break
            found.setdefault(number, []).append(ClusterPage(**row))
        return [Cluster(number=number, pages=tuple(pages)) for number, pages in found.items()]

    @cached_property
    def n_clusters(self) -> int:
        """How many there are to browse.

        Raises:
            DataError: the table is damaged.
        """
        if not (self.folder / CLUSTERS).exists():
            return 0
        return max((row["cluster"] + 1 for row in read_rows(self.folder / CLUSTERS, ["cluster"])),
                   default=0)  # fmt: skip

    def raw(self, page_id: str) -> SourcePage:
        """The page as it was found, read from the input again.

        Raises:
            DataError: the input has moved or changed, or no page of this id is in it.
        """
        from engine.data.funnel.sources import open_source

        for file in self.plan.inputs:
            if not page_id.startswith(f"{file.name}/"):
                continue
            path = self.plan.path_of(file, self.folder)
            if not path.exists():
                raise DataError(
                    f"{path} has moved or was deleted, so the page {page_id} cannot be shown as it "
                    "was found. Put it back, or run the funnel again."
                )
            for found in open_source(path, file.name).read():
                if found.page is not None and found.page.id == page_id:
                    return found.page
        raise DataError(
            f"No page {page_id!r} is in the inputs of {self.folder}. They may have changed since: "
            "run the funnel again."
        )

    def texts(self) -> Iterator[str]:
        """The texts that came out, in the order of the crawl.

        Raises:
            DataError: a table is damaged.
        """
        for path in output_files(self.folder):
            for row in read_rows(path, ["text"]):
                yield row["text"]


def output_files(folder: Path) -> list[Path]:
    """The files with the texts that came out of the run in ``folder``, in order."""
    return sorted(path for path in (folder / OUTPUT).glob("part-*") if path.is_file())
