"""The process of a probe: ``python -m engine.probes NAME``. Started by ``engine.probes.jobs``."""

from __future__ import annotations

import sys

from engine.background import step_back
from engine.errors import LabError
from engine.probes.probing import run_probe


def main(name: str) -> int:
    """Run or resume the probe; returns the exit code. What happened stands in its status."""
    try:
        run_probe(name)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    step_back()
    sys.exit(main(sys.argv[1]))
