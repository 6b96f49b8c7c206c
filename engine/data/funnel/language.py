"""Language: keep English. py3langid's naive Bayes model stands in for FineWeb's fastText.

It comes with its package, so that nothing is downloaded; its probabilities are normalised over its
languages and scaled for the text's length.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Protocol

ENGLISH = "en"
_READ_CHARS = 20_000
"""Beyond these the answer does not change, but the time would grow with the page."""


class _Identifier(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


class Language(NamedTuple):
    """What a text is written in."""

    likeliest: str
    """ISO 639-1 code, such as ``de``."""
    english: float
    """Probability of English, 0 .. 1."""


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    """The model, read once a process (half a second)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier


def language_of(text: str) -> Language:
    """The language of the first 20,000 characters of ``text``."""
    ranking = _identifier().rank(text[:_READ_CHARS])
    return Language(ranking[0][0], dict(ranking)[ENGLISH])
