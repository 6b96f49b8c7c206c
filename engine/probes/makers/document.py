"""Questions from any document, the Llama 3 way (arXiv 2407.21783, section 4.3.6).

A passage is taken, a writer makes a question of it with its answer, and a judge keeps or drops it.
Kept is what stands in the passage, can be understood without it, and is answered the same when the
writer reads the passage again; each that is dropped says why.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.probes.judges.exact import ExactJudge
from engine.probes.judges.verdict import AnswerJudge
from engine.probes.judges.words import plain, stands_in
from engine.probes.makers.file import MAX_ANSWER_CHARS, MAX_QUESTION_CHARS
from engine.probes.makers.passages import read_passages
from engine.probes.makers.writer import Draft, Writer
from engine.probes.question import Question

MAX_QUESTION_WORDS = 60
MAX_ANSWER_WORDS = 12
_MOST_NAME_CHARS = 150
"""Of a document's name in its questions' ids, which a file of questions bounds."""
_AT_ONCE = 16
"""Passages that a writer gets together."""
_LEANS_ON_THE_TEXT = re.compile(
    r"\b(?:this|the|that|above|following|given) "
    r"(?:text|passage|paragraph|document|article|author|snippet|sentence|section)\b(?! of\b)"
    r"|\bmentioned (?:above|here)\b|\baccording to (?:it|the)\b",
    re.IGNORECASE,
)
_TELLING_LETTERS = 4
"""Of a word that says what a question is about; shorter ones mostly do not."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one passage."""

    snippet: str
    question: Question | None
    why: str
    """Why there is no question; "" where there is one."""


def questions_from(
    path: Path, writer: Writer, *, n: int, seed: int, judge: AnswerJudge | None = None
) -> Iterator[Made]:
    """Make questions of ``n`` passages of a document, or of all if it has fewer.

    Args:
        path: a text file; of Markdown the prose is read.
        writer: who writes.
        n: passages to try; not all of them give a question.
        seed: which passages, in which order.
        judge: whether the writer's second answer is its first; None compares words.

    Raises:
        LabError: the document cannot be read, or has no whole sentence; on the first step.
        RemoteError: the writer's or the judge's server refuses or is lost.
    """
    numbered = list(enumerate(read_passages(path), start=1))
    random.Random(f"passages:{seed}").shuffle(numbered)
    # A name may hold bytes that are no UTF-8, and a line of a file of questions may not.
    name = path.name.encode(errors="replace").decode()[:_MOST_NAME_CHARS]
    judge = judge or ExactJudge()
    met: set[str] = set()
    for begin in range(0, min(n, len(numbered)), _AT_ONCE):
        batch = numbered[begin : min(n, begin + _AT_ONCE)]
        drafts = writer.write([snippet for _, snippet in batch])
        checked = [
            _checked(draft, snippet, f"{name}/{number}", writer.group, met)
            for (number, snippet), draft in zip(batch, drafts, strict=True)
        ]
        yield from _answered_again(checked, writer, judge)


def _checked(draft: Draft | None, snippet: str, id_: str, group: str, met: set[str]) -> Made:
    """What can be said of a draft without asking anybody."""
    if draft is None:
        return Made(snippet, None, "the writer wrote no question with an answer")
    why = _fault(draft, snippet, met)
    if why:
        return Made(snippet, None, f"{why}: {draft.question} ({draft.answer})")
    met.add(plain(draft.question))
    question = Question(id=id_, text=draft.question, answer=draft.answer, group=group)
    return Made(snippet, question, "")


def _fault(draft: Draft, snippet: str, met: set[str]) -> str:
    """What is wrong with a draft, "" if nothing is."""
    asked, answer = plain(draft.question).split(), plain(draft.answer).split()
    about = {word for word in asked if len(word) >= _TELLING_LETTERS}
    faults = (
        (not answer, "its answer says nothing"),
        (
            len(answer) > MAX_ANSWER_WORDS or len(draft.answer) > MAX_ANSWER_CHARS,
            "its answer is too long to be judged",
        ),
        (
            len(asked) > MAX_QUESTION_WORDS or len(draft.question) > MAX_QUESTION_CHARS,
            "it is too long",
        ),
        (not stands_in(draft.answer, snippet), "its answer does not stand in the passage"),
        (stands_in(draft.answer, draft.question), "it gives its answer away"),
        (bool(_LEANS_ON_THE_TEXT.search(draft.question)), "it cannot be understood by itself"),
        (not about & set(plain(snippet).split()), "it is about nothing in the passage"),
        (plain(draft.question) in met, "it has been asked already"),
    )
    return next((why for is_so, why in faults if is_so), "")


def _answered_again(made: list[Made], writer: Writer, judge: AnswerJudge) -> Iterator[Made]:
    """Keep the questions that the writer answers as before."""
    asked = [(each.snippet, each.question.text) for each in made if each.question is not None]
    answers = iter(writer.answer(asked))
    for each in made:
        question = each.question
        if question is None:
            yield each
            continue
        answer = next(answers)
        if judge.judge(question, answer).outcome == "correct":
            yield each
        else:
            why = (
                f"read again, the answer is {answer.strip()!r}: {question.text} ({question.answer})"
            )
            yield Made(each.snippet, None, why)
