"""From row to row: all ways on the same questions, what is done already from its folder.

The folder is named by the parent's weights; every file in it says what it is of. So the same
command goes on where it was broken off, and only what has changed is measured again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from engine import paths
from engine.background import locked
from engine.conversation import Turn
from engine.data.web import Web, web_of
from engine.errors import ProbeError
from engine.evals.tasks import recipe_of
from engine.files import disk_error
from engine.idk.alternatives import ways
from engine.idk.alternatives.asked_once import AskedOnce
from engine.idk.alternatives.measured import Measured
from engine.idk.alternatives.rows import Row, row_of
from engine.idk.alternatives.threshold import best_threshold, refusing_below
from engine.idk.alternatives.trained import trained
from engine.local import LocalModel
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.probes.judges import AnswerJudge, judges_for
from engine.probes.makers.world import SKILLS, TALK, world_questions
from engine.probes.plan import ProbePlan, ProbeSplit
from engine.probes.record import Record
from engine.telling import Tell
from engine.train.following import training_seconds
from engine.train.recipe import METHODS, Method, recipe

PLAIN = "plain"
"""A checkpoint asked as it is."""
TITLES: dict[Method, str] = {"rtuning": "R-Tuning", "dpo": "DPO"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What is compared, on which questions."""

    parent: str = "nano/sft"
    idk: str = "nano/idk"
    per_group: int = 200
    split: ProbeSplit = "heldout"
    steps: int | None = None
    """Of the two that are trained; None: as the recipes have it."""
    methods: tuple[Method, ...] = METHODS[1:]
    """The alternatives that are trained."""

    def __post_init__(self) -> None:
        # As a probe of the same facts would be refused.
        ProbePlan(checkpoint=self.parent, per_group=self.per_group, split=self.split)


def compare(wanted: Comparison, tell: Tell) -> Iterator[Row]:
    """Yield the rows, those that need no training first (``rows.in_order`` sorts them).

    Args:
        wanted: what to compare.
        tell: takes a line of progress now and then.

    Raises:
        CheckpointError: a checkpoint is missing, damaged or of no world of this lab.
        ProbeError: the two are of different worlds, or another process compares the same.
        RunError: another run is training, or one of these failed.
        LabError: the disk is full.
    """
    parent, idk = find_checkpoint(wanted.parent), find_checkpoint(wanted.idk)
    world = recipe_of(parent).world
    if recipe_of(idk).world != world:
        raise ProbeError(
            f"{idk.name} was trained on another web than {parent.name}, so they cannot be asked "
            "the same. Choose two of one web."
        )
    if not parent.chats or not idk.chats:
        base = idk.name if parent.chats else parent.name
        raise ProbeError(f"{base} answers no questions. Choose an assistant, such as nano/sft.")
    folder = paths.home() / "alternatives" / parent.sha256[:12]
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((folder / "lock").open("w"))
        except OSError as error:
            raise disk_error(folder, error) from error
        if not locked(lock):
            raise ProbeError(f"Another process compares in {folder} already. Wait for it.")
        web = web_of(world)
        judge = held.enter_context(judges_for(web))
        yield from _Work(wanted, parent, folder, web, judge, tell).rows(idk)


class _Work:
    """A comparison with its questions and its parent."""

    def __init__(
        self,
        wanted: Comparison,
        parent: CheckpointInfo,
        folder: Path,
        web: Web,
        judge: AnswerJudge,
        tell: Tell,
    ) -> None:
        self._wanted, self._parent, self._folder = wanted, parent, folder
        self._web, self._judge, self._tell = web, judge, tell
        self._measured = self._measure(wanted.split)

    def rows(self, idk: CheckpointInfo) -> Iterator[Row]:
        """All rows."""
        web, parent = self._web, self._parent
        yield self._row("parent", f"{parent.name} as it is", self._before)
        yield self._prompted("sentence", "asked for it in a sentence", lambda _: ways.told())
        yield self._prompted(
            "examples", "shown examples of it", lambda local: ways.shown(local, web)
        )
        yield self._threshold()
        if "search" in parent.tools:
            yield self._row("search", "search instead of refusing", self._searched())
        yield self._checkpoint("idk", idk.name, idk)
        for method in self._wanted.methods:
            yield self._trained(method)

    @functools.cached_property
    def _local(self) -> LocalModel:
        """The parent, loaded when something is left to ask it."""
        return LocalModel.open(self._parent)

    @functools.cached_property
    def _before(self) -> list[Record]:
        return self._plain(self._measured, self._parent)

    def _measure(self, split: ProbeSplit) -> Measured:
        questions = [
            question
            for question in world_questions(
                self._web, split=split, per_group=self._wanted.per_group
            )
            if question.group not in (SKILLS, TALK)
        ]
        return Measured(self._folder / "answers", questions, self._judge, self._tell)

    def _plain(self, measured: Measured, info: CheckpointInfo) -> list[Record]:
        def ready() -> ways.Answers:
            return ways.plainly(self._local if info == self._parent else LocalModel.open(info))

        return measured.records(PLAIN, info.sha256, ready)

    def _prompted(self, way: str, title: str, before: Callable[[LocalModel], list[Turn]]) -> Row:
        def ready() -> ways.Answers:
            return ways.plainly(self._local, before(self._local))

        return self._row(way, title, self._measured.records(way, self._parent.sha256, ready))

    def _threshold(self) -> Row:
        chosen_on = self._plain(self._measure("development"), self._parent)
        threshold = best_threshold(chosen_on)
        note = (
            f"answers of a confidence below {threshold:.3f} count as refusals; chosen on "
            f"{len(chosen_on)} development questions."
        )
        records = refusing_below(self._before, threshold)
        return self._row("threshold", "a threshold on its confidence", records, note=note)

    def _searched(self) -> list[Record]:
        with ExitStack() as held:

            def ready() -> ways.Answers:
                return held.enter_context(ways.searching(self._local, self._web))

            return self._measured.records("search", self._parent.sha256, ready)

    def _trained(self, method: Method) -> Row:
        usual = recipe("idk", self._parent.preset, method=method, steps=self._wanted.steps)
        taught = replace(usual, world=self._web.world.config)

        def ask() -> AskedOnce:
            asked = AskedOnce(self._folder, taught, self._tell)
            asked.run(self._local, self._web)
            return asked

        info = trained(taught, self._parent, ask, self._folder, self._tell)
        return self._checkpoint(method, TITLES[method], info)

    def _checkpoint(self, way: str, title: str, info: CheckpointInfo) -> Row:
        records = self._plain(self._measured, info)
        return self._row(way, title, records, info=info, training_s=training_seconds(info))

    def _row(
        self,
        way: str,
        title: str,
        records: list[Record],
        *,
        info: CheckpointInfo | None = None,
        training_s: float | None = 0.0,
        note: str = "",
    ) -> Row:
        asked = info or self._parent
        return row_of(
            self._measured.questions,
            records,
            self._before,
            way=way,
            title=title,
            checkpoint=asked.name,
            sha256=asked.sha256,
            training_s=training_s,
            note=note,
        )
