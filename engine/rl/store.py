"""Writes down a step's rollouts; ``reader`` reads them. No torch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.files import write_atomic
from engine.rl.reader import rollouts_path
from engine.rl.record import Group, encode_step


def write_step(run_path: Path, step: int, groups: Iterable[Group]) -> Path:
    """Write all groups of a step, whole or not at all; a step done again replaces its file.

    Raises:
        LabError: the disk is full.
    """
    path = rollouts_path(run_path, step)
    write_atomic(path, encode_step(step, groups))
    return path
