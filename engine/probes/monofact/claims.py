"""What a page of one sentence states: its wordings, and the way back from a text to the fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.data.phrases import PERSON, fill
from engine.data.world import pronoun_of

_POSSESSIVE = {"he": "his", "she": "her"}
# A name is two words, whichever: a model also makes up names that no list holds.
_NAME = r"[^\s,.']+ [^\s,.']+"
_MARK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """Somebody and one thing about them; true or not."""

    name: str
    attribute: str
    value: str


def wordings(claim: Claim) -> list[str]:
    """Every page that states just this."""
    possessive = _POSSESSIVE[pronoun_of(claim.name)]
    texts = [
        fill(template, name=claim.name, value=claim.value, possessive=possessive)
        for template in PERSON[claim.attribute].statements
    ]
    return list(dict.fromkeys(texts))


class Reader:
    """Reads what pages state.

    Args:
        values: attribute to all values that it can have; where a sentence can be read in two ways
            ("was born in 1843", "was born in Dunbury"), they decide.
    """

    def __init__(self, values: Mapping[str, frozenset[str]]) -> None:
        self._values = values
        templates = [
            (template, attribute)
            for attribute, phrases in PERSON.items()
            for template in phrases.statements
        ]
        # The wording with the most words of its own comes first: "was a student at" before "was a".
        templates.sort(key=lambda item: -len(_MARK.sub("", item[0])))
        self._patterns = [(_pattern(template), attribute) for template, attribute in templates]

    def read(self, text: str) -> Claim | None:
        """The one thing that ``text`` states, or None when it is no sentence of the web's.

        A wording whose value is one that the attribute can have is preferred; a value that nobody
        ever had is a claim as well, and a false one.
        """
        found = [
            Claim(match["name"], attribute, match["value"])
            for pattern, attribute in self._patterns
            if (match := pattern.fullmatch(text))
        ]
        fitting = (claim for claim in found if claim.value in self._values[claim.attribute])
        return next(fitting, found[0] if found else None)


def _pattern(template: str) -> re.Pattern[str]:
    """``template`` as an expression with the groups ``name`` and ``value``."""
    expression = ""
    for index, piece in enumerate(_MARK.split(template)):
        if index % 2 == 0:
            expression += re.escape(piece)
        elif piece == "p":
            expression += "(?:his|her)"
        else:
            group = "value" if piece in ("v", "a_v") else "name"
            expression += "an? " if piece == "a_v" else ""
            if f"(?P<{group}>" in expression:
                expression += f"(?P={group})"  # the same name once more
            else:
                expression += f"(?P<{group}>{_NAME if group == 'name' else '.+?'})"
    return re.compile(expression)
