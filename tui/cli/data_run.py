"""``llmlab data run``: pages through the funnel, in this process and its workers."""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

from engine import paths
from engine.data.funnel import jobs
from engine.data.funnel.executors import LOCAL
from engine.data.funnel.jobs import DataStatus
from engine.data.funnel.results import Results
from engine.errors import DataError, LabError
from tui.cli.data_build import Building, crawl_folder
from tui.cli.data_report import print_report
from tui.cli.output import emit_json, left, narrate
from tui.typed import number

SHOW_S = 5.0
MOST_SKIPPED = 20
"""Skipped records that are named here; those of the report are more."""
_STAGES = {
    "duplicates": "looks for duplicates",
    "texts": "masks addresses, looks for held-out questions",
    "writing": "writes the texts and the report",
}


def run(arguments: argparse.Namespace) -> int:
    """Start a run, or do what is left of one; Ctrl+C stops it in a resumable state.

    Raises:
        LabError: an input or a threshold that cannot be, an option that a resumed run cannot take,
            or what ``engine.data.funnel`` refuses.
    """
    status = _created(arguments) if arguments.resume is None else _resumed(arguments)
    narrate(f"run {status.name}: {status.path}")
    from engine.data.funnel.running import run_named

    try:
        status = run_named(status.name, _Progress(), executor=arguments.executor or LOCAL)
    except KeyboardInterrupt:
        narrate(f"Stopped. {_go_on(status)}")
        return 130
    if status.state == "stopped":
        narrate(f"Stopped. {_go_on(status)}")
        return 0
    results = Results(status.path)
    _say_skipped(results)
    if arguments.json:
        emit_json(results.report.to_json())
    else:
        print_report(results.report)
    return 0


def _go_on(status: DataStatus) -> str:
    return f"Go on with: llmlab data run --resume {status.name}"


def _created(arguments: argparse.Namespace) -> DataStatus:
    from engine.bench.machine import n_threads
    from engine.data.funnel.planning import make_plan

    workers = arguments.workers
    options: dict[str, Any] = {
        "workers": n_threads() if workers is None else workers,
        "minhash": not arguments.no_minhash,
    }
    if arguments.format is not None:
        options["format"] = arguments.format
    if arguments.blocklist is not None:
        options["blocklist"] = paths.expanded(arguments.blocklist)
    changed = _changed(arguments.thresholds)
    inputs = [paths.expanded(path) for path in arguments.inputs] or [_pocket()]
    return jobs.create_run(make_plan(inputs, changed=changed, **options), name=arguments.out)


def _pocket() -> Path:
    """The crawl of the pocket web, which is built if it is not there."""
    from engine.data.crawl.build import build

    folder = crawl_folder("nano")
    if not folder.exists():
        narrate("builds the crawl of the pocket web first (llmlab data build)")
    build("nano", folder, on_progress=Building())
    return folder


def _changed(settings: list[str]) -> dict[str, float]:
    """Thresholds as they were given: ``RULE=NUMBER``."""
    changed = {}
    for setting in settings:
        rule, _, value = setting.partition("=")
        threshold = number(value)
        if threshold is None or math.isinf(threshold):
            raise DataError(
                f"--set {setting} is no RULE=NUMBER. Give a number, such as "
                "gopher_quality.min_words=30."
            )
        changed[rule.strip()] = threshold
    return changed


def _resumed(arguments: argparse.Namespace) -> DataStatus:
    """Refuse what would otherwise be ignored without a word."""
    given = {
        "an INPUT": bool(arguments.inputs),
        "--out": arguments.out is not None,
        "--workers": arguments.workers is not None,
        "--set": bool(arguments.thresholds),
        "--blocklist": arguments.blocklist is not None,
        "--no-minhash": arguments.no_minhash,
        "--format": arguments.format is not None,
    }
    for option, is_given in given.items():
        if is_given:
            raise LabError(
                f"A resumed run goes on as it was begun, so {option} changes nothing. Leave it "
                "out, or start a new run."
            )
    return jobs.prepare_resume(arguments.resume)


class _Progress:
    """A line when a stage begins, and one every few seconds within it."""

    def __init__(self) -> None:
        self._stage = ""
        self._shown = 0.0
        self._began: tuple[float, int, float] | None = None

    def __call__(self, status: DataStatus) -> None:
        now = time.monotonic()
        if status.state != "running":
            return
        if status.stage != self._stage:
            self._stage, self._began = status.stage, (now, status.pages, status.share)
            self._shown = now
            if status.stage in _STAGES:
                narrate(f"{status.kept:,} of {status.pages:,} pages; {_STAGES[status.stage]}")
            return
        if now - self._shown < SHOW_S or self._began is None:
            return
        self._shown = now
        began, pages, share = self._began
        line = f"{status.pages:,} pages, {status.kept:,} of them stay"
        if status.stage == "pages":
            line += f"  {(status.pages - pages) / (now - began):,.0f} pages/s"
        if status.share > share:
            line += f"  {left((1 - status.share) * (now - began) / (status.share - share))}"
        narrate(line)


def _say_skipped(results: Results) -> None:
    report = results.report
    for record in report.skipped[:MOST_SKIPPED]:
        place = "" if record.record is None else f", record {record.record}"
        narrate(f"skipped: {record.file}{place}: {record.why}")
    if report.n_skipped > MOST_SKIPPED:
        narrate(f"... and {report.n_skipped - MOST_SKIPPED:,} more: {results.folder}/report.json")
