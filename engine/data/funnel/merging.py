"""The tables of a run out of those of its parts, in the order of the input."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from engine.data.funnel.parts import PartInfo
from engine.data.funnel.plan import Format
from engine.data.funnel.tables import DROPPED, KEPT, read_rows, write_rows
from engine.errors import LabError
from engine.files import disk_error, fsync_folder

OUTPUT, DROPPED_FOLDER = "output", "dropped"
FILE_ROWS = 20_000
"""Pages in a file of the output."""


def merge(folder: Path, parts: Sequence[PartInfo], form: Format) -> None:
    """Write ``output/`` and ``dropped/``, each whole or not at all.

    Raises:
        DataError: a part is damaged.
        LabError: the disk is full.
    """
    kept = chain.from_iterable(
        read_rows(part.name.path(folder, "final.parquet"), list(KEPT)) for part in parts
    )
    _write_folder(folder / OUTPUT, KEPT, kept, form)
    dropped = chain.from_iterable(
        read_rows(part.name.path(folder, ending))
        for part in parts
        for ending in ("dropped.parquet", "late.parquet")
    )
    _write_folder(folder / DROPPED_FOLDER, DROPPED, dropped, "parquet")


def _write_folder(
    target: Path, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]], form: Format
) -> None:
    temporary = target.with_name(f".{target.name}.new")
    try:
        # What is left of a run that was killed here is of no use to anybody.
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        rows = iter(rows)
        for number, piece in enumerate(_pieces(rows)):
            write_rows(temporary / f"part-{number:05d}.{form}", columns, piece)
        if target.exists():
            shutil.rmtree(target)
        temporary.rename(target)
        fsync_folder(target.parent)
    except OSError as error:
        raise disk_error(target, error) from error
    except LabError:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _pieces(rows: Iterator[Mapping[str, Any]]) -> Iterator[Iterator[Mapping[str, Any]]]:
    """The rows in pieces of a file; one that is empty if there are none at all."""
    first = next(rows, None)
    if first is None:
        yield iter(())
    while first is not None:
        yield chain((first,), islice(rows, FILE_ROWS - 1))
        first = next(rows, None)
