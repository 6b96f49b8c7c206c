"""The curves of runs as CSV or JSONL: a line for each step at which anything was measured."""

from __future__ import annotations

import contextlib
import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from engine.files import check_new, disk_error, fsync_folder, make_folder, temporary_name
from engine.train.figures import moments_of

Form = Literal["csv", "jsonl"]
PLACES = ("run", "step", "tokens", "seconds")
Run = tuple[str, Path]
"""What a run is called, and its folder."""


def lines_of(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """A run's figures, those of one step together in the order in which they were measured."""
    line: dict[str, Any] = {}
    for moment in moments_of(folder):
        if line and line["step"] != moment.step:
            yield line
            line = {}
        line |= {"run": name, "step": moment.step, "tokens": round(moment.tokens)}
        line |= {"seconds": round(moment.seconds, 3), **moment.figures}
    if line:
        yield line


def write_lines(runs: Sequence[Run], form: Form, out: IO[str]) -> int:
    """Write the figures of ``runs`` to ``out``; returns how many lines of them.

    The columns of CSV are all names that any run has: the logs are read twice for it, as they may
    be larger than the memory.
    """
    n = 0
    if form == "jsonl":
        for line in _all(runs):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            n += 1
        return n
    names = dict.fromkeys(name for line in _all(runs) for name in line if name not in PLACES)
    writer = csv.DictWriter(out, (*PLACES, *names), restval="", extrasaction="ignore")
    writer.writeheader()
    for line in _all(runs):
        writer.writerow(line)
        n += 1
    return n


def write_file(runs: Sequence[Run], form: Form, path: Path) -> int:
    """``write_lines`` to a new file, whole or not at all.

    Raises:
        LabError: the file exists already, or cannot be written.
    """
    check_new(path)
    return _whole(path, lambda file: write_lines(runs, form, file))


def _all(runs: Iterable[Run]) -> Iterator[dict[str, Any]]:
    for name, folder in runs:
        yield from lines_of(name, folder)


def _whole(path: Path, write: Callable[[IO[str]], int]) -> int:
    make_folder(path.parent)
    temporary = temporary_name(path)
    try:
        with temporary.open("x", encoding="utf-8", newline="") as file:
            n = write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        fsync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return n
