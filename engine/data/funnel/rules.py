"""Every rule of the funnel by name, in the order in which pages meet them, with its threshold.

The thresholds are those that FineWeb was made with (Penedo et al. 2024, section 3, and its appendix
on datatrove); where they come from an older paper, that one is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import LabError

STAGES = (
    "url",
    "extraction",
    "language",
    "gopher_repetition",
    "gopher_quality",
    "c4",
    "fineweb",
    "minhash",
    "pii",
    "decontamination",
)
GOPHER = "Rae et al. 2021, table A1"
GOPHER_QUALITY = "Rae et al. 2021, section A.1.1"
C4 = "Raffel et al. 2020, section 2.2"
FINEWEB = "Penedo et al. 2024, section 3"


Keeps = Literal["<=", ">=", "<", ">", ""]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One reason to drop a page."""

    stage: str
    key: str
    title: str
    """What is measured, in words."""
    keeps: Keeps = ""
    """How a measured value must stand to the threshold for the page to stay; empty: the rule has
    no number, its presence alone drops the page."""
    threshold: float | None = None
    source: str

    @property
    def name(self) -> str:
        """Stage and key, such as ``gopher_quality.min_words``."""
        return f"{self.stage}.{self.key}"

    def broken_by(self, value: float, threshold: float) -> bool:
        """Whether a page with ``value`` is dropped."""
        match self.keeps:
            case "<=":
                return value > threshold
            case ">=":
                return value < threshold
            case "<":
                return value >= threshold
            case ">":
                return value <= threshold
            case _:
                return bool(value)


def _gopher(key: str, title: str, threshold: float) -> Rule:
    return Rule(
        stage="gopher_repetition", key=key, title=title, keeps="<=", threshold=threshold,
        source=GOPHER,
    )  # fmt: skip


def _quality(key: str, title: str, keeps: Keeps, threshold: float) -> Rule:
    return Rule(
        stage="gopher_quality", key=key, title=title, keeps=keeps, threshold=threshold,
        source=GOPHER_QUALITY,
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    Rule(stage="url", key="domain", title="the domain is blocked", source=FINEWEB),
    Rule(stage="url", key="subdomain", title="the host is blocked", source=FINEWEB),
    Rule(stage="url", key="url", title="the address is blocked", source=FINEWEB),
    Rule(stage="url", key="word", title="a forbidden word in the address", source=FINEWEB),
    Rule(stage="url", key="soft_words", title="doubtful words in the address", keeps="<",
         threshold=2, source=FINEWEB),
    Rule(stage="url", key="subword", title="a forbidden string in the address", source=FINEWEB),
    Rule(stage="extraction", key="broken", title="cannot be read as a page", source=FINEWEB),
    Rule(stage="extraction", key="empty", title="no text on the page", source=FINEWEB),
    Rule(stage="language", key="english", title="probability of English", keeps=">",
         threshold=0.65, source=FINEWEB),
    _gopher("dup_paragraphs", "share of paragraphs that are repeated", 0.30),
    _gopher("dup_paragraph_chars", "share of characters in repeated paragraphs", 0.20),
    _gopher("dup_lines", "share of lines that are repeated", 0.30),
    _gopher("dup_line_chars", "share of characters in repeated lines", 0.20),
    *(
        _gopher(f"top_{n}_gram", f"share of characters in the commonest {n} words", threshold)
        for n, threshold in ((2, 0.20), (3, 0.18), (4, 0.16))
    ),
    *(
        _gopher(f"dup_{n}_grams", f"share of characters in repeated {n} words", threshold)
        for n, threshold in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
    ),
    _quality("min_words", "words", ">=", 50),
    _quality("max_words", "words", "<=", 100_000),
    _quality("min_word_length", "mean length of a word", ">=", 3),
    _quality("max_word_length", "mean length of a word", "<=", 10),
    _quality("hashes", "# a word", "<=", 0.1),
    _quality("ellipses", "... a word", "<=", 0.1),
    _quality("bullets", "share of lines that begin with a bullet", "<=", 0.9),
    _quality("ellipsis_lines", "share of lines that end in ...", "<=", 0.3),
    _quality("alphabetic", "share of words with a letter", ">=", 0.8),
    _quality("stop_words", "kinds of stop words", ">=", 2),
    Rule(stage="c4", key="lorem_ipsum", title="lorem ipsum", source=C4),
    Rule(stage="c4", key="curly_bracket", title="a curly bracket", source=C4),
    Rule(stage="c4", key="sentences", title="sentences", keeps=">=", threshold=5, source=C4),
    Rule(stage="fineweb", key="line_punctuation", title="share of lines that end a sentence",
         keeps=">=", threshold=0.12, source=FINEWEB),
    Rule(stage="fineweb", key="short_lines", title="share of lines of 30 characters or fewer",
         keeps="<=", threshold=0.67, source=FINEWEB),
    Rule(stage="fineweb", key="dup_line_chars", title="share of characters in repeated lines",
         keeps="<=", threshold=0.10, source=FINEWEB),
    Rule(stage="fineweb", key="new_lines", title="line ends a word", keeps="<=", threshold=0.3,
         source="datatrove, FineWebQualityFilter"),
    Rule(stage="minhash", key="duplicate", title="as good as the same text stands on another page",
         source=FINEWEB),
    Rule(stage="decontamination", key="question", title="a held-out question",
         source="Brown et al. 2020, appendix C"),
)  # fmt: skip
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}


def thresholds(changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """The threshold of every rule that has one.

    Args:
        changed: others than the published ones, by the rule's name.

    Raises:
        LabError: no rule of that name has a threshold.
    """
    values = {rule.name: rule.threshold for rule in RULES if rule.threshold is not None}
    for name, value in (changed or {}).items():
        if name not in values:
            raise LabError(
                f"No rule {name!r} has a threshold. Those that have one: {', '.join(values)}."
            )
        values[name] = value
    return values
