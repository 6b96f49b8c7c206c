"""The process of a run: ``python -m engine.data.funnel NAME``; ``jobs`` starts it."""

from __future__ import annotations

import sys

from engine.background import step_back
from engine.data.funnel.running import run_named
from engine.errors import LabError


def main(name: str) -> int:
    """Do or resume the run; returns the exit code. What happened stands in its status."""
    try:
        run_named(name)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    step_back()
    sys.exit(main(sys.argv[1]))
