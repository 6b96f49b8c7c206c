"""``llmlab probe report``: what finished probes found, as a file."""

from __future__ import annotations

import argparse
import sys

from engine import paths
from engine.probes.report import check_target, find_probe, write_report
from engine.probes.report_markdown import markdown
from tui.cli.output import narrate


def run(arguments: argparse.Namespace) -> int:
    """Write the report to a file, or as Markdown to stdout.

    Raises:
        LabError: no such probe, none that is finished, or a file that cannot be written to.
    """
    path = None if arguments.out is None else paths.expanded(arguments.out)
    if path is not None:
        check_target(path)
    readers = [find_probe(name) for name in arguments.names]
    if path is None:
        sys.stdout.write(markdown(readers))
    else:
        write_report(readers, path)
        narrate(f"written: {path}")
    return 0
