"""Writes down a step's rollouts; ``reader`` reads them. No torch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from engine.files import write_atomic
from engine.rl.reader import rollout_files, rollouts_path
from engine.rl.record import Group, encode_step
from engine.rl.thinning import kept


def write_step(run_path: Path, step: int, groups: Iterable[Group]) -> Path:
    """Write all groups of a step, whole or not at all; a step done again replaces its file.

    Older steps are thinned out (see ``thinning``).

    Raises:
        LabError: the disk is full.
    """
    path = rollouts_path(run_path, step)
    write_atomic(path, encode_step(step, groups))
    _thin_out(run_path)
    return path


def _thin_out(run_path: Path) -> None:
    files = rollout_files(run_path)
    stay = kept({step: path.stat().st_size for step, path in files.items()})
    for step, path in files.items():
        if step not in stay:
            # Where somebody reads it just now, Windows refuses: the next step tries again.
            with contextlib.suppress(PermissionError):
                path.unlink(missing_ok=True)
