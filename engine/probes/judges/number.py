"""Compare numbers: the last one of an answer, as worked answers end in their result.

1,000, 1000.0, 1e3 and "one thousand" are the same number, 3/4 and 0.75 too, and equal means equal:
0.33 is not 1/3. Signs of money and of per cent are set aside. Words are read as numbers only where
there are no digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from engine.data.refusal import has_refusal, is_refusal
from engine.probes.judges.verdict import Verdict
from engine.probes.judges.words import MAX_CHARS, said_besides, words_of
from engine.probes.question import Question

_MOST_DIGITS = 60
_NUMBER = re.compile(
    r"(?<![\w./])(?P<sign>[-+\u2212])?[$\u20ac\u00a3]?"
    r"(?P<above>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:e(?P<power>[-+]?\d+)|\s?/\s?(?P<below>\d+)(?!\d|/))?"
    r"(?!\d|(?:th|st|nd|rd)\b)",  # "20th" counts nothing, "20km" does.
    re.ASCII | re.IGNORECASE,
)
_RESULT = re.compile(r"(?:\banswer(?: is|:)|####|\\boxed\{)", re.IGNORECASE)

_MOST_CHARS_OF_POWER = 3

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_MANY = {"dozen": 12, "hundred": 100}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


class NumberJudge:
    """The number that an answer ends in, or that it says is the answer."""

    def judge(self, question: Question, answer: str) -> Verdict:
        """See ``AnswerJudge``."""
        if is_refusal(answer, asked=question.text):
            return Verdict("abstained", "")
        number = number_in(answer)
        if number is None:
            if has_refusal(answer):
                return Verdict("abstained", "")
            return Verdict("wrong", said_besides(question, answer))
        accepted = () if question.answer is None else (question.answer, *question.aliases)
        right = number in {number_in(text) for text in accepted}
        return Verdict("correct" if right else "wrong", str(number))


def number_in(text: str) -> Fraction | None:
    """The number that ``text`` says is the answer, else its last one; None if there is none."""
    text = text[:MAX_CHARS]
    marks = list(_RESULT.finditer(text))
    if marks and (said := _numbers(text[marks[-1].end() :])):
        return said[0]
    numbers = _numbers(text)
    return numbers[-1] if numbers else None


def _numbers(text: str) -> list[Fraction | None]:
    """All numbers; None stands for one that is none (1/0) or is too long to compute with."""
    digits = [_value(found) for found in _NUMBER.finditer(text)]
    return digits or [*_numbers_in_words([word.plain for word in words_of(text)])]


def _value(found: re.Match[str]) -> Fraction | None:
    above, below = found["above"].replace(",", ""), found["below"] or "1"
    power = found["power"] or "0"
    if max(len(above), len(below)) > _MOST_DIGITS or len(power) > _MOST_CHARS_OF_POWER:
        return None
    if int(below) == 0:
        return None
    value = Fraction(above) * Fraction(10) ** int(power) / int(below)
    return -value if found["sign"] in ("-", "\u2212") else value


def _numbers_in_words(words: Sequence[str]) -> list[Fraction]:
    """The numbers written as words; "one" alone, mostly a pronoun, only if there is no other."""
    found, place = [], 0
    while place < len(words):
        value, used = _number_at(words, place)
        if used:
            found.append(value)
        place += used or 1
    telling = [value for value in found if value != 1]
    return [Fraction(value) for value in telling or found]


def _number_at(words: Sequence[str], begin: int) -> tuple[int, int]:
    """The number that begins there, and how many words it has: (121, 5) for "one hundred and
    twenty one"; no words if none begins there.
    """
    total = group = 0
    room = 1000  # What comes next must be smaller, or multiply.
    place = begin
    while place < len(words):
        word = words[place]
        if word in _TENS and room > 99:
            group, room = group + _TENS[word], 10
        elif word in _UNITS and _UNITS[word] < room and room > 1:
            group, room = group + _UNITS[word], 1
        elif word in _MANY and group < 100 and (group or place == begin):
            group, room = (group or 1) * _MANY[word], 100 if word == "hundred" else 1
        elif word in _SCALES and (group or place == begin):
            total, group, room = total + (group or 1) * _SCALES[word], 0, 1000
        elif word != "and" or place == begin or room < 100 or not _goes_on(words, place + 1):
            break
        place += 1
    return total + group, place - begin


def _goes_on(words: Sequence[str], place: int) -> bool:
    return place < len(words) and (words[place] in _UNITS or words[place] in _TENS)
