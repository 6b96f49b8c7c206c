"""Compare an answer with the truth: correct, wrong or abstained, never by eye."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from engine.data import lexicon
from engine.data.entities import Entity, Fact
from engine.data.facts import fact
from engine.data.phrases import PHRASES
from engine.data.refusal import has_refusal
from engine.data.web import Web, web_of
from engine.data.world import NANO_WORLD, WorldConfig

Outcome = Literal["correct", "wrong", "abstained"]

_YEAR = re.compile(r"\b\d{3,4}\b")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of one answer and the fact it was held against."""

    outcome: Outcome
    fact: Fact


class Judge:
    """Judges answers about one world.

    The first value named decides ("born in Dunbury, not in Ashford" is an answer of Dunbury), so
    that a list of guesses does not count as knowing.
    """

    def __init__(self, web: Web) -> None:
        self.web = web
        self._by_name = {entity.name: entity for entity in web.world.entities()}
        # All words there are, not only those this world drew: any of them named is an answer.
        pools: dict[str, set[str]] = {
            "occupation": {word.replace("_", " ") for word in lexicon.OCCUPATIONS},
            "hobby": set(lexicon.HOBBIES),
            "product": set(lexicon.PRODUCTS),
            "source": set(lexicon.MOUNTAINS),
            "subject": set(lexicon.BOOK_SUBJECTS),
        }
        for entity in web.world.entities():
            for attribute, value in entity.values.items():
                pools.setdefault(attribute, set()).add(value)
        self._pools = {name: _any_of(tuple(values)) for name, values in pools.items()}
        self._pools["born_year"] = _YEAR

    def outcome(self, known: Fact, answer: str) -> Outcome:
        """Hold ``answer`` against ``known``."""
        return self.outcome_of(known.attribute, (known.answer, *known.aliases), answer)

    def outcome_of(self, attribute: str, accepted: tuple[str, ...], answer: str) -> Outcome:
        """Hold ``answer`` against the true value of an attribute.

        Args:
            attribute: as of an ``Entity``.
            accepted: the value and its aliases; none for somebody who does not exist.
            answer: what was said.
        """
        right = _any_of(accepted).search(answer) if accepted else None
        named = self._pools[attribute].search(answer)
        if right is not None and (named is None or right.start() <= named.end()):
            first_is_right = named is None or right.start() <= named.start() <= right.end()
            inside = named is not None and named.start() <= right.start() < named.end()
            same = named is not None and named.group().lower() == accepted[0].lower()
            if first_is_right or (inside and same):
                return "correct"
        return "abstained" if named is None and has_refusal(answer) else "wrong"

    @property
    def attributes(self) -> frozenset[str]:
        """What can be asked for."""
        return frozenset(self._pools)

    def named(self, attribute: str, answer: str) -> str:
        """The first value of an attribute that ``answer`` names, in lower case; "" for none."""
        found = self._pools[attribute].search(answer)
        return found.group().lower() if found else ""

    def find(self, question: str) -> Fact | None:
        """The fact that ``question`` asks for, or None when it is not one of the world's."""
        names = [name for name in self._by_name if name.lower() in question.lower()]
        for name in sorted(names, key=len, reverse=True):
            attribute = self._attribute(self._by_name[name], question)
            if attribute is not None:
                return fact(self.web, self._by_name[name], attribute)
        return None

    def judge_text(self, question: str, answer: str) -> Judgement | None:
        """Judge a free question, or None when the world knows nothing of it."""
        known = self.find(question)
        return None if known is None else Judgement(self.outcome(known, answer), known)

    @staticmethod
    def _attribute(entity: Entity, question: str) -> str | None:
        asked = _plain(question)
        for attribute, phrases in PHRASES[entity.kind].items():
            for template in phrases.questions + phrases.heldout_questions:
                if _plain(template.format(n=entity.name, p=entity.possessive)) == asked:
                    return attribute
        return None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


@lru_cache(maxsize=4096)
def _any_of(values: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds any of ``values`` as whole words, the longest at a place first."""
    ordered = sorted(values, key=lambda value: (-len(value), value))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=2)
def judge_of(config: WorldConfig = NANO_WORLD) -> Judge:
    """The judge of a world, made once a process (a few seconds the first time)."""
    return Judge(web_of(config))
