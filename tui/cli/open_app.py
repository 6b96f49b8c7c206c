"""``llmlab``: the app."""

from __future__ import annotations

import argparse
import sys

from engine.errors import LabError


def run(arguments: argparse.Namespace) -> int:
    """Open the terminal app.

    Raises:
        LabError: there is no terminal to draw on.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LabError(
            "llmlab draws on a terminal, and this is none. Run it in a terminal, or use a command "
            "(llmlab --help lists them)."
        )
    from tui.start import run as run_app

    return run_app()
