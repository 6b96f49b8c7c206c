"""The forms of ``llmlab data``'s commands."""

from __future__ import annotations

import argparse
from typing import Any

from engine.data.funnel.executors import EXECUTORS
from engine.data.funnel.plan import FORMATS
from tui.cli.number_types import whole


def add_data(commands: Any, command: Any) -> None:
    """Add ``data`` to the commands of ``llmlab``.

    Args:
        commands: what ``add_subparsers`` gave.
        command: makes what runs a module of ``tui.cli``.
    """
    text = "From the pages of a crawl to texts worth training on."
    parts = commands.add_parser("data", help=text, description=text).add_subparsers(
        metavar="WHAT", dest="what", required=True
    )

    def add(name: str, module: str, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = parts.add_parser(name, help=text, description=text)
        sub.set_defaults(run=command(module))
        sub.add_argument("--json", action="store_true", help="print JSON only on stdout")
        return sub

    _build(add("build", "data_build", "Write the pocket web as a crawl: WARC files and labels."))
    _run(add("run", "data_run", "Take pages through the funnel, rule by rule; it can be resumed."))
    _report(add("report", "data_report", "Show what each rule of a run has removed."))


def _build(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--preset", metavar="P", default="nano", help="nano or pico (default: %(default)s)"
    )
    sub.add_argument("--out", metavar="DIR", help="a new folder (default: in the lab's own)")


def _run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="*",
        help="WARC, JSONL, text and parquet files, folders of them or of HTML pages (default: the "
        "crawl of the pocket web, built if there is none)",
    )
    sub.add_argument("--out", metavar="NAME", help="name of the run")
    sub.add_argument(
        "--workers", type=whole, metavar="N", help="processes (default: one a core; 0: this one)"
    )
    sub.add_argument(
        "--set",
        metavar="RULE=NUMBER",
        action="append",
        default=[],
        dest="thresholds",
        help="another threshold than the published one, such as gopher_quality.min_words=30",
    )
    sub.add_argument(
        "--blocklist",
        metavar="FILE",
        help="addresses to drop: a domain a line, or JSON (default: the pocket web's list for "
        "its own crawl, else none)",
    )
    sub.add_argument("--no-minhash", action="store_true", help="leave near duplicates in")
    sub.add_argument("--format", choices=FORMATS, help="of the texts (default: parquet)")
    sub.add_argument(
        "--executor",
        choices=EXECUTORS,
        help="what hands out the work: local, or datatrove on this machine, on Slurm or on Ray "
        "(default: local)",
    )
    sub.add_argument("--resume", metavar="NAME", help="go on with a stopped or lost run")


def _report(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "name", metavar="NAME", nargs="?", help="(default: the newest one that is finished)"
    )


def add_bench_data(sub: argparse.ArgumentParser) -> None:
    """Of ``llmlab bench data``."""
    sub.add_argument(
        "--pages",
        type=whole,
        metavar="N",
        default=4000,
        help="for the speed (default: %(default)s)",
    )
    sub.add_argument(
        "--sizes",
        type=whole,
        metavar="N",
        nargs="*",
        default=[5_000, 50_000],
        help="pages with which the memory is measured (default: 5000 50000)",
    )
    sub.add_argument("--rounds", type=whole, metavar="N", default=3, help="(default: %(default)s)")
