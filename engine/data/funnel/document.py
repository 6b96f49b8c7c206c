"""What goes through the funnel: a page as it was found, a text, and why a page was dropped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePage:
    """A page as a source yields it."""

    id: str
    """Unique within a run and the same in every run: the input file and the record's number in it,
    such as ``pocket-00003.warc.gz/217``."""
    url: str
    """Empty where the source knows none."""
    body: bytes
    """HTML as it was sent, or UTF-8 text where ``is_text``."""
    charset: str | None = None
    """What the server declared, which may be wrong."""
    is_text: bool = False
    """Whether it is text already, so that nothing is to be extracted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A text that has passed the rules so far."""

    id: str
    url: str
    text: str
    language: str = ""
    language_score: float = 0.0
    cut_lines: int = 0
    """Lines with text that C4 has cut out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """Why a page goes no further: the first rule that it breaks."""

    id: str
    url: str
    rule: str
    """``Rule.name``."""
    value: float | str
    """What was measured: the number that is beyond the threshold, or the string that is forbidden.
    """
    threshold: float | None
    """As it was in this run; None for rules without a number."""
    evidence: str
    """The offending part of the page, at most ``EVIDENCE_CHARS`` long."""
    text: str
    """As it was when the rule met it; the first ``DROPPED_CHARS`` characters. Empty for pages that
    fell before extraction."""


EVIDENCE_CHARS = 300
DROPPED_CHARS = 4000
