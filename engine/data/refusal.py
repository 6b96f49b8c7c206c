"""Whether an answer says that it does not know: the one place that knows the wordings.

A refusal is a clause such as "I have never heard of him". An answer with such a clause may go on to
say something ("I am not sure, but she was born in 1843"), and then it is no refusal. What is said
can only be told roughly without knowing what was asked; who knows which values there are (the
judge of the pocket web) looks for those and needs ``has_refusal`` alone.
"""

from __future__ import annotations

import re
import unicodedata

_MAX_CHARS = 4_000
"""Of an answer that are read: what matters stands at its beginning."""

_SPARE = r"(?:(?:\w+ly|just|yet|even|also|so|been|quite|too|able to) )*"
_FACTS = (
    r"(?:information|knowledge|details?|data|ideas?|records?|recollection|memory|clue|answers?|"
    r"facts|access|context)"
)
_ABLE = (
    r"(?:know|say(?! enough)|tell|find|found|sure|certain|positive|confident|answer|remember|"
    r"recall|recogni[sz]e|aware|familiar|heard|met|seen|read|come across|learn(?:ed|t)|provide|"
    r"give|verify|confirm|identify|determine|help (?:you )?with (?:that|this)|"
    rf"(?:have|possess|find) (?:\w+ ){{0,3}}{_FACTS})"
)
_REFUSAL = re.compile(
    "|".join(
        (
            rf"\b(?:i|we) {_SPARE}(?:do|did|can|could|am|are|was|have|would|will) {_SPARE}"
            rf"(?:not|never|unable to) {_SPARE}{_ABLE}\b",
            rf"\b(?:i|we) (?:have|possess|know|find|found|can find|could find) {_SPARE}"
            rf"(?:no|nothing|little)\b",
            r"\bi am (?:unsure|uncertain|unaware|unfamiliar|unable|(?:only|just) guessing)\b",
            r"\bi (?:have )?(?:never|not) (?:heard|met|read|seen|learn(?:ed|t)|come across|knew)\b",
            r"\bi (?:can|could|would) only (?:be )?guess",
            r"^(?:(?:sorry|no|well|hmm|oh) )?(?:not (?:sure|certain)|never heard|no clue|unsure)\b",
            r"^(?:do|can|could) not (?:know|say|tell|find|remember|recall)\b",
            r"\bno idea\b",
            r"\b(?:not known|unknown|unfamiliar|new|nothing) to me\b",
            r"\b(?P<subject_before>(?:is|are|was|were|remains?) (?:\w+ly |still )?"
            r"(?:unknown|unclear|not (?:\w+ly )?known)\b(?! (?:for|as|until|outside|by)\b))",
            rf"\bthere (?:is|are|was|were) (?:no|not any) (?:\w+ )?(?:{_FACTS}|pages?|mention)\b",
            rf"\bno {_FACTS} (?:(?:is|are|was|were) )?(?:available|found|about|on|of)\b",
            r"\b(?:beyond|outside|not (?:in|part of)) (?:of )?my (?:knowledge|memory|training)",
        )
    )
)
_CLAUSE = re.compile(
    r"(\.{2,}|(?<=[.!?;:])\s+|\n|\s[\u2013-]+\s|\u2014"
    r"|,?\s(?=(?:but|however|although|though|yet)\b)"
    r"|,\s(?=(?:perhaps|maybe|probably|possibly|i|it|he|she|they|we|sorry|so|the answer)\b)"
    r"|,\s(?=(?:in |around |about )?\d))",
    re.IGNORECASE,
)
_SAYS_NO_VALUE = re.compile(
    r"^(?:(?:but|and|so|however|though|although|yet|well|oh|hmm|perhaps|maybe) )*"
    r"(?:sorry|i (?:am (?:very |so |really )?sorry|apologi[sz]e|hope)"
    r"|i (?:can|could|would|will) (?!say|guess|bet|go with)|my (?!guess|best|answer)"
    r"|please|thanks?|as of |as an? |you |let me|feel free|if you|try |ask "
    r"|i am (?:an?|only|just|here|trained)|it is (?:also )?(?:possible|likely) that"
    r"|unfortunately$|no$|yes$|who knows)"
)
_NEGATION = re.compile(r"\b(?:no|not|nobody|nothing|none|never|nowhere|without|neither|nor)\b")
_EMPTY = frozenset(
    "a an the i it its he she his her they their we this that these those there is was are were be "
    "been being am do does did has have had but and or so however though although yet well perhaps "
    "maybe probably possibly likely think believe guess would could might may must say in on at by "
    "from of to for with as about around into who what when where which how why name person "
    "question answer much more anything something else oh hmm really very quite just only even "
    "sorry unfortunately".split()
)
_CONTRACTIONS = (
    (re.compile(r"\bcan(?:'t|not)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\b(do|did|could|have)nt\b"), r"\1 not"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\b(it|he|she|that|there|who|what|where)'s\b"), r"\1 is"),
    (re.compile(r"[^\w\s'?]|(?<=\w)'(?!\w)"), " "),
)


def has_refusal(text: str) -> bool:
    """Whether a clause of ``text`` says that the speaker does not know, whatever the others say."""
    return any(_REFUSAL.search(clause) for clause, _ in _clauses(text))


def is_refusal(text: str, *, asked: str = "") -> bool:
    """Whether ``text`` says that the speaker does not know, and names no value beside.

    >>> is_refusal("I'm not sure. Is there anything else?"), is_refusal("I'm not sure, in 1843?")
    (True, False)

    Args:
        text: an answer.
        asked: the question; its words are no value.
    """
    clauses = _clauses(text)
    found = [_REFUSAL.search(clause) for clause, _ in clauses]
    spare = _EMPTY | set(_words(_plain(asked)))
    for i, (clause, broken_off) in enumerate(clauses):
        match = found[i]
        if match is None:
            says = _says(clause, spare) and not (broken_off and any(found[i:]))
        elif match["subject_before"]:  # "The birthplace of Orson is unknown."
            says = _has_digit(clause, spare)
        else:  # What follows is what is not known, what comes before is said.
            says = _says(clause[: match.start()], spare)
        if says:
            return False
    return any(found)


def _clauses(text: str) -> list[tuple[str, bool]]:
    """The clauses, plain, and whether each ends in dots before a value."""
    whole = unicodedata.normalize("NFKC", text[:_MAX_CHARS]).replace("\u2019", "'")
    parts = [*_CLAUSE.split(whole), ""]
    clauses = zip(parts[::2], parts[1::2], strict=True)
    return [
        (plain, behind.startswith("..") and not plain[-1].isdigit())
        for clause, behind in clauses
        if (plain := _plain(clause))
    ]


def _plain(clause: str) -> str:
    text = clause.lower()
    for pattern, words in _CONTRACTIONS:
        text = pattern.sub(words, text)
    return " ".join(text.split())


def _says(plain: str, spare: frozenset[str]) -> bool:
    """Whether a clause may name a value: a number, or words of some weight."""
    if _SAYS_NO_VALUE.match(plain):
        return False
    if _has_digit(plain, spare):
        return True
    weighty = any(word not in spare for word in _words(plain))
    return weighty and not plain.endswith("?") and not _NEGATION.search(plain)


def _has_digit(plain: str, spare: frozenset[str]) -> bool:
    return any(char.isdigit() for word in _words(plain) if word not in spare for char in word)


def _words(plain: str) -> list[str]:
    return re.findall(r"[\w']+", plain)
