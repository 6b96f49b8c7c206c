"""Browses what runs of the funnel have left: a helper process that reads their tables for others.

Reading parquet takes 80 MB that whoever shows some rows need not hold. Run as
``python -m engine.data.funnel.browsing`` it answers a line of JSON by a line of JSON, until its
standard input ends: ``{"folder": "...", "ask": "dropped", "with": {"rule": "...", "offset": 0,
"limit": 60}}`` by ``{"found": ...}``, or by ``{"error": "..."}``, a sentence. What can be asked
stands in ``QUESTIONS``; what is found is what ``Results`` gives, as JSON.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.data.funnel.document import SourcePage
from engine.data.funnel.results import REPORT, Cluster, ClusterPage, DroppedRow, Results
from engine.errors import LabError


def _raw(results: Results, page_id: str) -> dict[str, Any]:
    page = asdict(results.raw(page_id))
    return {**page, "body": base64.b64encode(page["body"]).decode("ascii")}


QUESTIONS: Mapping[str, Callable[..., Any]] = {
    "n_dropped": Results.n_dropped,
    "dropped": lambda results, **which: list(map(asdict, results.dropped(**which))),
    "n_clusters": lambda results: results.n_clusters,
    "clusters": lambda results, **which: list(map(asdict, results.clusters(**which))),
    "raw": _raw,
}
"""What can be asked of a run, by the name of what ``Results`` has for it."""


def answer_to(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the helper says to one line."""
    folder = Path(asked["folder"])
    try:
        return {"found": QUESTIONS[asked["ask"]](_results(folder), **asked["with"])}
    except LabError as error:
        return {"error": str(error)}


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
    return SourcePage(**{**found, "body": base64.b64decode(found["body"])})


def serve() -> None:
    """Answer lines until the standard input ends."""
    for line in sys.stdin:
        print(json.dumps(answer_to(json.loads(line))), flush=True)


if __name__ == "__main__":
    serve()
