"""Folders of runs on paper, for tests of what looks at runs and keeps them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine import paths


def make_run(name: str, *, state: str = "done", stage: str = "base", **values: Any) -> Path:
    """A run's folder with its status; ``events`` are the lines of its log."""
    events: Iterable[dict[str, Any]] = values.pop("events", ())
    folder = paths.runs_folder() / name
    folder.mkdir(parents=True)
    status = {
        "name": name,
        "state": state,
        "pid": None,
        "started": "2026-11-20T10:00:00Z",
        "message": "",
        "heartbeat": 0.0,
        "path": None,
        "stage": stage,
        "preset": "pico",
        "step": 60,
        "total_steps": 60,
        "parent": None,
        **values,
    }
    (folder / "status.json").write_text(json.dumps(status))
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    return folder


def add_checkpoint(run: Path, *, parent: tuple[str, str] | None = None, **values: Any) -> str:
    """A checkpoint of which only the manifest is there; gives the hash of its weights."""
    sha = hashlib.sha256(str(run).encode()).hexdigest()
    folder = run / "checkpoints" / "step-0000060"
    folder.mkdir(parents=True)
    manifest = {
        "format": 1,
        "stage": "base",
        "preset": "pico",
        "n_params": 1000,
        "max_seq_len": 256,
        "parent": None if parent is None else {"name": parent[0], "sha256": parent[1]},
        "created": "2026-11-20T10:01:00Z",
        "step": 60,
        "tokens": 122880,
        "metrics": {"val_bpb": 2.5},
        "files": {"model.safetensors": {"size": 1, "sha256": sha}},
        **values,
    }
    (folder / "run.json").write_text(json.dumps(manifest))
    return sha


def steps(n: int, *, first: int = 1, **values: Any) -> list[dict[str, Any]]:
    """What a run of so many steps writes of them."""
    return [
        {
            "type": "step",
            "step": step,
            "tokens": step * 2048,
            "loss": 6.0 - step / n,
            "bpb": 3.0 - step / n,
            "lr": 0.01,
            "elapsed_s": step * 0.5,
            **values,
        }
        for step in range(first, first + n)
    ]
