"""What the parent knows, asked once and handed to each run that trains on it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.web import Web
from engine.files import make_folder
from engine.idk.pipeline import FOLDER, Pipeline
from engine.local import LocalModel
from engine.runs import RunStatus, new_status
from engine.telling import Tell, now_and_then
from engine.train.journal import Journal
from engine.train.recipe import Recipe

TELL_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """The steps of the pipeline before training, in a folder of their own.

    Args:
        folder: of one parent's weights.
        recipe: of one of the runs; what it asks decides, not how it trains.
        tell: takes a line of progress now and then.
    """

    folder: Path
    recipe: Recipe
    tell: Tell

    def run(self, parent: LocalModel, web: Web) -> None:
        """Ask what has not been asked.

        Raises:
            LabError: the disk is full, or the parent knows all.
        """
        make_folder(self._own)
        journal = _Narrated(new_status(self.recipe, self._own, parent.info.name), self.tell)
        Pipeline(self.recipe, parent, web, journal, lambda: None).run()

    def hand_to(self, run: RunStatus) -> None:
        """Give a new run the steps, all or none of them.

        Raises:
            OSError: the disk is full.
        """
        shutil.copytree(self._own / FOLDER, run.path / f".{FOLDER}")
        (run.path / f".{FOLDER}").rename(run.path / FOLDER)

    @property
    def _own(self) -> Path:
        asking = [self.recipe.n_questions, self.recipe.n_strangers, self.recipe.seed]
        text = json.dumps([self.recipe.to_json()["world"], asking], sort_keys=True)
        return self.folder / f"asked-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class _Narrated(Journal):
    """Says now and then how far the asking is, and keeps no events: no run is being trained."""

    def __init__(self, status: RunStatus, tell: Tell) -> None:
        super().__init__(status)
        self._tell = now_and_then(tell, TELL_EVERY_S)

    def event(self, kind: str, **values: Any) -> None:
        if kind == "table":
            self._tell(
                f"what the parent knows, {values['name']}: {values['done']} of {values['total']}"
            )
