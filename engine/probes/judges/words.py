"""Texts as words to compare: case, accents, articles and punctuation set aside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.probes.question import Question

MAX_CHARS = 4_000
"""Of an answer that are read."""
_MOST_WORDS_OF_A_VALUE = 12

_ACCENTS = re.compile("[\u0300-\u036f]")
# Scripts that are written without spaces, or with endings attached: each letter is a word.
_LETTERWISE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(
    rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\w)|\d+(?:\.\d+)?(?!\w))"
    rf"|[{_LETTERWISE}]|(?:(?![{_LETTERWISE}_])\w)+(?:'(?:(?![{_LETTERWISE}_])\w)+)*"
    r"(?:(?:\+\+|#)(?!\w))?"  # C++ and C# are not C.
)
_ARTICLES = frozenset(("a", "an", "the"))
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")
_SAYING_NOTHING = frozenset(
    "i it its he she his her him they their we you your me my this that these those there here is "
    "was were are be been being am do does did has have had will would could should might may must "
    "in on at by from of to for with as about into and or but so not no yes well oh hmm who whom "
    "whose what when where which why how think believe guess perhaps maybe probably possibly "
    "likely sure answer question called named known said according actually really very".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    plain: str
    """To compare with: lower case, no accents, no possessive ending, no commas in numbers."""
    raw: str
    before: str
    """What stands between it and the word before."""
    is_number: bool


def words_of(text: str, *, articles: bool = False) -> list[Word]:
    """The words of ``text``, without articles unless they are asked for."""
    text = unicodedata.normalize("NFKD", text[:MAX_CHARS]).replace("\u2019", "'")
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text))
    words, end = [], 0
    for found in _WORD.finditer(text):
        raw, number = found.group(), found["number"] is not None
        plain = raw.replace(",", "") if number else raw.casefold().removesuffix("'s")
        if articles or plain not in _ARTICLES:
            words.append(Word(plain, raw, text[end : found.start()], number))
            end = found.end()
    return words


def plain(text: str, *, articles: bool = False) -> str:
    """The words of ``text``, joined: what two spellings of one thing have in common."""
    return " ".join(word.plain for word in words_of(text, articles=articles))


def occurrences(wanted: Sequence[str], words: Sequence[Word]) -> list[int]:
    """Where ``wanted`` stands in ``words``, one behind the other; nowhere if it is empty."""
    if not wanted:
        return []
    return [
        i
        for i in range(len(words) - len(wanted) + 1)
        if all(words[i + k].plain == word for k, word in enumerate(wanted))
    ]


def stands_in(wanted: str, text: str) -> bool:
    """Whether ``wanted`` stands in ``text`` as whole words."""
    return bool(occurrences(plain(wanted).split(), words_of(text)))


def said_besides(question: Question, answer: str) -> str:
    """What a free answer says: its first sentence that says anything, in plain words, without
    those of the question. Answers of one meaning and one wording have it in common, no more.
    """
    spare = _SAYING_NOTHING | set(plain(question.text).split())
    for sentence in _SENTENCE_END.split(answer[:MAX_CHARS]):
        said = [word.plain for word in words_of(sentence) if word.plain not in spare]
        if said:
            return " ".join(said[:_MOST_WORDS_OF_A_VALUE])
    return ""


def wrongly_said(question: Question, answer: str, named: str = "") -> str:
    """The value of a wrong answer: what it names, else what it says besides the question. Never
    the truth, though it may hold its words ("not in Dunbury").
    """
    said = named or said_besides(question, answer)
    is_truth = question.answer is not None and said and plain(said) == plain(question.answer)
    return f"not {said}" if is_truth else said
