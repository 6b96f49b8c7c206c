"""A run's checkpoint: weights, tokenizer, curve and manifest in the run's folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from engine.background import now
from engine.checkpoint import save_checkpoint
from engine.files import read_jsonl
from engine.manifest import CheckpointInfo
from engine.model import Transformer
from engine.tool_prompt import TOOL_NAMES
from engine.train.corpus import data_hash
from engine.train.journal import Journal
from engine.train.recipe import Recipe
from engine.train.setup import Setup

CURVE_POINTS = 400
THINNED, MEASURED = ("step", "rl"), ("eval", "rl_eval")
"""Kinds of events: those of steps, of which there are many, and those between steps."""


def finish(model: Transformer, setup: Setup, journal: Journal, step: int) -> None:
    """Do to the weights, in place, what the stage does to those that it publishes.

    Of a run that was stopped as well: who tries its checkpoint expects an assistant as the stage
    makes them. The state to resume from must have been saved, for what is learned goes on from the
    weights before.
    """
    if setup.finish is not None:
        figures = setup.finish(model)
        journal.event("finish", step=step, **figures)


def publish(
    model: Transformer,
    recipe: Recipe,
    setup: Setup,
    journal: Journal,
    step: int,
    metrics: Mapping[str, float],
    *,
    tokens: int,
) -> Path:
    """Write ``checkpoints/step-N`` and drop older ones; ``tokens`` have been learned from.

    Raises:
        LabError: the disk is full; older checkpoints are kept.
    """
    folder = journal.status.path / "checkpoints" / f"step-{step:07d}"
    parent = setup.parent
    save_checkpoint(
        folder,
        model,
        setup.tokenizer,
        {
            "stage": recipe.stage,
            "preset": recipe.preset,
            "parent": None if parent is None else {"name": parent.name, "sha256": parent.sha256},
            "created": now(),
            "step": step,
            "tokens": tokens,
            "seed": recipe.seed,
            "tools": _tools(recipe, parent),
            "recipe": recipe.to_json(),
            "data_sha256": data_hash([*setup.practice, *setup.documents]),
            **({} if setup.data is None else {"data": setup.data}),
            "metrics": dict(metrics),
        },
        extra_files={"curve.jsonl": _curve(journal.status.path)},
    )
    journal.event("checkpoint", step=step, name=journal.status.name)
    for other in folder.parent.glob("step-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder


def _tools(recipe: Recipe, parent: CheckpointInfo | None) -> list[str]:
    """Names of the tools that the checkpoint has learned to call: the stage ``rl`` teaches none."""
    if recipe.stage == "rl" and parent is not None:
        return list(parent.tools)
    return list(TOOL_NAMES) if recipe.tool_share else []


def _curve(run: Path) -> bytes:
    """What the run measured, and of its steps ``CURVE_POINTS`` of each kind."""
    wanted = (*THINNED, *MEASURED)
    events = [e for e in read_jsonl(run / "events.jsonl") if e["type"] in wanted]
    shown: set[int] = set()
    for kind in THINNED:
        steps = [i for i, event in enumerate(events) if event["type"] == kind]
        shown |= {*steps[:: max(1, len(steps) // CURVE_POINTS)], *steps[-1:]}
    kept = [event for i, event in enumerate(events) if event["type"] in MEASURED or i in shown]
    return "".join(json.dumps(event) + "\n" for event in kept).encode()
