"""Compare words: does the answer name the truth, or one of its aliases, before anything else?

Without a list of all possible values it can only roughly be told what an answer names first. What
is told: a number of the same kind (a year before the right year), a name that is offered first
("Sydney or Canberra"), a truth that is denied ("not Canberra", "Canberra is not"). Other names that
come first are taken for part of the sentence ("the English playwright William Shakespeare").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.data.refusal import is_refusal
from engine.probes.judges.verdict import Verdict
from engine.probes.judges.words import (
    Word,
    occurrences,
    plain,
    said_besides,
    words_of,
    wrongly_said,
)
from engine.probes.question import Question

_DENIALS = frozenset(("not", "never", "neither", "nor", "than", "isn't", "wasn't", "aren't"))
_BETWEEN = frozenset(("in", "on", "at", "by", "from", "of", "to", "called", "named", "born"))
_IS = frozenset(("is", "was", "are", "were"))
_ENDS_A_SENTENCE = re.compile(r"[.!?;:\n]")
_YEAR = re.compile(r"\d{3,4}")


class ExactJudge:
    """Whole words, with aliases. A text that hedges is judged by what it names."""

    def judge(self, question: Question, answer: str) -> Verdict:
        """See ``AnswerJudge``."""
        refuses = is_refusal(answer, asked=question.text)
        if question.answer is None:
            return _unnamed(question, answer, refuses=refuses)
        truth = question.answer
        if _is_spelled(truth):
            return _judge_spelled(question, truth, answer, refuses=refuses)
        accepted = [plain(text).split() for text in (truth, *question.aliases)]
        if not any(accepted):
            if _stands_as_written(truth.strip(), answer):
                return Verdict("correct", truth.strip())
            return _unnamed(question, answer, refuses=refuses)
        if refuses and set(accepted[0]) <= set(plain(question.text).split()):
            return Verdict("abstained", "")  # The question names the truth, and so may a refusal.
        words = words_of(answer)
        place = _affirmed(accepted, words)
        if place is not None:
            rival = _rival(accepted[0], words[:place], question)
            if rival:
                return Verdict("wrong", rival)
            return Verdict("correct", plain(truth) or truth.strip())
        if refuses:
            return Verdict("abstained", "")
        rival = _rival(accepted[0], words, question)
        return Verdict("wrong", wrongly_said(question, answer, rival))


def _unnamed(question: Question, answer: str, *, refuses: bool) -> Verdict:
    if refuses:
        return Verdict("abstained", "")
    return Verdict("wrong", said_besides(question, answer))


def _stands_as_written(truth: str, answer: str) -> bool:
    """For a truth without words to compare: punctuation, or an article that is a letter ("A")."""
    letters = truth[:1].isalnum()
    edges = (r"(?<!\w)", r"(?!\w)") if letters else ("", "")
    return re.search(re.escape(truth).join(edges), answer) is not None


def _affirmed(accepted: Sequence[Sequence[str]], words: Sequence[Word]) -> int | None:
    """Where an accepted answer stands that is not denied, unless it is a second guess."""
    places = sorted((i, -len(wanted)) for wanted in accepted for i in occurrences(wanted, words))
    for begin, length in places:
        if not _denied(words, begin, begin - length):
            return None if _second_guess(words, begin, begin - length) else begin
    return None


def _denied(words: Sequence[Word], begin: int, end: int) -> bool:
    """Whether the words from ``begin`` to ``end`` are said not to be the answer."""
    after = words[end : end + 2]
    if after and not _ENDS_A_SENTENCE.search(after[0].before):
        if after[0].plain in _DENIALS and after[0].plain.endswith("n't"):
            return True
        if len(after) == 2 and after[0].plain in _IS and after[1].plain == "not":
            return True
    place = begin
    while place and not _ENDS_A_SENTENCE.search(words[place].before):
        place -= 1
        if words[place].plain not in _BETWEEN:
            return words[place].plain in _DENIALS
    return False


def _second_guess(words: Sequence[Word], begin: int, end: int) -> bool:
    """Whether another name is offered before it: "Sydney or Canberra", "Sydney/Canberra"."""
    if begin == 0:
        return False
    before, last = words[begin - 1], words[begin].before.strip()
    if last == "/" or (before.plain == "or" and begin > 1):
        return True
    in_list = last == "," and end < len(words) and words[end].plain == "or"
    return in_list and before.raw[:1].isupper() and begin > 1


def _rival(truth: Sequence[str], words: Sequence[Word], question: Question) -> str:
    """The first number of the kind of ``truth`` that ``words`` name instead, if it is a number."""
    if len(truth) != 1 or not words_of(truth[0])[0].is_number:
        return ""
    is_year = _YEAR.fullmatch(truth[0]) is not None
    asked = {word.plain for word in words_of(question.text)} - {truth[0]}
    for word in words:
        kind = word.is_number and (_YEAR.fullmatch(word.plain) is not None) == is_year
        if kind and word.plain not in asked:
            return word.plain if word.plain != truth[0] else ""
    return ""


def _is_spelled(text: str) -> bool:
    """Whether ``text`` is a word letter by letter: there "a" is a letter and no article."""
    words = words_of(text, articles=True)
    return len(words) > 1 and all(map(_is_letter, words)) and all(w.before for w in words[1:])


def _is_letter(word: Word) -> bool:
    return len(word.plain) == 1 and word.plain.isalpha()


def _judge_spelled(question: Question, truth: str, answer: str, *, refuses: bool) -> Verdict:
    """The first letters in a row are the answer, all of them and no others."""
    wanted = plain(truth, articles=True)
    rows: list[list[str]] = [[]]
    for word in words_of(answer, articles=True):
        if _is_letter(word):
            rows[-1].append(word.plain)
        else:
            rows.append([])
    spelled = [" ".join(row) for row in rows if len(row) > 1]
    if spelled:
        return Verdict("correct" if spelled[0] == wanted else "wrong", spelled[0])
    return _unnamed(question, answer, refuses=refuses)
