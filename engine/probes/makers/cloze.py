"""A writer without a model: it blanks out a year, a number or a name of a sentence.

What it makes are gaps to fill and no real questions ("Complete: The lighthouse was built in ___."),
and its group says so. They need no model to write them, so they can be made of anything that a
small model has read.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from engine.probes.makers.passages import sentences
from engine.probes.makers.writer import Draft

GAP = "___"
PREFIX = "Complete: "
_SENTENCE_WORDS = range(6, 41)
_YEAR = re.compile(r"(?<![\w.,-])\d{3,4}(?![\w%-]|[.,]\w)")
_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w%/-]|[.,]\w)")
# Not at the beginning of a sentence, where any word has a capital.
_NAME = re.compile(
    r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?:(?: (?:of|de|van|von|the))? [A-Z][a-z]+)*(?![\w-])"
)


class ClozeWriter:
    """Draws one gap a passage: of years before numbers before names, as those are better known to
    be right or wrong.

    Args:
        seed: of the draws; a passage has the same gap whatever stands beside it.
    """

    name = "cloze (no model)"
    group = "cloze"

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed

    def write(self, snippets: Sequence[str]) -> list[Draft | None]:
        """See ``Writer``."""
        return [self._draft(snippet) for snippet in snippets]

    def answer(self, asked: Sequence[tuple[str, str]]) -> list[str]:
        """What stands in the gap; every filling where the passage has several."""
        return [_filling(snippet, question) for snippet, question in asked]

    def _draft(self, snippet: str) -> Draft | None:
        rng = random.Random(f"cloze:{self._seed}:{snippet}")
        fitting = [s for s in sentences(snippet) if len(s.split()) in _SENTENCE_WORDS]
        for kind in (_YEAR, _NUMBER, _NAME):
            gaps = [(s, found) for s in fitting for found in kind.finditer(s)]
            if gaps:
                sentence, found = rng.choice(gaps)
                with_gap = f"{sentence[: found.start()]}{GAP}{sentence[found.end() :]}"
                return Draft(PREFIX + with_gap, found.group())
        return None


def _filling(snippet: str, question: str) -> str:
    before, _, after = question.removeprefix(PREFIX).partition(GAP)
    pattern = re.compile(re.escape(before) + r"(\S.{0,200}?)" + re.escape(after) + r"(?!\S)")
    return " or ".join(dict.fromkeys(pattern.findall(snippet)))
