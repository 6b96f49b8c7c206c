"""A run's checkpoint: weights, tokenizer, curve and manifest in the run's folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from engine.background import now
from engine.checkpoint import save_checkpoint
from engine.files import read_jsonl
from engine.model import Transformer
from engine.tool_prompt import TOOL_NAMES
from engine.train.corpus import data_hash
from engine.train.journal import Journal
from engine.train.recipe import Recipe
from engine.train.setup import Setup

CURVE_POINTS = 400


def publish(
    model: Transformer,
    recipe: Recipe,
    setup: Setup,
    journal: Journal,
    step: int,
    metrics: Mapping[str, float],
) -> Path:
    """Write ``checkpoints/step-N`` and drop older ones.

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
            "tokens": step * recipe.batch_tokens,
            "seed": recipe.seed,
            "tools": list(TOOL_NAMES) if recipe.tool_share else [],
            "recipe": recipe.to_json(),
            "data_sha256": data_hash(setup.documents),
            "metrics": dict(metrics),
        },
        extra_files={"curve.jsonl": _curve(journal.status.path)},
    )
    journal.event("checkpoint", step=step, name=journal.status.name)
    for other in folder.parent.glob("step-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder


def _curve(run: Path) -> bytes:
    """The run's step and eval events, thinned to ``CURVE_POINTS``."""
    events = [e for e in read_jsonl(run / "events.jsonl") if e["type"] in ("step", "eval")]
    steps = [i for i, event in enumerate(events) if event["type"] == "step"]
    shown = {*steps[:: max(1, len(steps) // CURVE_POINTS)], *steps[-1:]}
    kept = [event for i, event in enumerate(events) if event["type"] == "eval" or i in shown]
    return "".join(json.dumps(event) + "\n" for event in kept).encode()
