"""The most memory this process has held: the kernel's own high-water mark, which can be reset.

Linux only (``man 5 proc``: ``VmHWM``, and 5 written to ``clear_refs``). Resident pages count, so
a file that is mapped counts as far as it has been read. Imports nothing but the standard library.
"""

from __future__ import annotations

import re
from pathlib import Path

_PROCESS = Path("/proc/self")


def forget_peak() -> bool:
    """Let the mark begin anew at what is held now; False where it cannot be reset."""
    try:
        (_PROCESS / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


def peak_bytes() -> int | None:
    """The mark in bytes; None where the system keeps none."""
    try:
        status = (_PROCESS / "status").read_text("utf-8")
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
