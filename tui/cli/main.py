"""Parse the arguments, run the command, turn errors into one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from engine.errors import LabError
from tui.cli.output import narrate
from tui.cli.parser import build_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``llmlab``; returns the exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except LabError as error:
        narrate(str(error))
        return 2
    except KeyboardInterrupt:
        narrate("Interrupted.")
        return 130
    except BrokenPipeError:
        # The reader of our output went away (``llmlab ... | head``): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
