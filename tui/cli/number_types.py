"""Numbers of options, as people write them: argparse's own readings also take ``1_0`` and ``nan``.

Used as the ``type`` of an option; a mistake ends the command with code 2 and a sentence.
"""

from __future__ import annotations

import math
from argparse import ArgumentTypeError


def whole(text: str) -> int:
    """A whole number.

    Raises:
        ArgumentTypeError: it is none.
    """
    from tui.typed import quoted, whole_number  # Not before the app's first paint.

    found = whole_number(text)
    if found is None:
        raise ArgumentTypeError(f"{quoted(text)} is no whole number; type one such as 8")
    return found


def decimal(text: str) -> float:
    """A number that has an end.

    Raises:
        ArgumentTypeError: it is none.
    """
    from tui.typed import number, quoted

    found = number(text)
    if found is None or not math.isfinite(found):
        raise ArgumentTypeError(f"{quoted(text)} is no number; type one such as 0.5")
    return found
