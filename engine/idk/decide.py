"""Step 5: what is to be answered, what refused, and what is left out.

A fact that the model always gets right is answered, one that it never gets right is refused.
Between the two it knows something: to refuse those would teach it to distrust a memory that is
right, to answer them would teach it to guess (arXiv 2405.05904, section 4).
"""

from __future__ import annotations

from typing import Literal

from engine.idk.snippets import NEW
from engine.probes.record import Category

Decision = Literal["answer", "refuse", "leave out"]
_DECISIONS: dict[Category, Decision] = {
    "highly known": "answer",
    "maybe known": "leave out",
    "weakly known": "leave out",
    "unknown": "refuse",
}


def decided(category: Category, group: str) -> Decision:
    """What becomes of a fact of a category.

    Right answers about people who stand on no page are lucky guesses, not to be encouraged.
    """
    decision = _DECISIONS[category]
    return "leave out" if group == NEW and decision == "answer" else decision
