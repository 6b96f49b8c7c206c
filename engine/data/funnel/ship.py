"""Makes the small run that comes with the lab out of a whole one over the pocket web.

``python -m engine.data.funnel.ship RUN`` fills ``checkpoints/nano/data``: the report of all the
pages, and some pages of every rule, of clusters and of those that came out, raw and with labels, so
that the run can be browsed without the crawl.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine import paths
from engine.data.crawl.labels import LABELS_FILE, read_labels, to_line
from engine.data.crawl.warc import WarcShards
from engine.data.funnel import jobs
from engine.data.funnel.document import SourcePage
from engine.data.funnel.merging import DROPPED_FOLDER, OUTPUT
from engine.data.funnel.plan import PLAN, InputFile, Plan
from engine.data.funnel.planning import measured
from engine.data.funnel.results import CLUSTERS, REPORT, Results, output_files
from engine.data.funnel.rules import RULES
from engine.data.funnel.sources import open_source
from engine.data.funnel.tables import CLUSTERED, DROPPED, KEPT, read_rows, write_rows
from engine.errors import DataError, LabError
from engine.files import write_atomic, write_json
from engine.whole_folder import whole_folder

A_RULE = 12
"""Pages that a rule removed."""
N_CLUSTERS = 20
N_KEPT = 60
MOST_BYTES = 40_000
"""A larger page is left out: it would be a good part of the whole."""
SEED = 1
STEM = "sample"
Rows = list[dict[str, Any]]


def ship(source: Path, target: Path) -> None:
    """Write the small run ``target`` from the finished run ``source``.

    Raises:
        DataError: the run is not finished, has no labels, or its inputs have moved.
        LabError: the target cannot be written to.
    """
    results = Results(source)
    plan = results.plan
    if plan.labels is None:
        raise DataError(f"{source} has no labels, so it is no run over the pocket web.")
    dropped = [
        asdict(row)
        for rule in RULES
        for row in results.dropped(rule.name, 0, 4 * A_RULE)
        if row.n_bytes <= MOST_BYTES
    ]
    clusters: Rows = [
        {**asdict(page), "cluster": cluster.number}
        for cluster in results.clusters(0, N_CLUSTERS)
        for page in cluster.pages
    ]
    dropped = list(_first_of_each(dropped, {row["id"] for row in clusters}))
    kept = list(_first_kept(source, {row["id"] for row in clusters if row["kept"]}))
    wanted = {row["id"] for row in (*dropped, *clusters, *kept)}
    with whole_folder(target, replace=True) as folder:
        ids, file = _write_pages(folder, _pages(plan, source, wanted))
        lines = (
            to_line(replace(label, id=ids[label.id]))
            for label in read_labels(source / plan.labels)
            if label.id in ids
        )
        write_atomic(folder / LABELS_FILE, "".join(lines).encode())
        write_rows(folder / DROPPED_FOLDER / "part-00000.parquet", DROPPED, _renamed(dropped, ids))
        write_rows(folder / CLUSTERS, CLUSTERED, _renamed(clusters, ids))
        write_rows(folder / OUTPUT / "part-00000.parquet", KEPT, _renamed(kept, ids))
        small = replace(plan, inputs=(file,), labels=".")
        write_json(folder / PLAN, small.to_json())
        report = replace(results.report, name="pocket")
        write_json(folder / REPORT, report.to_json())


def _first_of_each(rows: Iterable[dict[str, Any]], first: set[str]) -> Iterator[dict[str, Any]]:
    """At most ``A_RULE`` rows a rule; those with ids in ``first`` before others."""
    counts: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row["id"] not in first):
        counts[row["rule"]] = counts.get(row["rule"], 0) + 1
        if counts[row["rule"]] <= A_RULE:
            yield row


def _first_kept(source: Path, always: set[str]) -> Iterator[dict[str, Any]]:
    n_others = 0
    for path in output_files(source):
        for row in read_rows(path):
            if row["id"] in always:
                yield row
            elif n_others < N_KEPT:
                n_others += 1
                yield row


def _pages(plan: Plan, folder: Path, wanted: set[str]) -> Iterator[SourcePage]:
    """The wanted pages as they were found, in the order of the crawl."""
    for file in plan.inputs:
        left = {page for page in wanted if page.startswith(f"{file.name}/")}
        if not left:
            continue
        for found in open_source(plan.path_of(file, folder), file.name).read():
            if found.page is not None and found.page.id in left:
                left.discard(found.page.id)
                yield found.page
            if not left:
                break


def _write_pages(folder: Path, pages: Iterable[SourcePage]) -> tuple[dict[str, str], InputFile]:
    """Write the pages to a file of their own; their ids in the run and in the file."""
    ids = {}
    with WarcShards(folder, STEM, SEED) as shards:
        for page in pages:
            ids[page.id] = shards.write(page.url, page.body, page.charset)
    if len(shards.names) != 1:
        raise DataError(f"{len(ids)} pages are none or too many for a sample. Choose another run.")
    size, modified = measured(folder / shards.names[0])
    name = shards.names[0]
    return ids, InputFile(name=name, path=name, size=size, modified_ns=modified)


def _renamed(rows: Iterable[Mapping[str, Any]], ids: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Rows with the ids of the sample; what a duplicate was dropped for is named by its address."""
    for row in rows:
        renamed = {**row, "id": ids[row["id"]]}
        if row.get("rule") == "minhash.duplicate":
            kept, _, url = row["evidence"].partition(" ")
            renamed["evidence"] = f"{ids[kept]} {url}" if kept in ids else url
        yield renamed


def main(name: str) -> int:
    """Ship the run ``name``; returns the exit code."""
    target = paths.shipped_folder() / "nano" / "data"
    try:
        ship(jobs.folder_of(name), target)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{target}: {size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
