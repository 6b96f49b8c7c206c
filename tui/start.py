"""Opening the app, with the garbage collector off until its first frame is painted.

Imports and the first screen make some 300 000 objects that stay; looking through them for garbage
again and again takes 45 ms of the 150 between an empty Textual app's first frame and ours.
``settle`` and ``allocate_sparingly`` are for when it is.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services import Services


def run(services: Services | None = None, given: Mapping[str, str] | None = None) -> int:
    """Open the lab in this terminal; the app turns the collector on again.

    Args:
        services: what the app reaches for outside of itself; the real ones are found by it.
        given: settings by key, for this visit only.

    Returns:
        Exit code: 0, 1 after a fault of the app's own, 128 + N when signal N ended it.

    Raises:
        SettingError: a given value is none that its setting can have.
    """
    gc.disable()
    from tui.app import LabApp

    app = LabApp(services, given)
    app.run()
    if app.remembering.last_words:
        with contextlib.suppress(OSError):  # The terminal may be gone.
            print(app.remembering.last_words, file=sys.stderr)
    return app.return_code or 0


def settle() -> None:
    """Turn the collector on again."""
    # What start-up made stays: unfrozen, the collector would walk through all of it (0.1 s) each
    # time that streamed tokens make it look.
    gc.freeze()
    gc.enable()


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Of glibc's ``malloc.h``."""
_LARGE_BYTES = 1 << 16


def allocate_sparingly() -> None:
    """Have all threads allocate from one place, and give large blocks back when they are freed.

    glibc gives each thread a place of its own, up to eight for each processor, and what is freed in
    one is of no use to the others: 5 MB here after a walk through all panes, more with more
    processors. What counts as large grows with what was freed, up to 32 MB, unless it is set.
    """
    import ctypes  # 3 ms: call it after the first frame.

    with contextlib.suppress(AttributeError, OSError, TypeError):  # Only glibc has it.
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
