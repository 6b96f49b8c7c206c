"""What a probe is to do. Imports no torch."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from engine.errors import CheckpointError, ProbeError
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.precision import split_name

Source = Literal["facts", "file"]
ProbeSplit = Literal["heldout", "development"]
SOURCES: tuple[Source, ...] = ("facts", "file")
PROBE_SPLITS: tuple[ProbeSplit, ...] = ("heldout", "development")
MAX_SAMPLES = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbePlan:
    """Whom to ask what, and how often; ``plan.json`` of a probe's folder.

    Raises:
        ProbeError: a value out of its range, or a source without what it reads.
    """

    checkpoint: str
    source: Source = "facts"
    """Facts of the web that the checkpoint was trained on, or a user's file of questions."""
    questions_path: str | None = None
    """The user's file; absolute."""
    against: str | None = None
    """Another checkpoint that is asked the same, such as the parent: before and after."""
    judge: str | None = None
    """A model of a connected server that judges the free text of a file, ``SERVER:MODEL``; None
    compares words."""
    samples: int = 8
    """Answers drawn to each question, beside the greedy ones."""
    temperature: float = 0.8
    per_group: int = 200
    """Questions of each group; of facts only."""
    split: ProbeSplit = "heldout"
    """Whose facts: people held out from all conversations, or those that recipes are tuned on."""
    seed: int = 1
    detectors: bool = True
    """Whether to fit and ask the detectors that look into the model, which takes a while."""
    sha256: str | None = None
    """Of the checkpoint's weights when the probe was made: a resumed one asks the same model."""
    against_sha256: str | None = None

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ProbeError(
                f"source = {self.source!r} is none of {', '.join(SOURCES)}. Choose one."
            )
        if (self.source == "file") != (self.questions_path is not None):
            raise ProbeError(
                f"A probe of {self.source} was given {self.questions_path!r} as its questions. "
                "Give a file of questions, or leave it out to ask about the web's facts."
            )
        if self.source == "facts" and self.judge is not None:
            raise ProbeError(
                f"{self.judge[:80]!r} was to judge, but a web judges its own facts: a judge is for "
                "the free text of a file. Give a file of questions, or leave the judge out."
            )
        if self.split not in PROBE_SPLITS:
            raise ProbeError(
                f"split = {self.split!r} is none of {', '.join(PROBE_SPLITS)}. Choose one."
            )
        if not 0 <= self.samples <= MAX_SAMPLES:
            raise ProbeError(
                f"{self.samples} samples are outside 0 to {MAX_SAMPLES}. Change --samples."
            )
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ProbeError(
                f"A temperature of {self.temperature} cannot be drawn at. Use 0 or more, such as "
                "0.8."
            )
        if self.per_group < 1:
            raise ProbeError(
                f"{self.per_group} questions a group were asked for. Ask at least 1 of each."
            )

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @staticmethod
    def from_json(data: Any, where: Path) -> ProbePlan:
        """Read what ``to_json`` wrote.

        Raises:
            ProbeError: it is something else; the sentence names ``where``.
        """
        known = {field.name for field in fields(ProbePlan)}
        if not isinstance(data, dict) or "checkpoint" not in data or not data.keys() <= known:
            raise ProbeError(f"{where} is no plan of a probe. Restore it, or start a new probe.")
        try:
            return ProbePlan(**data)
        except TypeError as error:  # a value of another type, which no comparison takes
            raise ProbeError(
                f"{where} garbles the plan: {error}. Restore it, or start a new probe."
            ) from error


def probed(name: str) -> CheckpointInfo:
    """The checkpoint of a name that may end in ``@int8`` and the like.

    Raises:
        CheckpointError: there is none.
    """
    return find_checkpoint(split_name(name)[0])


def default_against(info: CheckpointInfo) -> str | None:
    """Whom to compare with unless somebody says: the parent, where it answers questions too.

    A base model answers another kind of prompt, so its figures are no "before" of a chat model's.
    """
    if info.parent is None:
        return None
    try:
        parent = find_checkpoint(info.parent)
    except CheckpointError:
        return None
    return info.parent if parent.chats else None
