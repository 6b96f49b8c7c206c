"""Browses what runs of the funnel have left: a helper process that reads their tables for others.

Reading parquet takes 80 MB that whoever shows some rows need not hold. Run as
``python -m engine.data.funnel.browsing`` it is an ``engine.helper`` process. What can be asked of
the run in a folder stands in ``QUESTIONS``; what is found is what ``Results`` gives, as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.data.funnel.document import SourcePage
from engine.data.funnel.results import REPORT, Cluster, ClusterPage, DroppedRow, Results
from engine.helper import as_bytes, as_text, serve


def _raw(results: Results, page_id: str) -> dict[str, Any]:
    page = asdict(results.raw(page_id))
    return {**page, "body": as_text(page["body"])}


def _asked(find: Callable[..., Any]) -> Callable[..., Any]:
    return lambda folder, **which: find(_results(Path(folder)), **which)


QUESTIONS: Mapping[str, Callable[..., Any]] = {
    "n_dropped": _asked(Results.n_dropped),
    "dropped": _asked(lambda results, **which: list(map(asdict, results.dropped(**which)))),
    "n_clusters": _asked(lambda results: results.n_clusters),
    "clusters": _asked(lambda results, **which: list(map(asdict, results.clusters(**which)))),
    "raw": _asked(_raw),
}
"""What can be asked of the run in ``folder``, by the name of what ``Results`` has for it."""


def _results(folder: Path) -> Results:
    try:
        written = (folder / REPORT).stat().st_mtime_ns
    except OSError:
        written = 0  # Opening it says what is wrong.
    return _opened(folder, written)


@lru_cache(maxsize=1)
def _opened(folder: Path, written: int) -> Results:
    """Keeps where the pages of the last run lie, unless it was done anew since."""
    return Results(folder)


def dropped_rows(found: Any) -> list[DroppedRow]:
    """The answer to ``dropped``."""
    return [DroppedRow(**row) for row in found]


def clusters(found: Any) -> list[Cluster]:
    """The answer to ``clusters``."""
    return [
        Cluster(number=each["number"], pages=tuple(ClusterPage(**page) for page in each["pages"]))
        for each in found
    ]


def source_page(found: Any) -> SourcePage:
    """The answer to ``raw``."""
    return SourcePage(**{**found, "body": as_bytes(found["body"])})


if __name__ == "__main__":
    serve(QUESTIONS)
