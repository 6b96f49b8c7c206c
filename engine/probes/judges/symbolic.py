"""Compare expressions: x**2 + 2*x + 1 and (x + 1)^2 are one answer.

sympy reads text with ``eval``, so what a model wrote is compared in the jail (``tools.maths``) and
nowhere else. Where in an answer the expression stands is guessed in a fixed order: a box, what
follows "answer is", maths between dollars, what follows the last equals sign, the last line.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.data.refusal import is_refusal
from engine.errors import ProbeError
from engine.probes.judges.verdict import Verdict
from engine.probes.judges.words import MAX_CHARS, said_besides
from engine.probes.question import Question
from tools.maths import Maths

_MOST_CANDIDATES = 4
_REMEMBERED = 10_000
_PLACES = (
    re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}"),
    re.compile(
        r"\banswer(?: is|:)\s*([^\n]+?)(?=\.\s|,? (?:because|since|so|as|where)\b|\n|$)",
        re.IGNORECASE,
    ),
    re.compile(r"\$([^$\n]+)\$"),
    re.compile(r"=([^=\n]+)"),
    re.compile(r"([^\n]*\S[^\n]*)"),
)
_LEADING_WORDS = re.compile(r"^(?:[A-Za-z]{2,},? )+(?=\S)")


class SymbolicJudge:
    """Asks the jail whether an answer's expression equals the truth.

    Args:
        maths: of a jail that works; the judge does not close it.
    """

    def __init__(self, maths: Maths) -> None:
        self._maths = maths
        self._equal = lru_cache(_REMEMBERED)(self._compared)

    def judge(self, question: Question, answer: str) -> Verdict:
        """See ``AnswerJudge``. What cannot be read or compared is wrong.

        Raises:
            ProbeError: this machine has no jail.
        """
        if is_refusal(answer, asked=question.text):
            return Verdict("abstained", "")
        truths = () if question.answer is None else (question.answer, *question.aliases)
        candidates = expressions_in(answer)
        for candidate in candidates:
            verdicts = [self._equal(truth, candidate) for truth in truths]
            if True in verdicts:
                return Verdict("correct", _spaceless(truths[0]))
            if False in verdicts:
                return Verdict("wrong", _spaceless(candidate))
        return Verdict("wrong", said_besides(question, answer))

    def _compared(self, truth: str, candidate: str) -> bool | None:
        result = self._maths.compare(truth, candidate)
        if result.kind == "unavailable":
            raise ProbeError(
                f"Expressions are compared in the jail, and it does not work: {result.error}. "
                "Leave the questions with symbolic answers out."
            )
        return {"true": True, "false": False}.get(result.output) if result.kind == "ok" else None


def expressions_in(answer: str) -> list[str]:
    """What may be the expression that an answer gives, the likelier first, each once."""
    found = []
    for place in _PLACES:
        hits = place.findall(answer[:MAX_CHARS])
        if hits:
            whole = hits[-1].strip().strip("$").rstrip(".").strip()
            found += [whole, _LEADING_WORDS.sub("", whole)]
    return [text for text in dict.fromkeys(found) if text][:_MOST_CANDIDATES]


def _spaceless(text: str) -> str:
    return re.sub(r"\s|\$", "", text).replace("^", "**")
