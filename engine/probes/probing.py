"""Carry out a probe in this process: ask what is left of it, and work out its figures.

First development questions, which the detectors are fitted on; then the questions of the probe;
then the same to the checkpoint that it is compared with. Each answer is written down before the
next ones are asked for, so whatever ends the process, a resumed one goes on behind the last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from engine.background import locked
from engine.errors import LabError, ProbeError
from engine.files import disk_error, write_json
from engine.lacking import sentence_for
from engine.local import LocalModel
from engine.native import prepare as native_code
from engine.probes import store
from engine.probes.agreement import answer_scores
from engine.probes.asking import Asked, Asker
from engine.probes.choosing import (
    development_questions,
    probe_questions,
    prompts_for,
    web_of_checkpoint,
)
from engine.probes.figures import figures
from engine.probes.jobs import ProbeStatus, check_unchanged, read_probe
from engine.probes.journal import ProbeJournal
from engine.probes.judges import AnswerJudge, ServerJudge, judges_for
from engine.probes.knowledge import category
from engine.probes.plan import probed
from engine.probes.question import Question
from engine.probes.reader import ProbeReader
from engine.probes.record import Answer, Record
from engine.probes.server_chat import ServerChat
from engine.probes.store import AnswerFile


class Scorer(Protocol):
    """What looks into the model (``engine.probes.detectors.Detectors``)."""

    def scores(
        self, questions: Sequence[Question], greedy: Sequence[Answer]
    ) -> list[dict[str, float]]:
        """Detector to score, for each question."""
        ...


class _StopWanted(Exception):  # noqa: N818 - not an error
    """Somebody asked the probe to stop."""


def run_probe(name: str, watch: Callable[[ProbeStatus], None] | None = None) -> ProbeStatus:
    """Do what is left of the probe ``name``; every end is written to its status.

    Args:
        name: of a probe that ``create_probe`` or ``prepare_resume`` has made ready.
        watch: called with each status that is written, from a thread too.

    Returns:
        The last status: done, or stopped as somebody asked.

    Raises:
        LabError: it cannot go on, or another process is at it.
        KeyboardInterrupt: passed on; what was answered is kept, and the probe is stopped.
    """
    status = read_probe(name)
    try:
        lock = (status.path / "lock").open("w")
    except OSError as error:
        raise disk_error(status.path / "lock", error) from error
    with lock:
        if not locked(lock):
            # Looks lost after a long sleep of the machine, but its process goes on.
            raise ProbeError(f"The probe {name!r} has a living process already.")
        journal = ProbeJournal(replace(status, pid=os.getpid()), watch)
        beating = journal.keep_beating()
        try:
            return _run(journal)
        finally:
            beating.set()


def _run(journal: ProbeJournal) -> ProbeStatus:
    work = None
    try:
        journal.write(state="running", message="loading the model and its web")
        work = _Work(journal)
        work.answer_all()
        work.write_figures()
        journal.ended("done")
    except _StopWanted:
        _stopped(journal, work, "Stopped; resume it to go on.")
    except KeyboardInterrupt:
        _stopped(journal, work, "Interrupted; resume it to go on.")
        raise
    except Exception as error:
        log = journal.status.path / "log.txt"
        bug = f"A bug ended the probe; {log} may hold the traceback. Resume it to go on."
        said = sentence_for(error, "the probe", bug)
        journal.failed(str(error) if isinstance(error, LabError) else said)
        raise
    return journal.status


def _stopped(journal: ProbeJournal, work: _Work | None, message: str) -> None:
    if work is not None:
        work.write_figures()
    journal.ended("stopped", message)


class _Work:
    """A probe with its checkpoint and its questions."""

    def __init__(self, journal: ProbeJournal) -> None:
        self._journal = journal
        self._folder = journal.status.path
        self._plan = ProbeReader(self._folder).plan
        check_unchanged(self._plan)
        info = probed(self._plan.checkpoint)
        self._web = web_of_checkpoint(info)
        self._questions = probe_questions(self._folder, self._plan, info, self._web)

    def answer_all(self) -> None:
        """Ask whatever has no answer yet.

        Raises:
            LabError: a checkpoint is damaged, the disk is full, or the judge's server is lost.
        """
        plan = self._plan
        fitting = development_questions(self._folder, plan, self._web)
        counted = [
            (fitting, store.DEVELOPMENT_ANSWERS),
            (self._questions, store.ANSWERS),
            (self._questions if plan.against else [], store.ANSWERS_AGAINST),
        ]
        files = [AnswerFile(self._folder / name) for _, name in counted]
        self._journal.write(
            total=sum(len(questions) for questions, _ in counted),
            done=sum(len(file.done) for file in files),
        )
        development, answers, against = files
        # Waited for: begun without compiled code, an answer's figures are rounded otherwise, and a
        # probe that was resumed would not be the one that was left alone.
        native_code().result()
        free = None if plan.judge is None else ServerJudge(ServerChat.named(plan.judge))
        with judges_for(self._web, free=free) as judge:
            self._answer_with_detectors(judge, fitting, development, answers)
            if plan.against is not None and against.left(self._questions):
                self._journal.write(message=f"asking {plan.against}, to compare")
                asker = self._asker(LocalModel.load(plan.against), judge)
                self._answer(asker, self._questions, against)

    def _answer_with_detectors(
        self,
        judge: AnswerJudge,
        fitting: list[Question],
        development: AnswerFile,
        answers: AnswerFile,
    ) -> None:
        """The probe's own questions; the model is dropped behind them, to make room."""
        if not answers.left(self._questions):
            return
        local = LocalModel.load(self._plan.checkpoint)
        asker = self._asker(local, judge)
        if fitting:
            self._journal.write(message="asking development questions, to fit the detectors")
            self._answer(asker, fitting, development)
        scorer = self._fitted(local, fitting) if self._plan.detectors else None
        self._journal.write(message=f"asking {self._plan.checkpoint}")
        self._answer(asker, self._questions, answers, scorer)

    def _fitted(self, local: LocalModel, questions: list[Question]) -> Scorer:
        from engine.probes.detectors import Detectors

        detectors = Detectors(local, self._web)
        if questions:
            self._journal.write(message="fitting the detectors")
            by_id = {r.id: r for r in store.read_records(self._folder / store.DEVELOPMENT_ANSWERS)}
            detectors.fit(questions, [by_id[question.id] for question in questions])
        return detectors

    def _asker(self, local: LocalModel, judge: AnswerJudge) -> Asker:
        return Asker(local, prompts_for(local.info), judge, self._plan)

    def _answer(
        self,
        asker: Asker,
        questions: Sequence[Question],
        answers: AnswerFile,
        scorer: Scorer | None = None,
    ) -> None:
        self._stop_if_wanted()
        for group in asker.ask(answers.left(questions)):
            scores: list[dict[str, float]] = [{} for _ in group]
            if scorer is not None:
                scores = scorer.scores([a.question for a in group], [a.greedy for a in group])
            answers.append([_record(a, more) for a, more in zip(group, scores, strict=True)])
            self._journal.answered(len(group))
            self._stop_if_wanted()

    def _stop_if_wanted(self) -> None:
        if self._journal.stop_wanted:
            raise _StopWanted

    def write_figures(self) -> None:
        """Write ``figures.json`` of what there is.

        Raises:
            LabError: the disk is full, or an answers file cannot be read.
        """
        reader, plan = ProbeReader(self._folder), self._plan
        compared = plan.against is not None and (self._folder / store.ANSWERS_AGAINST).exists()
        found = figures(
            self._questions,
            reader.records(),
            reader.before() if compared else None,
            store.read_records(self._folder / store.DEVELOPMENT_ANSWERS),
        )
        write_json(self._folder / store.FIGURES, {"plan": plan.to_json(), **found})


def _record(asked: Asked, more: dict[str, float]) -> Record:
    return Record(
        id=asked.question.id,
        greedy=asked.greedy,
        contexts=asked.contexts,
        samples=asked.samples,
        category=category(asked.greedy, asked.contexts, asked.samples),
        scores={**answer_scores(asked.greedy, asked.samples), **more},
    )
