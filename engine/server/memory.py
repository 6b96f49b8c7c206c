"""How much memory this process holds."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def resident_bytes() -> int:
    """Resident memory; where only the peak can be asked for (macOS), the peak; else 0."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        size = pages * os.sysconf("SC_PAGE_SIZE")
    elif sys.platform == "darwin":
        import resource

        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    else:
        size = 0
    return size
