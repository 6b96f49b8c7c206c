"""Reads what the table says of runs: a little at a time, and only again what has changed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.format import finite
from tui.runs.row import DAMAGED, SHIPPED, Extra, Row

if TYPE_CHECKING:
    from engine.runs import RunStatus

_LOGS = ("events.jsonl", "curve.jsonl")
_WHOLE_UNTIL, _TAIL = 1 << 20, 1 << 16
"""Bytes of a log that is searched from its beginning, and of the end of a longer one."""
_STATE = re.compile(rb'^\{"type": "state"', re.MULTILINE)
_FIGURES = {
    b'{"type": "rl"': ("reward",),
    b'{"type": "eval"': ("val_bpb",),
    b'{"type": "step"': ("bpb", "loss"),
}
"""Where the figure that counts is looked for, in this order; of the stage rl only is ``rl``."""
_NAMES = {"val_bpb": "bpb"}


class Listing:
    """Every method reads files and blocks, so call it in a thread; one at a time."""

    def __init__(self) -> None:
        self._extras: dict[Path, tuple[object, Extra]] = {}
        self._shipped: list[Row] | None = None

    def rows(self, runs: Sequence[RunStatus]) -> list[Row]:
        """All there are, newest first, those that come with the lab last.

        What has not been read of them yet is left out: ``read_more`` reads it.
        """
        rows = [Row.of(run) for run in runs]
        rows += _damaged({run.name for run in runs})
        if self._shipped is None:
            self._shipped = _shipped()
        rows += self._shipped
        there = {row.path for row in rows}
        self._extras = {path: known for path, known in self._extras.items() if path in there}
        return [self._with_extra(row) for row in rows]

    def _with_extra(self, row: Row) -> Row:
        known = self._extras.get(row.path)
        return replace(row, extra=known[1]) if known else row

    def read_more(self, rows: Sequence[Row], within_s: float) -> bool:
        """Read what is new of some rows until the time is over; whether anything was."""
        ends, news = time.monotonic() + within_s, False
        for row in rows:
            stamp = _stamp(row)
            known = self._extras.get(row.path)
            if known is None or known[0] != stamp:
                self._extras[row.path] = stamp, _read(row)
                news = True
                if time.monotonic() > ends:
                    break
        return news


def _stamp(row: Row) -> tuple[object, ...]:
    """Changes with what a row says: its state, its log, its note."""
    found: list[object] = [row.state, row.step]
    for name in (*_LOGS, "note.txt"):
        with contextlib.suppress(OSError):
            stat = os.stat(row.path / name)
            found.append((name, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def _read(row: Row) -> Extra:
    from engine.disk_use import size_of
    from engine.run_keeping import read_note

    log, whole = _log(row.path)
    figure = _figure(log, row.stage)
    return Extra(read_note(row.path), size_of(row.path), figure, _seconds(log), whole)


def _log(folder: Path) -> tuple[bytes, bool]:
    """The end of a run's log, and whether that is all of it."""
    for name in _LOGS:
        with contextlib.suppress(OSError), (folder / name).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > _WHOLE_UNTIL:
                file.seek(size - _TAIL)
                file.readline()  # the rest of a line that begins before
            log = file.read(_WHOLE_UNTIL)
            # A line that is being written is left for the next look.
            return log[: log.rfind(b"\n") + 1], size <= _WHOLE_UNTIL
    return b"", True


def _figure(log: bytes, stage: str) -> tuple[str, float] | None:
    for begin, names in _FIGURES.items():
        if begin.endswith(b'"rl"') and stage != "rl":
            continue
        event = _last(log, begin, len(log))
        for name in names:
            value = finite(event.get(name))
            if value is not None:
                return _NAMES.get(name, name), value
    return None


def _seconds(log: bytes) -> float | None:
    """How long a run was at work: the clock of each process that went on with it begins anew."""
    ends = [match.start() for match in _STATE.finditer(log)]
    clocks = [finite(_last(log, b'{"type": "step"', end).get("elapsed_s")) for end in ends]
    clocks.append(finite(_last(log, b'{"type": "step"', len(log)).get("elapsed_s")))
    known = [clock for clock in clocks if clock is not None]
    if not known:
        return None
    before = sum(clock for clock, after in itertools.pairwise(known) if after < clock)
    return before + known[-1]


def _last(log: bytes, begin: bytes, end: int) -> dict[str, Any]:
    """The last line before ``end`` that begins so."""
    start = log.rfind(b"\n" + begin, 0, end) + 1
    if start or log.startswith(begin):
        with contextlib.suppress(ValueError):
            value = json.loads(log[start : log.find(b"\n", start)])
            return value if isinstance(value, dict) else {}
    return {}


def _damaged(known: set[str]) -> list[Row]:
    """Folders among the runs that are none that can be read."""
    from engine import paths
    from engine.errors import RunError
    from engine.runs import read_status

    folder, found = paths.runs_folder(), []
    try:
        there = [path for path in folder.iterdir() if path.name not in known and path.is_dir()]
    except OSError:
        return []  # None was made yet, or it was just taken away.
    for path in sorted(there):
        if not path.name.startswith("."):
            try:
                read_status(path.name)
            except RunError as error:
                words = str(error)
                found.append(Row(path.name, "", "", DAMAGED, 0, 0, None, "", words, path))
    return found


def _shipped() -> list[Row]:
    """What the lab's own checkpoints have kept of how they were trained."""
    from engine import paths
    from engine.errors import CheckpointError
    from engine.manifest import read_info

    found = []
    for manifest in paths.shipped_folder().glob("*/*/run.json"):
        folder = manifest.parent
        with contextlib.suppress(CheckpointError):
            info = read_info(folder, f"{folder.parent.name}/{folder.name}", shipped=True)
            run = folder.parent / "runs" / folder.name
            path = run if (run / _LOGS[0]).is_file() else folder
            words = "It comes with the lab."
            steps = info.step, info.step
            row = Row(info.name, info.stage, info.preset, SHIPPED, *steps, info.parent,
                      info.created, words, path)  # fmt: skip
            found.append(row)
    return sorted(found, key=lambda row: (row.started, row.name), reverse=True)
