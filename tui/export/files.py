"""Where an export goes, and how it is written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import LabError
from engine.files import check_new, disk_error, write_atomic
from engine.paths import expanded
from tui import settings
from tui.settings import schema


def suggested(name: str, ending: str) -> str:
    """A new file in the folder of the settings, with the local time, to the second, in its name."""
    file = f"{name}-{time.strftime('%Y%m%d-%H%M%S')}{ending}"
    return str(Path(settings.value(schema.EXPORTS)) / file)


def target(typed: str, endings: Sequence[str]) -> Path:
    """The file that was typed; ``~`` is the person's home.

    Raises:
        LabError: nothing was typed, or what cannot be read as a name; there is no such home, or it
            has none of the ``endings``.
    """
    if not typed.strip():
        raise LabError(f"There is no file name. Type one, such as ~/answers{endings[0]}.")
    if not typed.strip().isprintable():
        raise LabError(f"{typed!r} has characters that nobody can see. Type a name without them.")
    path = expanded(typed.strip()).absolute()
    if path.suffix.lower() not in endings:
        ending = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise LabError(
            f"{path.name} {ending}, but this can be {' or '.join(endings)}. Change the name."
        )
    return path


def stands(path: Path) -> bool:
    """Whether a file is there already. Blocks.

    Raises:
        LabError: it is a folder, or its name cannot be looked up.
    """
    try:
        if path.is_dir():
            raise LabError(f"{path} is a folder. Type a file name behind it.")
        return path.exists()
    except OSError as error:  # A name that is too long.
        raise disk_error(path, error) from error


def write(path: Path, pieces: Iterable[str], *, replace: bool = False) -> None:
    """Write a file whole or not at all, as its text is made. Blocks.

    Raises:
        LabError: it is there already and not to be replaced, or it cannot be written.
    """
    if not replace:
        check_new(path)
    # Half a surrogate pair is in no encoding; written so, it can still be read.
    write_atomic(path, (piece.encode("utf-8", "backslashreplace") for piece in pieces))
