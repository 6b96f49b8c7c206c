"""Measure a checkpoint, write its model card and put it where shipped checkpoints lie.

``python -m engine.evals.ship RUN nano/base``: the card's figures are those that ``llmlab eval``
prints, taken from the very weights that ship.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from engine import paths
from engine.checkpoint import write_manifest
from engine.errors import CheckpointError
from engine.evals.card import card
from engine.evals.card_rl import CURVE, kept
from engine.evals.rl_curve import curve
from engine.evals.shipped import replaced, shipped_name
from engine.evals.tasks import DEFAULT_TASKS, run_task
from engine.files import read_json, read_jsonl
from engine.local import LocalModel
from engine.manifest import CheckpointInfo, find_checkpoint, read_manifest, verify
from engine.rl.plan import RlPlan

REFUSED = ("head", "unseen")
"""Tiers whose share of refusals is what a checkpoint of the stage ``idk`` is known by."""
EVAL = "eval.json"


def ship(source: str, name: str) -> Path:
    """Write ``checkpoints/NAME`` from a run's newest checkpoint; returns the folder.

    Raises:
        CheckpointError: no such run, a damaged checkpoint, or a parent to compare with is gone.
    """
    info = find_checkpoint(source)
    local = LocalModel.load(source)
    manifest = read_manifest(info.path)
    if manifest["parent"] is not None:
        # The parent ships too: name it as users will find it.
        manifest["parent"]["name"] = shipped_name(manifest["parent"])
    tasks = [*DEFAULT_TASKS, *(["tools"] if info.tools else [])]
    figures = {task: run_task(task, local) for task in tasks}
    metrics = {
        **manifest["metrics"],
        **{f"facts_{tier}": f["correct"] for tier, f in figures["facts"].items()},
        "val_bpb": figures["bpb"]["bits_per_byte"],
    }
    if info.stage == "idk":
        metrics |= {f"refused_{tier}": figures["facts"][tier]["abstained"] for tier in REFUSED}
    written: dict[str, str] = {}
    events: list[dict[str, Any]] = []
    if info.stage == "rl":
        events = _events(info)
        measured = [event for event in events if event["type"] == "rl_eval"]
        plan = RlPlan.from_json(manifest["recipe"]["rl"])
        written[CURVE] = curve(measured, cold_start=plan.cold_start)
        figures |= _beside_parent(local, manifest["parent"], plan, figures)
        of_tasks = figures["verified"].items()
        metrics |= {f"{task}_pass_at_1": f["after"]["pass_at_1"] for task, f in of_tasks}
    written["README.md"] = card(name, manifest, figures, events)
    written[EVAL] = json.dumps(figures, indent=1) + "\n"
    target = paths.shipped_folder() / name
    with replaced(target) as folder:
        shutil.copytree(info.path, folder, dirs_exist_ok=True)
        for file, text in written.items():
            (folder / file).write_text(text, "utf-8")
        about = {k: v for k, v in manifest.items() if k not in ("format", "files")}
        write_manifest(folder, {**about, "metrics": metrics})
        verify(folder)
    return target


def _events(info: CheckpointInfo) -> list[dict[str, Any]]:
    """What the run of a checkpoint of the stage ``rl`` measured.

    Raises:
        CheckpointError: it has attempted nothing.
    """
    events = list(read_jsonl(info.path / "curve.jsonl"))
    if not any(event["type"] == "rl" for event in events):
        raise CheckpointError(
            f"{info.path} comes from before the first attempts of its run. Let it train on."
        )
    return events


def _beside_parent(
    local: LocalModel, about: dict[str, str], plan: RlPlan, figures: dict[str, Any]
) -> dict[str, Any]:
    """The tasks of ``plan``, of the parent and of ``local``; and what became of ``figures``.

    Raises:
        CheckpointError: the parent is gone, or another checkpoint has its name.
    """
    parent = find_checkpoint(about["name"])
    if parent.sha256 != about["sha256"]:
        raise CheckpointError(
            f"{parent.path} has other weights than the parent of this run had, so the two cannot "
            "be compared. Bring the parent back, or train again from the one there is."
        )
    first = LocalModel.load(parent.name)
    before = parent.path / EVAL
    return {
        "verified": {
            task: {"before": run_task(task, first), "after": run_task(task, local)}
            for task in plan.tasks
        },
        # A parent that does not ship was not measured.
        "kept": kept(read_json(before), figures) if before.is_file() else {},
    }


if __name__ == "__main__":
    print(ship(sys.argv[1], sys.argv[2]))
