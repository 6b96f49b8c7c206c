"""Pages of parquet files, a row each, read a few rows at a time whatever the row groups' size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.funnel.sources.base import Found, Position, reason_of
from engine.data.funnel.sources.lines import TEXT_KEYS, page_of

if TYPE_CHECKING:
    import pyarrow

ROWS = 64
"""Rows that are in memory at a time."""


class ParquetSource:
    """A ``.parquet`` file with a column ``text``, ``content`` or ``html``; offsets count rows."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.is_seekable = True
        self._n_rows = 0

    def share(self, position: Position) -> float:
        """About how much of the file lies before ``position``."""
        return position.offset / self._n_rows if self._n_rows else 0.0

    def read(self, start: Position | None = None) -> Iterator[Found]:
        """Yield the rows from ``start`` on."""
        import pyarrow
        import pyarrow.parquet as parquet

        at = start or Position()
        try:
            with parquet.ParquetFile(self.path) as file:
                self._n_rows = file.metadata.num_rows
                columns = _columns(file.schema_arrow.names)
                if columns is None:
                    names = ", ".join(file.schema_arrow.names)[:200]
                    no_text = f"it has no column text, content or html, but {names}"
                    yield Found(why=no_text, record=None, after=at)
                    return
                groups, first = _groups_from(file.metadata, at.offset)
                for batch in file.iter_batches(
                    batch_size=ROWS, columns=columns, row_groups=groups, use_threads=False
                ):
                    behind = first + batch.num_rows
                    if behind > at.offset:
                        rows = batch.slice(max(0, at.offset - first)).to_pylist()
                        for row in rows:
                            number = at.offset
                            at = Position(offset=number + 1, record=number + 1)
                            page, why = page_of(row, f"{self.name}/{number}")
                            yield Found(page=page, why=why, record=number, after=at)
                    first = behind
        except (OSError, pyarrow.ArrowException, UnicodeDecodeError) as error:
            yield Found(why=f"it is damaged: {reason_of(error)}", record=None, after=at)


def _columns(names: list[str]) -> list[str] | None:
    texts = [name for name in (*TEXT_KEYS, "html") if name in names][:1]
    return [*texts, *(name for name in ("url",) if name in names)] if texts else None


def _groups_from(metadata: pyarrow.parquet.FileMetaData, row: int) -> tuple[list[int], int]:
    """The row groups from that with ``row`` on, and the number of their first row."""
    first = 0
    for group in range(metadata.num_row_groups):
        n_rows = metadata.row_group(group).num_rows
        if first + n_rows > row:
            return list(range(group, metadata.num_row_groups)), first
        first += n_rows
    return [], first
