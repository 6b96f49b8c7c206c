"""Scripted probes: questions and answers of any number, and a probe that fills in as it is read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import ProbeError
from engine.probes.jobs import ProbeStatus
from engine.probes.plan import ProbePlan
from engine.probes.question import Question
from engine.probes.record import CATEGORIES, OUTCOMES, Answer, Outcome, Record
from tui.probes.source import Folder, Listed

GROUPS = ("head", "torso", "tail", "unseen")


def question(number: int, **values: Any) -> Question:
    """One about somebody."""
    group = GROUPS[number % len(GROUPS)]
    plain = Question(
        id=f"{group}/{number}",
        text=f"Where was Person {number} born?",
        answer="Dunbury",
        judging="world",
        group=group,
        entity=f"Person {number}",
        attribute="birthplace",
        exposures=number,
    )
    return replace(plain, **values)


def answer(outcome: Outcome, text: str = "", value: str = "dunbury") -> Answer:
    """One that came out so."""
    return Answer(
        text=text or f"An answer that is {outcome}.",
        outcome=outcome,
        value=value,
        mean_logprob=-0.1,
        min_logprob=-0.7,
        n_tokens=9,
    )


def record(asked: Question, rng: random.Random, *, samples: int = 8, wordings: int = 2) -> Record:
    """One with outcomes drawn at random."""
    said = [answer(rng.choice(OUTCOMES)) for _ in range(1 + wordings + samples)]
    return Record(
        id=asked.id,
        greedy=said[0],
        contexts=tuple(said[1 : 1 + wordings]),
        samples=tuple(said[1 + wordings :]),
        category=rng.choice(CATEGORIES),
        scores={"agreement": 0.75, "confidence": rng.random()},
    )


def probe_status(name: str, state: Any, **values: Any) -> ProbeStatus:
    """A probe of ``nano/sft`` on paper."""
    status = ProbeStatus(
        name=name,
        checkpoint="nano/sft",
        state=state,
        done=0,
        total=0,
        pid=None,
        started="2026-11-22T10:00:00Z",
        message="",
        heartbeat=0.0,
        path=Path("/nowhere") / name,
    )
    return replace(status, **values)


class ScriptedFolder:
    """A probe's folder in memory; gives ``pace`` records at each look."""

    def __init__(
        self,
        questions: Sequence[Question],
        records: Sequence[Record],
        *,
        before: Sequence[Record] = (),
        pace: int = 10_000,
        found: dict[str, Any] | None = None,
        plan: ProbePlan | None = None,
    ) -> None:
        self.plan = plan or ProbePlan(
            checkpoint="nano/sft", against="nano/base" if before else None
        )
        self.asked, self.records, self.before = questions, list(records), list(before)
        self.pace, self.found = pace, found
        self.sentences: Sequence[str] = ()

    def questions(self) -> Sequence[Question]:
        """All at once."""
        return self.asked

    def new_records(self) -> Sequence[Record]:
        """The next of them."""
        return self._next(self.records)

    def new_before(self) -> Sequence[Record]:
        """The next of them."""
        return self._next(self.before)

    def _next(self, waiting: list[Record]) -> Sequence[Record]:
        new = waiting[: self.pace]
        del waiting[: self.pace]
        return new

    def figures(self) -> dict[str, Any] | None:
        """What was put there."""
        return self.found

    def left_out(self) -> Sequence[str]:
        """What was put there."""
        return self.sentences


@dataclass
class ScriptedProbes:
    """Probes in memory, with the rules of the real ones."""

    all: list[Listed] = field(default_factory=list)
    folders: dict[str, Folder] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, status: ProbeStatus, folder: Folder, *, shipped: bool = False) -> Listed:
        """Put a probe there as if it had been found on disk."""
        listed = Listed(status, shipped)
        self.all.insert(0, listed)
        self.folders[listed.key] = folder
        return listed

    def listed(self) -> list[Listed]:
        """Newest first."""
        return list(self.all)

    def folder(self, listed: Listed) -> Folder:
        """What was put there."""
        return self.folders[listed.key]

    def start(self, plan: ProbePlan) -> str:
        """A probe of three questions, at work."""
        self.calls.append(("start", plan))
        name = f"{plan.source}-{len(self.all) + 1:04d}"
        asked = [question(number) for number in range(3)]
        status = probe_status(name, "running", checkpoint=plan.checkpoint, done=1, total=3)
        self.add(status, ScriptedFolder(asked, (), plan=plan))
        return name

    def resume(self, name: str) -> None:
        """Running again."""
        self._change("resume", name, "running")

    def stop(self, name: str) -> None:
        """Obeyed at once."""
        self._change("stop", name, "stopped")

    def _change(self, call: str, name: str, state: Any) -> None:
        self.calls.append((call, name))
        for number, each in enumerate(self.all):
            if each.status.name == name:
                self.all[number] = replace(each, status=replace(each.status, state=state))
                return
        raise ProbeError(f"There is no probe {name!r}.")
