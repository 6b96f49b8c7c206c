"""Answers of one way to all questions, each written down before the next are asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import __version__
from engine.files import make_folder
from engine.idk.alternatives.ways import Answers
from engine.probes.asking import answer_of
from engine.probes.judges import AnswerJudge, judge_all
from engine.probes.knowledge import category
from engine.probes.question import Question
from engine.probes.record import Record
from engine.probes.store import AnswerFile, read_records
from engine.telling import Tell, now_and_then

AT_ONCE = 128
"""Questions asked together: what an interruption may lose."""
TELL_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Asks the same questions of each way, and keeps the answers in a folder.

    Args:
        folder: where.
        questions: all of them.
        judge: of the answers.
        tell: takes a line of progress now and then.
    """

    folder: Path
    questions: Sequence[Question]
    judge: AnswerJudge
    tell: Tell

    def records(self, way: str, sha256: str, ready: Callable[[], Answers]) -> list[Record]:
        """The answers of a way, one a question and in order; those not there yet are asked for.

        Args:
            way: its name, which with the weights and the questions says what is asked.
            sha256: of the weights.
            ready: makes ready to ask, such as loading a model; not called if nothing is left.

        Raises:
            LabError: the disk is full, or a question does not fit.
        """
        make_folder(self.folder)
        path = self._path(way, sha256)
        file = AnswerFile(path)
        if left := file.left(self.questions):
            answers, tell = ready(), now_and_then(self.tell, TELL_EVERY_S)
            for begin in range(0, len(left), AT_ONCE):
                file.append(self._ask(left[begin : begin + AT_ONCE], answers))
                tell(f"{way}: {len(file.done)} of {len(self.questions)} answers")
        found = {record.id: record for record in read_records(path)}
        return [found[question.id] for question in self.questions]

    def _ask(self, questions: Sequence[Question], answers: Answers) -> list[Record]:
        rows = answers([question.text for question in questions])
        said = [(q, row.text.strip()) for q, row in zip(questions, rows, strict=True)]
        verdicts = judge_all(self.judge, said)
        greedy = [answer_of(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]
        return [
            Record(
                id=question.id,
                greedy=answer,
                contexts=(),
                samples=(),
                category=category(answer, (), ()),
                scores={},
            )
            for question, answer in zip(questions, greedy, strict=True)
        ]

    def _path(self, way: str, sha256: str) -> Path:
        """Other weights, or other questions, have another file."""
        asked = [(question.id, question.text) for question in self.questions]
        text = json.dumps([__version__, way, sha256, asked])
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return self.folder / f"{way}-{digest}.jsonl"
