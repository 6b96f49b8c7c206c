"""Lines of progress for whoever waits, but not too many of them."""

from __future__ import annotations

import time
from collections.abc import Callable

Tell = Callable[[str], None]


def now_and_then(tell: Tell, every_s: float) -> Tell:
    """Tell what comes first after each ``every_s`` seconds, and none of the other lines."""
    told = time.monotonic()

    def tell_some(line: str) -> None:
        nonlocal told
        if time.monotonic() - told > every_s:
            tell(line)
            told = time.monotonic()

    return tell_some
