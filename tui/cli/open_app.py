"""``llmlab``: the app."""

from __future__ import annotations

import argparse
import os
import sys

from engine.errors import LabError


def run(arguments: argparse.Namespace) -> int:
    """Open the terminal app.

    Raises:
        LabError: there is no terminal to draw on, or an option's value cannot be one.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LabError(
            "llmlab draws on a terminal, and this is none. Run it in a terminal, or use a command "
            "(llmlab --help lists them)."
        )
    if os.environ.get("TERM") == "dumb":
        raise LabError(
            "This terminal says of itself that it is dumb (TERM=dumb): it cannot place text. Run "
            "llmlab in another one, or use a command (llmlab --help lists them)."
        )
    from tui.start import run as run_app

    given = {"screen.theme": arguments.theme} if arguments.theme else {}
    if arguments.ascii:
        given["screen.ascii"] = "on"
    if arguments.course:
        from tui.course.reading import read_course

        read_course(arguments.course)  # A mistake in it is better said before the app covers it.
        given["course.folder"] = str(arguments.course.resolve())
    return run_app(given=given)
