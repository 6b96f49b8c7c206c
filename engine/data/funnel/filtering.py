"""One page through the rules that need no other page, in the order of ``rules.RULES``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.data.funnel import c4, fineweb, gopher_quality, gopher_repetition
from engine.data.funnel.document import DROPPED_CHARS, EVIDENCE_CHARS, Document, Drop, SourcePage
from engine.data.funnel.extraction import extract
from engine.data.funnel.finding import Finding, Measure, first_broken
from engine.data.funnel.language import ENGLISH, Language, language_of
from engine.data.funnel.rules import BY_NAME
from engine.data.funnel.url_rules import Blocklist, check_url
from engine.data.funnel.words import words


@dataclass(frozen=True, slots=True)
class PageFilter:
    """The rules with the thresholds and lists of one run; it keeps nothing from page to page."""

    thresholds: Mapping[str, float]
    """Of every rule that has one, by its name (``rules.thresholds``)."""
    blocklist: Blocklist

    def judge(self, page: SourcePage) -> Document | Drop:
        """Take ``page`` from its address to its cleaned text, or to the first rule it breaks."""
        blocked = check_url(page.url, self.blocklist, self.thresholds)
        if blocked:
            return self._drop(page, blocked, "")
        text = extract(page)
        if isinstance(text, Finding):
            return self._drop(page, text, "")
        language = language_of(text)
        foreign = first_broken([_english(language, text)], self.thresholds)
        if foreign:
            return self._drop(page, foreign, text)
        return self.judge_text(
            Document(
                id=page.id,
                url=page.url,
                text=text,
                language=ENGLISH,
                language_score=language.english,
            )
        )

    def judge_text(self, document: Document) -> Document | Drop:
        """Take a text that was extracted already through the rules from Gopher's on.

        Returns:
            the document with what C4 leaves of its text, or the first rule that it breaks.
        """
        text = document.text
        if not text.strip():
            return self._drop(document, Finding("extraction.empty", "no text", ""), text)
        tokens = words(text)
        found = first_broken(
            gopher_repetition.measures(text, tokens), self.thresholds
        ) or first_broken(gopher_quality.measures(text, tokens), self.thresholds)
        if found:
            return self._drop(document, found, text)
        cleaned = c4.clean(text, self.thresholds)
        if isinstance(cleaned, Finding):
            return self._drop(document, cleaned, text)
        if cleaned.text != text:
            tokens = words(cleaned.text)
        found = first_broken(fineweb.measures(cleaned.text, tokens), self.thresholds)
        if found:
            return self._drop(document, found, cleaned.text)
        return replace(document, text=cleaned.text, cut_lines=cleaned.cut_lines)

    def _drop(self, page: SourcePage | Document, found: Finding, text: str) -> Drop:
        rule = BY_NAME[found.rule]
        return Drop(
            id=page.id,
            url=page.url,
            rule=found.rule,
            value=found.value,
            threshold=None if rule.threshold is None else self.thresholds[found.rule],
            evidence=found.evidence[:EVIDENCE_CHARS],
            text=text[:DROPPED_CHARS],
        )


def _english(language: Language, text: str) -> Measure:
    return Measure("language.english", language.english, lambda: f"[{language.likeliest}] {text}")
