"""The tables of a run: their columns, and how they are written whole and read piece by piece."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError
from engine.files import disk_error, fsync_folder, temporary_name

if TYPE_CHECKING:
    import pyarrow

Row = Mapping[str, Any]
KEPT = {
    "id": "string",
    "url": "string",
    "text": "string",
    "language": "string",
    "language_score": "double",
}
DROPPED = {
    "id": "string",
    "url": "string",
    "rule": "string",
    "value": "string",
    "threshold": "double",
    "evidence": "string",
    "text": "string",
    "n_bytes": "int64",
}
CLUSTERED = {
    "cluster": "int64",
    "id": "string",
    "url": "string",
    "kept": "bool",
    "similarity": "double",
    "text": "string",
}
GROUP_ROWS = 1000
"""Rows that are compressed, written and read together, at most."""
GROUP_CHARS = 32_000_000
"""Characters of text after which a group is closed before it has all its rows: a crawl may hold
pages of megabytes, and a group lies in memory whole, of whoever writes or reads it."""


class TableWriter:
    """Writes rows to a parquet or JSONL file that appears whole when the ``with`` block ends well.

    Raises:
        LabError: the disk is full, or the folder cannot be written to.
    """

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._path = path
        self._columns = columns
        self._temporary = temporary_name(path)
        self._rows: list[Row] = []
        self._n_chars = 0
        self._texts = [name for name, kind in columns.items() if kind == "string"]
        self._out: Any = None

    def __enter__(self) -> TableWriter:
        with self._saying():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.suffix == ".jsonl":
                self._out = self._temporary.open("xb")
            else:
                import pyarrow.parquet as parquet

                self._out = parquet.ParquetWriter(
                    self._temporary, schema(self._columns), compression="zstd"
                )
        return self

    def add(self, row: Row) -> None:
        """One more row; it must have all columns and may have more, which are left out."""
        self._rows.append(row)
        self._n_chars += sum(len(row[name]) for name in self._texts)
        if len(self._rows) >= GROUP_ROWS or self._n_chars >= GROUP_CHARS:
            with self._saying():
                self._flush()

    def _flush(self) -> None:
        if self._path.suffix == ".jsonl":
            for row in self._rows:
                values = {name: row[name] for name in self._columns}
                line = json.dumps(values, ensure_ascii=False) + "\n"
                self._out.write(line.encode("utf-8", "backslashreplace"))
        elif self._rows:
            self._out.write_table(_table(self._rows, self._columns))
        self._rows, self._n_chars = [], 0

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._forget()
            return
        with self._saying():
            self._flush()
            self._out.close()
            with self._temporary.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(self._temporary, self._path)
            fsync_folder(self._path.parent)

    @contextlib.contextmanager
    def _saying(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._forget()
            raise disk_error(self._path, error) from error

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            if self._out is not None:
                self._out.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink()


def write_rows(path: Path, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Write a table whole; see ``TableWriter``."""
    with TableWriter(path, columns) as writer:
        for row in rows:
            writer.add(row)


def schema(columns: Mapping[str, str]) -> pyarrow.Schema:
    """Columns by name and pyarrow's name for their type."""
    import pyarrow

    return pyarrow.schema([(name, pyarrow.type_for_alias(kind)) for name, kind in columns.items()])


def _table(rows: Sequence[Row], columns: Mapping[str, str]) -> pyarrow.Table:
    import pyarrow

    # Half of a surrogate pair, as a broken page may hold, has no UTF-8: it becomes a question mark.
    arrays = [
        pyarrow.array(
            [_whole(row[name]) for row in rows] if kind == "string" else [r[name] for r in rows],
            pyarrow.type_for_alias(kind),
        )
        for name, kind in columns.items()
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema(columns))


def _whole(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def read_rows(path: Path, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table of a run, with a bounded number of them in memory.

    Raises:
        DataError: it is missing or damaged.
    """
    if path.suffix == ".jsonl":
        yield from _read_jsonl(path)
        return
    with open_table(path) as file:
        for group in range(file.num_row_groups):  # A batch may reach over several of them.
            # Threads would each keep memory of their own, for a group of rows.
            for batch in file.iter_batches(
                GROUP_ROWS, row_groups=[group], columns=columns, use_threads=False
            ):
                yield from batch.to_pylist()


def _read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


@contextlib.contextmanager
def open_table(path: Path) -> Iterator[pyarrow.parquet.ParquetFile]:
    """A parquet file of a run.

    Raises:
        DataError: it is missing or damaged, which may show only within the ``with`` block.
    """
    import pyarrow.parquet as parquet

    with _reading(path), parquet.ParquetFile(path) as file:
        yield file


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except (OSError, pyarrow.ArrowException) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"{path} cannot be read: {reason[:200]}. Run the funnel again.")
