"""What came of a run on held-out problems, the same ones for all; kept once it is measured."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import random
from pathlib import Path

from engine import __version__
from engine.errors import LabError
from engine.evals.verified import N_PROBLEMS, N_SAMPLES, Figures, heldout, verified
from engine.files import make_folder, read_json, write_json
from engine.local import LocalModel
from engine.manifest import CheckpointInfo
from engine.rl.comparison.drift import drift
from engine.rl.comparison.wanted import Comparison
from engine.tasks.catalogue import task_named

SEED = "eval"
"""That of ``llmlab eval``: it prints the same figures of the same checkpoint."""


class Measuring:
    """Measures checkpoints of one comparison.

    Args:
        wanted: how many problems of which task.
        folder: of the parent's weights: keeps the figures.
        parent: what the runs began from.
    """

    def __init__(self, wanted: Comparison, folder: Path, parent: CheckpointInfo) -> None:
        self._folder, self._parent = folder, parent
        self._task = task_named(wanted.task)
        self.n_problems = N_PROBLEMS if wanted.n_problems is None else wanted.n_problems
        self.n_samples = N_SAMPLES if wanted.n_samples is None else wanted.n_samples

    def figures(self, info: CheckpointInfo) -> Figures:
        """Those of ``engine.evals.verified``, how many ``samples`` of each problem they are of,
        and ``kl``: nats a token from the parent.

        Raises:
            CheckpointError: it is damaged.
            RunError: a number is below 1, or no problem is held out.
            RequestError: a problem does not fit the context.
            LabError: the disk is full.
        """
        path = self._path(info.sha256)
        with contextlib.suppress(LabError):  # not there or damaged: measured again
            kept = read_json(path)
            if isinstance(kept, dict) and "kl" in kept:
                return kept
        local = LocalModel.open(info)
        figures = verified(
            local, self._task, n_problems=self.n_problems, n_samples=self.n_samples, seed=SEED
        )
        figures["samples"] = self.n_samples
        figures["kl"] = 0.0 if info.sha256 == self._parent.sha256 else self._kl(local)
        make_folder(self._folder)
        write_json(path, figures)
        return figures

    def _kl(self, local: LocalModel) -> float:
        rng = random.Random(f"{SEED}:{self._task.name}")
        problems = heldout(self._task, self.n_problems, rng)
        return drift(local, self._parent_model, self._task, problems, seed=SEED)

    @functools.cached_property
    def _parent_model(self) -> LocalModel:
        return LocalModel.open(self._parent)

    def _path(self, sha256: str) -> Path:
        """Other weights, problems or code have another file."""
        asked = [__version__, sha256, self._task.name, self.n_problems, self.n_samples]
        digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]
        return self._folder / f"figures-{digest}.json"
