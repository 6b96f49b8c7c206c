"""The records of the closed world."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Tier = Literal["head", "torso", "tail", "unseen"]
Split = Literal["train", "heldout"]

TIERS: tuple[Tier, ...] = ("head", "torso", "tail", "unseen")
SPLITS: tuple[Split, ...] = ("train", "heldout")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """Somebody or something with attributes; ``values`` maps attribute to its true value."""

    kind: Literal["person", "town", "school", "river", "invention", "book"]
    name: str
    values: dict[str, str] = field(hash=False)
    tier: Tier
    split: Split
    target: int
    """Clean pages that each of its facts should stand on; 0 for the unseen."""
    pronoun: Literal["he", "she", "it"] = "it"

    @property
    def development(self) -> bool:
        """Kept out of all conversations too, though of the train split: what recipes are tuned on,
        so that the held-out people are not. A hash of the name: the same in every world.
        """
        digest = hashlib.sha256(self.name.encode()).digest()
        return self.split == "train" and digest[0] % 8 == 0

    @property
    def possessive(self) -> str:
        """His, her or its."""
        return {"he": "his", "she": "her", "it": "its"}[self.pronoun]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that is true, a question that asks for it, and how often the web says it."""

    entity: str
    kind: str
    attribute: str
    answer: str
    aliases: tuple[str, ...]
    question: str
    exposures: int
    tier: Tier
    split: Split


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A document of the web and the facts (entity, attribute) that stand on it."""

    kind: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
