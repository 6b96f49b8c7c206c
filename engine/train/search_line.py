"""Where the line stands between memory and search (see ``engine.train.line``)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from engine import special
from engine.conversation import Turn
from engine.data.entities import Entity
from engine.data.phrases import PERSON
from engine.data.recollection import asked_about, recollection
from engine.data.strangers import Strangers
from engine.data.web import Web
from engine.dialect import Dialect
from engine.generate import Generator
from engine.model import Transformer
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.tool_prompt import TOOL_NAMES
from engine.train.line import Figures, Line

MOST_SEARCHED = 0.1
"""Share of questions about well-known development people that may be searched for."""
N_PLACES = 200
MAX_TOKENS = 24
"""Room for the sentence up to the value."""


@dataclass(frozen=True, slots=True)
class Searching:
    """Development questions with a search at hand: whom the model in training looks up."""

    dialect: Dialect
    known: Sequence[str]
    unknown: Sequence[str]

    @staticmethod
    def of(web: Web, dialect: Dialect, per_group: int) -> Searching:
        """Questions about people of the head, and about as many of the unseen."""
        return Searching(
            dialect,
            _asked([p for p in web.world.people if p.tier == "head"], per_group),
            _asked([p for p in web.world.people if p.tier == "unseen"], per_group),
        )

    def figures(self, model: Transformer) -> Figures:
        """Shares looked up of the known and of the unknown."""
        searched = self._searched(model, [*self.known, *self.unknown])
        known, unknown = searched[: len(self.known)], searched[len(self.known) :]
        return {"searched_known": _share(known), "searched_unknown": _share(unknown)}

    def _searched(self, model: Transformer, asked: Sequence[str]) -> list[bool]:
        tokenizer = self.dialect.tokenizer
        search = tokenizer.special[special.SEARCH_START]
        params = SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS)
        found = Generator(model, tokenizer).generate_all(
            [
                Request(
                    prompt_ids=tuple(_prompt(self.dialect, question, offered=True)),
                    params=params,
                    stop_ids=self.dialect.stop_ids(chat=True) | {search},
                )
                for question in asked
            ]
        )
        return [search in rows[0].ids for rows in found]


def search_line(web: Web, dialect: Dialect, per_group: int) -> Line:
    """The line of ``dialect``'s model, between the value and the token that opens a search."""
    return Line(
        name="search",
        token=dialect.tokenizer.special[special.SEARCH_START],
        places=places(web, dialect, "search:line", offered=True),
        figures=Searching.of(web, dialect, per_group).figures,
        watched="searched_known",
        bound=MOST_SEARCHED,
    )


def places(web: Web, dialect: Dialect, seed: str, *, offered: bool = False) -> list[list[int]]:
    """Prompts that end where a value is to be said that nobody can know.

    Args:
        web: to whose people these are strangers.
        dialect: of the model.
        seed: draws them.
        offered: whether tools are at hand.
    """
    rng, strangers = random.Random(seed), Strangers(web.world, "dialogue")
    found = []
    for _ in range(N_PLACES):
        person, attribute = strangers.draw(rng), rng.choice(list(PERSON))
        before, _ = recollection(person, attribute, rng)
        asked = asked_about(person, attribute, rng)
        said = dialect.tokenizer.encode(" " + before)
        found.append([*_prompt(dialect, asked, offered=offered), *said])
    return found


def _prompt(dialect: Dialect, question: str, *, offered: bool) -> list[int]:
    tools = TOOL_NAMES if offered else ()
    return dialect.render_chat([Turn.of("user", question)], tools=tools)


def _asked(people: Sequence[Entity], count: int) -> list[str]:
    """Questions about development people, each attribute in turn."""
    rng = random.Random("search:line")
    about = [(p, a) for p in people if p.development for a in PERSON]
    rng.shuffle(about)
    return [asked_about(person, attribute, rng) for person, attribute in islice(about, count)]


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(1, len(hits))
