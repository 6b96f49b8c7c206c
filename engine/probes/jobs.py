"""Probes as folders and processes; no torch here.

A probe's folder holds ``plan.json``, ``status.json``, ``control.json`` (what it is asked to do),
``questions.jsonl``, ``answers.jsonl``, ``answers-against.jsonl`` (the same questions, answered by
the checkpoint to compare with), ``figures.json`` and ``log.txt``. The process goes on when the
terminal closes; what it has answered is kept whatever ends it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine import background, paths
from engine.background import now
from engine.errors import ProbeError
from engine.files import write_json
from engine.probes.plan import ProbePlan, default_against, probed
from engine.probes.reader import ProbeReader
from engine.remote.servers import find_model
from engine.shelf import ALIVE, Shelf

__all__ = [
    "ALIVE",
    "ProbePlan",
    "ProbeReader",
    "ProbeStatus",
    "create_probe",
    "default_against",
    "list_probes",
    "prepare_resume",
    "read_probe",
    "resume_probe",
    "spawn",
    "stop_probe",
]

State = Literal["starting", "running", "stopped", "done", "failed", "lost"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeStatus(background.Status):
    """What a probe is doing."""

    state: State
    checkpoint: str
    done: int
    """Questions answered, those for the detectors and those of the other checkpoint counted."""
    total: int
    """0 until the questions are known."""


_PROBES = Shelf(
    folder=paths.probes_folder,
    status=ProbeStatus,
    noun="probe",
    error=ProbeError,
    told=lambda status: f"{status.done} answers",
    begin="llmlab probe facts",
)


def create_probe(plan: ProbePlan, *, name: str | None = None) -> ProbeStatus:
    """Create the folder of a probe without starting it (``spawn`` or the caller's process does).

    Raises:
        ProbeError: the name is taken or unusable, or the plan cannot be carried out.
        CheckpointError: a checkpoint does not exist.
        RemoteError: its judge is a model of no connected server.
        LabError: the folder of all probes cannot be written to.
    """
    plan = _checked(plan)
    with background.one_at_a_time(paths.probes_folder()):
        path = _PROBES.new_folder(name, plan.source)
        write_json(path / "plan.json", plan.to_json())
        status = ProbeStatus(
            name=path.name,
            checkpoint=plan.checkpoint,
            state="starting",
            done=0,
            total=0,
            pid=None,
            started=now(),
            message="",
            heartbeat=time.time(),
            path=path,
        )
        status.save()
        return status


def _checked(plan: ProbePlan) -> ProbePlan:
    """The plan with what it names looked up."""
    info = probed(plan.checkpoint)
    if plan.source == "facts" and info.imported:
        raise ProbeError(
            f"{plan.checkpoint} was trained elsewhere, on no web whose facts could be asked. "
            "Give it questions of your own: --questions F.jsonl"
        )
    if plan.judge is not None:
        find_model(plan.judge)
    questions = plan.questions_path
    if questions is not None:
        questions = str(_file(questions))
    against = None if plan.against is None else probed(plan.against).sha256
    return replace(plan, questions_path=questions, sha256=info.sha256, against_sha256=against)


def _file(name: str) -> Path:
    path = paths.expanded(name).absolute()
    try:
        if path.is_file():
            return path
        why = "it is a folder" if path.is_dir() else "there is none"
    except OSError as error:  # a name that is too long, a folder that is not ours to look into
        why = error.strerror or str(error)
    raise ProbeError(f"{name[:200]!r} is no file of questions: {why}. Check the path.")


def spawn(status: ProbeStatus) -> ProbeStatus:
    """Start the process of a prepared probe, detached from this one."""
    return background.spawn("engine.probes", status)


def list_probes() -> list[ProbeStatus]:
    """All readable probes, newest first."""
    return _PROBES.all()


def read_probe(name: str) -> ProbeStatus:
    """The status of one probe; a process that died without a word shows as ``lost``.

    Raises:
        ProbeError: there is no such probe, or its status cannot be read.
    """
    return _PROBES.read(name)


def resume_probe(name: str) -> ProbeStatus:
    """Start the process of a stopped, failed or lost probe again; it asks what is left.

    Raises:
        ProbeError: no such probe, it is finished or at work, or its checkpoint has changed.
        CheckpointError: its checkpoint is gone.
    """
    return spawn(prepare_resume(name))


def prepare_resume(name: str) -> ProbeStatus:
    """Check that a probe can be resumed and mark it as starting."""
    return _PROBES.prepare_resume(name, lambda path: check_unchanged(ProbeReader(path).plan))


def check_unchanged(plan: ProbePlan) -> None:
    """Refuse to mix the answers of two models.

    Raises:
        ProbeError: a checkpoint of the plan is another one than when the probe was made.
        CheckpointError: it is gone.
    """
    for name, sha256 in ((plan.checkpoint, plan.sha256), (plan.against, plan.against_sha256)):
        if name is not None and probed(name).sha256 != sha256:
            raise ProbeError(
                f"{name} has changed since this probe began: its weights were {str(sha256)[:12]} "
                f"and are {probed(name).sha256[:12]}. Start a new probe."
            )


def stop_probe(name: str) -> None:
    """Ask a probe to stop; it keeps what it has and can be resumed.

    Raises:
        ProbeError: no such probe, or it is not at work.
    """
    _PROBES.stop(name)
