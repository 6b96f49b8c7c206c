"""Reads a text file, no further than a text on the table may be long."""

from __future__ import annotations

from pathlib import Path

from engine.errors import LabError
from tui.tokens.buffer import MOST_CHARACTERS


def read_text(path: Path) -> str:
    """The beginning of a file.

    Args:
        path: of a text in UTF-8.

    Returns:
        One character more than fits, if there are as many: then the reader knows that it was cut.

    Raises:
        LabError: it cannot be read, or is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read(MOST_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise LabError(f"{path} is not UTF-8 ({error.reason}). Choose a text in UTF-8.") from error
    except (OSError, ValueError) as error:  # a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise LabError(f"{path} cannot be read: {reason}. Choose another file.") from error
