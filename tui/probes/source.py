"""The probes that lie on disk: the person's own, and those that come with the lab.

Everything here reads files and blocks: call it in a thread. Imported when it is first needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine import paths
from engine.errors import LabError
from engine.files import read_json
from engine.probes import jobs
from engine.probes.jobs import ProbeStatus
from engine.probes.plan import ProbePlan
from engine.probes.question import Question
from engine.probes.reader import ProbeReader
from engine.probes.record import Record


@dataclass(frozen=True, slots=True)
class Listed:
    """A probe as a list shows it."""

    status: ProbeStatus
    shipped: bool = False

    @property
    def key(self) -> str:
        """Unique: a shipped probe may be called as one of the person's."""
        return str(self.status.path)


class Folder(Protocol):
    """Reads one probe's folder as it grows (``engine.probes.reader.ProbeReader``)."""

    @property
    def plan(self) -> ProbePlan:
        """What it is to do. Raises LabError."""
        ...

    def questions(self) -> Sequence[Question]:
        """All of them; none while they are being made. Raises LabError."""
        ...

    def new_records(self) -> Sequence[Record]:
        """Those written since the last call."""
        ...

    def new_before(self) -> Sequence[Record]:
        """The same of the checkpoint that it is compared with."""
        ...

    def figures(self) -> dict[str, Any] | None:
        """What it found; None before it has ended or was stopped. Raises LabError."""
        ...

    def left_out(self) -> Sequence[str]:
        """Which questions were not asked, and why. Raises LabError."""
        ...


class ProbesOnDisk:
    """``tui.services.Probes`` over ``engine.probes.jobs``."""

    def listed(self) -> list[Listed]:
        """All readable ones, newest first; those that come with the lab last."""
        own = [Listed(status) for status in jobs.list_probes()]
        return [*own, *_shipped()]

    def folder(self, listed: Listed) -> Folder:
        """Reads one's folder."""
        return ProbeReader(listed.status.path)

    def start(self, plan: ProbePlan) -> str:
        """Start a probe as a process of its own; its name. Raises LabError."""
        return jobs.spawn(jobs.create_probe(plan)).name

    def resume(self, name: str) -> None:
        """Go on with one that was stopped, failed or lost. Raises LabError."""
        jobs.resume_probe(name)

    def stop(self, name: str) -> None:
        """Ask one to stop; its answers stay. Raises LabError."""
        jobs.stop_probe(name)


def _shipped() -> list[Listed]:
    """Finished probes beside the shipped checkpoints, the last stage's first."""
    found = []
    for path in sorted(paths.shipped_folder().glob("*/probes/*/status.json"), reverse=True):
        with contextlib.suppress(LabError, TypeError):
            status = ProbeStatus(**{**read_json(path), "path": path.parent})
            found.append(Listed(status, shipped=True))
    return sorted(found, key=lambda each: each.status.started, reverse=True)
