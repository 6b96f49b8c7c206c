"""The steps before training: from snippets to what is answered and what is refused.

Each step is a file in ``idk/`` of the run's folder, read again when it is there: a run that was
killed goes on with the step it was in, and no answer is asked for or judged twice. What each step
made is told in the run's journal as a ``table`` event, for whoever watches.
"""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Sequence

from engine.data.entities import Entity
from engine.data.web import Web
from engine.errors import RunError
from engine.files import make_folder, read_jsonl, write_jsonl
from engine.idk.asked import ask_about
from engine.idk.corpus import Known
from engine.idk.decide import Decision, decided
from engine.idk.snippets import Snippet, draw_snippets, people_asked
from engine.local import LocalModel
from engine.probes.asking import Asker
from engine.probes.judges import judges_for
from engine.probes.knowledge import category
from engine.probes.plan import ProbePlan
from engine.probes.prompts import Prompts
from engine.probes.question import Question
from engine.probes.record import CATEGORIES, Category, Record
from engine.probes.store import AnswerFile, read_questions, read_records, write_questions
from engine.train.journal import Journal
from engine.train.recipe import Recipe

FOLDER = "idk"
"""Of the steps, in the run's folder."""
SAMPLES, TEMPERATURE = 4, 0.8
TELL_EVERY_S = 2.0
SHOWN = 5
"""Rows of each table that the journal tells; the files have them all."""


class Pipeline:
    """Finds out what ``parent`` knows, step by step.

    Args:
        recipe: how many questions, and the seed of all draws.
        parent: whose knowledge is asked for.
        web: what is true.
        journal: of the run; asked between batches whether to go on.
        obey: waits while the run is paused and raises when it is to stop.
    """

    def __init__(
        self,
        recipe: Recipe,
        parent: LocalModel,
        web: Web,
        journal: Journal,
        obey: Callable[[], None],
    ) -> None:
        self._recipe, self._parent, self._web = recipe, parent, web
        self._journal, self._obey = journal, obey
        self.folder = journal.status.path / FOLDER
        self._began = time.monotonic()
        self.people = people_asked(web, recipe.n_strangers, recipe.seed)

    def run(self) -> Known:
        """Do what is not done yet; returns what to answer and what to refuse.

        Raises:
            RunError: the parent knows something of everything it was asked.
        """
        return self._decided(*self.asked())

    def asked(self) -> tuple[list[Question], list[Record]]:
        """The steps before the decision: each question, and what came of it."""
        make_folder(self.folder)
        snippets = self._snippets()
        questions = self._questions(snippets)
        records = self._answers(questions)
        self._judged(questions, records)
        return questions, records

    def _snippets(self) -> list[Snippet]:
        path = self.folder / "1-snippets.jsonl"
        if not path.exists():
            drawn = draw_snippets(
                self._web, self.people, self._recipe.n_questions, self._recipe.seed
            )
            write_jsonl(path, map(dataclasses.asdict, drawn))
        snippets = [Snippet(**line) for line in read_jsonl(path)]
        rows = [[s.group, s.text] for s in snippets[:SHOWN]]
        self._tell(1, "snippets", ["from", "snippet"], rows, len(snippets), len(snippets))
        return snippets

    def _questions(self, snippets: Sequence[Snippet]) -> list[Question]:
        path = self.folder / "2-questions.jsonl"
        if not path.exists():
            write_questions(path, ask_about(snippets, self._web, self.people, self._recipe.seed))
        questions = read_questions(path)
        rows = [[q.text, q.answer or ""] for q in questions[:SHOWN]]
        columns = ["question", "the snippet says"]
        self._tell(2, "questions", columns, rows, len(questions), len(questions))
        return questions

    def _answers(self, questions: Sequence[Question]) -> list[Record]:
        """Ask what has not been asked; the longest step, told as it goes."""
        path = self.folder / "3-answers.jsonl"
        file = AnswerFile(path)
        plan = ProbePlan(
            checkpoint=self._parent.info.name,
            samples=SAMPLES,
            temperature=TEMPERATURE,
            seed=self._recipe.seed,
        )
        prompts = Prompts(self._parent.info, self._parent.dialect, self._web)
        asker = Asker(self._parent, prompts, judges_for(self._web), plan)
        told, latest = 0.0, list[Record]()
        for asked in asker.ask(file.left(questions)):
            latest = [
                Record(
                    id=each.question.id,
                    greedy=each.greedy,
                    contexts=each.contexts,
                    samples=each.samples,
                    category=category(each.greedy, each.contexts, each.samples),
                    scores={},
                )
                for each in asked
            ]
            file.append(latest)
            if time.monotonic() - told > TELL_EVERY_S:
                self._tell_answers(latest, len(file.done), len(questions))
                told = time.monotonic()
            self._obey()
        records = {record.id: record for record in read_records(path)}
        ordered = [records[question.id] for question in questions]
        self._tell_answers(latest or ordered, len(ordered), len(questions))
        return ordered

    def _tell_answers(self, records: Sequence[Record], done: int, total: int) -> None:
        rows = [
            [record.id, record.greedy.text, record.greedy.outcome, _right(record)]
            for record in records[:SHOWN]
        ]
        self._tell(3, "answers", ["fact", "greedy answer", "judged", "right"], rows, done, total)

    def _judged(self, questions: Sequence[Question], records: Sequence[Record]) -> None:
        """What the model knows, by how often it has read it."""
        found: dict[str, Counter[Category]] = {}
        for question, record in zip(questions, records, strict=True):
            found.setdefault(question.group, Counter())[record.category] += 1
        rows = [[group, *(str(found[group][c]) for c in CATEGORIES)] for group in sorted(found)]
        self._tell(4, "knowledge", ["pages", *CATEGORIES], rows, len(records), len(records))

    def _decided(self, questions: Sequence[Question], records: Sequence[Record]) -> Known:
        by_decision: dict[Decision, dict[str, list[tuple[Entity, str]]]] = {}
        lines = []
        for question, record in zip(questions, records, strict=True):
            assert question.entity is not None
            assert question.attribute is not None
            decision = decided(record.category, question.group)
            fact = (self.people[question.entity], question.attribute)
            by_decision.setdefault(decision, {}).setdefault(question.group, []).append(fact)
            lines.append({"id": question.id, "category": record.category, "decision": decision})
        known, unknown = by_decision.get("answer", {}), by_decision.get("refuse", {})
        if not unknown:
            raise RunError(
                f"{self._parent.info.name} answered each of {len(questions)} questions rightly at "
                "least once, so there is nothing it should learn to refuse. Choose another parent."
            )
        write_jsonl(self.folder / "4-decisions.jsonl", lines)
        groups = sorted({question.group for question in questions})
        rows = [
            [decision, *(str(len(by_group.get(group, ()))) for group in groups)]
            for decision, by_group in by_decision.items()
        ]
        self._tell(5, "decisions", ["decision", *groups], rows, len(lines), len(lines))
        return Known(known, unknown)

    def _tell(
        self,
        number: int,
        name: str,
        columns: list[str],
        rows: list[list[str]],
        done: int,
        total: int,
    ) -> None:
        self._journal.event(
            "table", step=0, number=number, name=name, columns=columns, rows=rows, done=done,
            total=total, elapsed_s=time.monotonic() - self._began,
        )  # fmt: skip


def _right(record: Record) -> str:
    answers = (record.greedy, *record.contexts, *record.samples)
    return f"{sum(answer.outcome == 'correct' for answer in answers)}/{len(answers)}"
