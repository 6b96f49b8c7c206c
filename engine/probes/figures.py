"""What a probe found, in figures: outcomes, headlines, detectors. Imports no torch.

All shares are 0 to 1 and None where there is nothing to take a share of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.data.entities import TIERS
from engine.probes.detector_figures import detector_figures
from engine.probes.makers.world import SKILLS, STRANGER, TALK
from engine.probes.metrics import auroc
from engine.probes.question import Question
from engine.probes.record import CATEGORIES, OUTCOMES, Answer, Category, Outcome, Record

Figures = dict[str, Any]
KNOWN: tuple[Category, ...] = ("highly known", "maybe known")
"""What a model may be asked for: greedily it says it at least sometimes."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What figures need of a record; thousands of records themselves would fill memory."""

    outcome: Outcome
    refusals: float
    """Share of all answers to the question that refuse."""
    unreadable: int
    """Of all answers, those whose verdict could not be read."""
    category: Category
    scores: Mapping[str, float]

    @staticmethod
    def of(record: Record) -> Digest:
        """Of one record."""
        answers: tuple[Answer, ...] = (record.greedy, *record.contexts, *record.samples)
        refused = sum(answer.outcome == "abstained" for answer in answers)
        return Digest(
            outcome=record.greedy.outcome,
            refusals=refused / len(answers),
            unreadable=sum(answer.unreadable for answer in answers),
            category=record.category,
            scores=record.scores,
        )


Seen = Mapping[str, Digest]
"""By the question's id."""


def figures(
    questions: Sequence[Question],
    records: Iterable[Record],
    before: Iterable[Record] | None = None,
    development: Iterable[Record] | None = None,
) -> Figures:
    """All figures of a probe; of greedy answers, where nothing else is said.

    - ``groups``, ``categories``: ``{n, correct, wrong, abstained}`` by group and by SliCK category
      (answerable questions only); ``n`` counts, the others are shares. Of small talk only
      ``abstained`` is said: a greeting has no right answer.
    - ``before``: the same two of the checkpoint that is compared with.
    - ``known_before``: this checkpoint's outcomes by what *that* one knew, which is what should
      decide whether it answers.
    - ``unreadable``: answers, of both and of every kind, on which the verdict of a model that
      judges could not be read; they count as wrong.
    - ``headline``: see ``_headline``. ``detectors``: see ``engine.probes.detector_figures``.

    Args:
        questions: all of the probe; those not answered yet are left out.
        records: the checkpoint's.
        before: of the checkpoint that is compared with.
        development: of this checkpoint, on other questions: what detectors are calibrated on.
    """
    now = _digests(records)
    then = None if before is None else _digests(before)
    asked = [question for question in questions if question.id in now]
    scope = _scope(asked)
    attempts = [now[q.id] for q in scope if now[q.id].outcome != "abstained"]
    return {
        "questions": len(questions),
        "answered": len(asked),
        "unreadable": sum(d.unreadable for seen in (now, then or {}) for d in seen.values()),
        "groups": _by_group(asked, now),
        "categories": _by_category(asked, now, now),
        "before": None
        if then is None
        else {"groups": _by_group(asked, then), "categories": _by_category(asked, then, then)},
        "known_before": None if then is None else _by_category(asked, now, then),
        "headline": _headline(asked, scope, now, then),
        "detectors": detector_figures(
            [(d.scores, d.outcome == "correct") for d in attempts],
            [
                (record.scores, record.greedy.outcome == "correct")
                for record in development or ()
                if record.greedy.outcome != "abstained"
            ],
        ),
    }


def _digests(records: Iterable[Record]) -> Seen:
    return {record.id: Digest.of(record) for record in records}


def _scope(asked: Sequence[Question]) -> list[Question]:
    """What tells how much a model knows: the tiers of a web, else whatever is asked."""
    tiers = [question for question in asked if question.group in TIERS]
    return tiers or [question for question in asked if question.group not in (SKILLS, TALK)]


def _shares(questions: Iterable[Question], seen: Seen) -> Figures:
    counted = Counter(seen[q.id].outcome for q in questions if q.id in seen)
    n = counted.total()
    return {"n": n, **{outcome: counted[outcome] / n if n else None for outcome in OUTCOMES}}


def _by_group(asked: Sequence[Question], seen: Seen) -> dict[str, Figures]:
    groups: dict[str, list[Question]] = {}
    for question in asked:
        groups.setdefault(question.group, []).append(question)
    found = {group: _shares(questions, seen) for group, questions in groups.items()}
    if TALK in found:
        found[TALK] |= {"correct": None, "wrong": None}
    return found


def _by_category(asked: Sequence[Question], seen: Seen, known_by: Seen) -> dict[str, Figures]:
    facts = [q for q in asked if q.answerable and q.group != SKILLS and q.id in known_by]
    return {
        category: _shares((q for q in facts if known_by[q.id].category == category), seen)
        for category in CATEGORIES
    }


def _headline(
    asked: Sequence[Question], scope: Sequence[Question], now: Seen, then: Seen | None
) -> dict[str, float | None]:
    """The figures that the lab is judged by.

    ``refusal_head_known`` is over-refusal: of the head questions that the checkpoint before answers
    rightly. ``correct_given_attempted`` and ``hallucination_rate`` (wrong answers among all
    questions) are over all tiers, or all questions of a file. ``tail_auroc`` says how well refusing
    agrees, within the tail, with what the checkpoint before knows (highly or maybe known against
    the rest): refusing is measured as the share of all answers to the question that refuse, and in
    ``tail_auroc_greedy`` as the greedy answer alone. The ``unanswerable`` are questions that nobody
    can answer, the ``answerable`` all others.
    """
    before: Seen = then or {}

    def of_group(group: str) -> list[Question]:
        return [question for question in asked if question.group == group]

    head = of_group("head")
    head_known = [q for q in head if q.id in before and before[q.id].outcome == "correct"]
    everyday = [question for question in asked if question.group in (SKILLS, TALK)]
    unanswerable = [question for question in scope if not question.answerable]
    answerable = [question for question in scope if question.answerable]
    tail = [question for question in of_group("tail") if question.id in before]
    shares = _shares(scope, now)
    attempted = shares["n"] and shares["correct"] + shares["wrong"]
    return {
        "refusal_unseen": _shares(of_group("unseen"), now)["abstained"],
        "refusal_head_known": _shares(head_known, now)["abstained"],
        "head_accuracy": _shares(head, now)["correct"],
        "head_accuracy_before": _shares(head, before)["correct"],
        "correct_given_attempted": shares["correct"] / attempted if attempted else None,
        "hallucination_rate": shares["wrong"],
        "hallucination_rate_before": _shares(scope, before)["wrong"],
        "refusal_stranger": _shares(of_group(STRANGER), now)["abstained"],
        "refusal_skills": _shares(everyday, now)["abstained"],
        "tail_auroc": _refusing_of_unknown(
            [(now[q.id].refusals, before[q.id].category) for q in tail]
        ),
        "tail_auroc_greedy": _refusing_of_unknown(
            [(float(now[q.id].outcome == "abstained"), before[q.id].category) for q in tail]
        ),
        "refusal_unanswerable": _shares(unanswerable, now)["abstained"],
        "refusal_answerable": _shares(answerable, now)["abstained"],
        "accuracy_answerable": _shares(answerable, now)["correct"],
    }


def _refusing_of_unknown(pairs: Sequence[tuple[float, Category]]) -> float | None:
    return auroc(
        [refusing for refusing, category in pairs if category not in KNOWN],
        [refusing for refusing, category in pairs if category in KNOWN],
    )
