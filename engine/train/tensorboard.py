"""The curves of runs as TensorBoard reads them: a folder a run, a scalar for each figure."""

from __future__ import annotations

import calendar
import contextlib
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import LabError
from engine.files import check_new, disk_error, fsync_folder, make_folder, temporary_name
from engine.train.curve_files import Run
from engine.train.figures import moments_of

_EXTRA = "tensorboard"


def write_events(runs: Sequence[Run], folder: Path, *, began: Sequence[float] = ()) -> int:
    """Write the figures of ``runs`` into ``folder/NAME`` each.

    Args:
        runs: of different names.
        folder: what ``tensorboard --logdir`` is then given.
        began: when each run began, seconds since 1970, so that the axis of wall time is right.

    Returns:
        How many scalars were written.

    Raises:
        LabError: the library is not installed, a folder exists already, or the disk is full.
    """
    _writers()  # Whether they are there is to be said before anything is made.
    for name, _ in runs:
        check_new(folder / name)
    make_folder(folder)
    starts = [*began, *[0.0] * (len(runs) - len(began))]
    return sum(
        _write(path, folder / name, start) for (name, path), start in zip(runs, starts, strict=True)
    )


def began_at(started: str) -> float:
    """Seconds since 1970 of a run's ``started``, 0 where it cannot be read."""
    try:
        return float(calendar.timegm(time.strptime(started, "%Y-%m-%dT%H:%M:%SZ")))
    except ValueError:
        return 0.0


def _writers() -> tuple[Any, Any, Any]:
    """The library's file writer, its event and what makes a scalar.

    Its ``SummaryWriter`` writes from a thread of its own, in which a full disk goes unnoticed.
    """
    try:
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.summary import scalar
    except ImportError as error:
        raise LabError(
            "TensorBoard's files are written by the package tensorboardX, which is not installed. "
            f"Install it with: pip install 'llmlab[{_EXTRA}]' (--csv and --jsonl work without it)."
        ) from error
    return EventsWriter, Event, scalar


def _write(run: Path, target: Path, began: float) -> int:
    """One run, in a folder that gets its name when it is whole."""
    events_writer, event, scalar = _writers()
    temporary = temporary_name(target)
    n = 0
    try:
        temporary.mkdir()
        with contextlib.closing(events_writer(str(temporary / "events"))) as out:
            for moment in moments_of(run):
                for name, value in moment.figures.items():
                    wall = began + moment.seconds
                    summary = scalar(name, value)
                    out.write_event(event(wall_time=wall, step=moment.step, summary=summary))
                    n += 1
        os.replace(temporary, target)
        fsync_folder(target.parent)
    except OSError as error:
        raise disk_error(target, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return n
