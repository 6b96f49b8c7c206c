"""What a probe asks: its questions and those for its detectors, made once, kept in its folder."""

from __future__ import annotations

from pathlib import Path

from engine.data.entities import TIERS
from engine.data.web import Web, web_of
from engine.dialect import load_dialect
from engine.errors import ProbeError
from engine.evals.tasks import recipe_of
from engine.files import write_json
from engine.manifest import CheckpointInfo
from engine.probes import store
from engine.probes.makers.file import read_questions
from engine.probes.makers.world import world_questions
from engine.probes.plan import ProbePlan, probed
from engine.probes.prompts import Prompts
from engine.probes.question import Question

DEVELOPMENT_PER_GROUP = 60
"""Questions of each group that detectors are fitted on and calibrated with."""


def web_of_checkpoint(info: CheckpointInfo) -> Web | None:
    """The web that a checkpoint was trained on, if any."""
    return None if info.imported else web_of(recipe_of(info).world)


def prompts_for(info: CheckpointInfo) -> Prompts:
    """How a checkpoint is asked; a base model with examples from its own web."""
    return Prompts(info, load_dialect(info), None if info.chats else web_of_checkpoint(info))


def probe_questions(
    folder: Path, plan: ProbePlan, info: CheckpointInfo, web: Web | None
) -> list[Question]:
    """The probe's questions: those that can be asked, and in another file word of the others.

    Raises:
        LabError: there is none that can be asked, the user's file cannot be read, or the disk is
            full.
    """
    path = folder / store.QUESTIONS
    if path.exists():
        return store.read_questions(path)
    left_out: list[str] = []
    if plan.questions_path is not None:
        source = Path(plan.questions_path)
        found, bad_lines = read_questions(source)
        left_out += [f"{source.name}, line {bad.line}: {bad.why}" for bad in bad_lines]
    else:
        assert web is not None, "create_probe wants a file for a checkpoint without a web"
        found = world_questions(web, split=plan.split, per_group=plan.per_group)
    asked = [info] if plan.against is None else [info, probed(plan.against)]
    every = [prompts_for(each) for each in asked]
    fits = []
    for question in found:
        problem = next(filter(None, (prompts.problem(question) for prompts in every)), None)
        if problem is None:
            fits.append(question)
        else:
            left_out.append(f"Question {question.id!r}: {problem}")
    if not fits:
        why = f" {left_out[0]}" if left_out else ""
        raise ProbeError(f"There is no question that can be asked.{why}")
    write_json(folder / store.LEFT_OUT, left_out)
    store.write_questions(path, fits)  # last: where it stands, all is there
    return fits


def development_questions(folder: Path, plan: ProbePlan, web: Web | None) -> list[Question]:
    """What detectors are fitted on: none where the probe itself asks development people."""
    if web is None or not plan.detectors or plan.split == "development":
        return []
    path = folder / store.DEVELOPMENT_QUESTIONS
    if not path.exists():
        made = world_questions(web, split="development", per_group=DEVELOPMENT_PER_GROUP)
        # The tiers in the shares that a probe asks them in: who is calibrated on more strangers
        # than will come doubts too much.
        store.write_questions(path, [q for q in made if q.group in TIERS])
    return store.read_questions(path)
