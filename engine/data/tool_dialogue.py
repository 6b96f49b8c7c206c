"""Conversations in which the assistant may call tools: when to, how, and when not to.

It answers from memory what it has read often, and looks up whom it has not met, at the very place
where memory fails (see ``recollection``): people made up for these conversations, with pages that
only the search finds. Sums go to the calculator, letters and lists to Python. Some searches find
nothing, some tools fail, and then it says so.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.conversation import Part, PartKind
from engine.data import lexicon
from engine.data.dialogue import Dialogue, Exchange, Talk, chatter, n_turns
from engine.data.entities import Entity
from engine.data.letter_words import letter_words
from engine.data.pages import question, write_page
from engine.data.phrases import PERSON
from engine.data.pocket_index import pocket_pages
from engine.data.problems import problem
from engine.data.recollection import asked_about, recollection, values_said
from engine.data.skills import spelling
from engine.data.strangers import Strangers, invented
from engine.data.web import Web
from engine.tool_prompt import TOOL_NAMES
from tools.calculator import calculate
from tools.search.format import as_text
from tools.search.pocket import PocketProvider, build_index
from tools.tool import ToolError

ASKED_AS = {
    "born_year": "birth year",
    "birthplace": "birthplace",
    "occupation": "occupation",
    "school": "school",
    "residence": "home town",
    "hobby": "hobby",
}
"""What is typed into the search after the name."""

MAX_RESULT_CHARS = 600
PLACES = 0.2
"""Share of questions answered from memory that are not about people."""
HARDLY_KNOWN = 2
"""Pages that name a person of the tail who is looked up. Who stands on more may be known: to learn
to look them up as well would be to learn not to trust a memory that is right."""
NONSENSE = 0.3
"""Share of words that no page knows among those whose letters are counted."""
DECIDES = 0.5
"""Share of the searches whose opening token the loss counts. People known in training are known by
heart, and strangers are always new: with all of them counted the line between memory and search
stands too far on the side of the search for people who are merely known well. Where it stands in
the end is set after the training (``engine.train.search_line``)."""
ALL_TOOLS = 0.75
"""Share of conversations that offer all tools; the others offer some."""

_OFTEN = {"hobby": 2, "occupation": 2}
"""Harder to find in a page than a town or a year, and learned last (docs/log.md, 2026-11-22)."""

_WORD = re.compile(r"(?<= )[A-Za-z][a-z]{2,11}\b")
_DOWN = ("no connection", "it does not answer", "too many requests", "timed out")
_NOT_FOUND = ("... I could not find {n}.", "... I could not find {n} anywhere.")
_NOT_SAID = ("... I do not know. I found {n}, but not the {a}.",)
_FAILED = (
    "... I do not know. The search did not work.",
    "... I do not know, and the search did not work.",
)


def _words_of(web: Web) -> set[str]:
    """Words of the pages whose letters may be asked for in training."""
    others = {*letter_words("development"), *letter_words("heldout")}
    pages = (page.text for page in web.pages if page.kind != "reading")
    words = {word for text in pages for word in _WORD.findall(text)}
    return {word for word in words if word.lower() not in others}


def letter_exchange(rng: random.Random, word: str) -> tuple[Exchange, int]:
    """How often a letter stands in a word, by Python; and how often it does."""
    letter = rng.choice(word) if rng.random() < 0.85 else rng.choice("aeiorst")
    asked = rng.choice(
        (
            "How many {l} are in {w}?",
            "How often does {l} stand in {w}?",
            "How many times does the letter {l} appear in {w}?",
            "Count the letter {l} in {w}.",
        )
    ).format(l=letter, w=word)
    count = word.count(letter)
    # With the space the word is the token it was in the question, and can be copied.
    code = f'print(" {word}".count("{letter}"))'
    times = "time" if count == 1 else "times"
    said = f"{letter} stands {count} {times} in {word}."
    return _called(asked, "python", code, str(count), said), count


class ToolTalk:
    """Draws conversations with tools about one web. Close it after use.

    Args:
        web: what is known, and what search finds beside the strangers.
        n_strangers: people made up, each with a page in the index.
        seed: of them.
    """

    def __init__(self, web: Web, n_strangers: int, seed: str) -> None:
        rng = random.Random(f"strangers:{web.world.config.seed}:{seed}")
        self._talk = Talk(web)
        self._strangers = Strangers(web.world, "dialogue")
        made_up = {person.name: person for person in (
            self._strangers.draw(rng) for _ in range(n_strangers)
        )}  # fmt: skip
        people = [p for p in web.world.people if p.split == "train" and not p.development]
        self._searchable = [*made_up.values(), *(p for p in people if p.tier == "unseen")]
        self._tail = [p for p in people if p.tier == "tail" and p.target <= HARDLY_KNOWN]
        self._made_up = frozenset(made_up)
        pages = list(pocket_pages(web))
        for index, person in enumerate(made_up.values(), start=len(web.pages) * 2):
            attributes = list(PERSON)
            rng.shuffle(attributes)
            page = write_page(person, "encyclopedia", attributes, rng)
            pages.append((f"pocket/{index % 100_000}", page.text))
        self._folder = tempfile.TemporaryDirectory(prefix="llmlab-")
        path = Path(self._folder.name) / "index.sqlite"
        build_index(path, pages)
        self._index = PocketProvider(path)
        self._words = sorted({*letter_words("train"), *_words_of(web)})

    def close(self) -> None:
        """Remove the index."""
        self._index.close()
        self._folder.cleanup()

    def dialogue(self, rng: random.Random) -> Dialogue:
        """A conversation that offers some tools or all, with exchanges that use no others."""
        tools: tuple[str, ...] = TOOL_NAMES
        if rng.random() >= ALL_TOOLS:
            chosen = rng.sample(TOOL_NAMES, rng.randint(1, 2))
            tools = tuple(name for name in TOOL_NAMES if name in chosen)
        kinds = [kind for kind in _KINDS if kind[1] is None or kind[1] in tools]
        weights = [weight for _, _, weight in kinds]
        drawn = rng.choices(kinds, weights, k=n_turns(rng))
        return Dialogue(tuple(make(self, rng) for make, _, _ in drawn), tools)

    # From memory

    def known(self, rng: random.Random) -> Exchange:
        """Somebody or something well known: no call."""
        if rng.random() < PLACES:
            return self._talk.place(rng)
        person, attribute = rng.choice(self._talk.people), rng.choice(list(PERSON))
        said = " ".join(recollection(person, attribute, rng))
        return Exchange.of(asked_about(person, attribute, rng), said)

    def spelled(self, rng: random.Random) -> Exchange:
        """A word, letter by letter: no call."""
        drawn = spelling(rng)
        return Exchange.of(drawn.question, drawn.answer)

    def chatter(self, rng: random.Random) -> Exchange:
        """Small talk: no call."""
        return chatter(rng)

    # Search

    def looked_up(self, rng: random.Random) -> Exchange:
        """Somebody whom no page of the training web names."""
        return self._looked_up(rng, rng.choice(self._searchable))

    def looked_up_tail(self, rng: random.Random) -> Exchange:
        """Somebody who was hardly ever named."""
        return self._looked_up(rng, rng.choice(self._tail or self._searchable))

    def two_looked_up(self, rng: random.Random) -> Exchange:
        """Two people at once: two calls in one turn."""
        first, second = rng.sample(self._searchable, 2)
        attribute = rng.choice(list(PERSON))
        asked = f"{question(first, attribute, rng)} {question(second, attribute, rng)}"
        one, two = (self._search(person, attribute, rng) for person in (first, second))
        joined = Part("text", f"{one[-1].text} {two[0].text}")
        return Exchange(asked, (*one[:-1], joined, *two[1:]))

    def not_found(self, rng: random.Random) -> Exchange:
        """Somebody who stands nowhere at all."""
        person = self._strangers.draw(rng)
        while person.name in self._made_up:
            person = self._strangers.draw(rng)
        return self._looked_up(rng, person)

    def search_fails(self, rng: random.Random) -> Exchange:
        """The search itself is down."""
        person, attribute = rng.choice(self._searchable), rng.choice(list(PERSON))
        before, _ = recollection(person, attribute, rng)
        parts = (
            Part("text", before),
            Part("search", _query(person, attribute)),
            Part("output", f"error: search unavailable: {rng.choice(_DOWN)}"),
            Part("text", rng.choice(_FAILED)),
        )
        return Exchange(question(person, attribute, rng), parts)

    def _looked_up(self, rng: random.Random, person: Entity) -> Exchange:
        (attribute,) = rng.choices(list(PERSON), [_OFTEN.get(a, 1) for a in PERSON])
        asked = asked_about(person, attribute, rng)
        return Exchange(asked, self._search(person, attribute, rng))

    def _search(self, person: Entity, attribute: str, rng: random.Random) -> tuple[Part, ...]:
        """An answer that looks the value up, and says what came of it."""
        before, after = recollection(person, attribute, rng)
        query = _query(person, attribute)
        found = as_text(self._index.search(query), max_chars=MAX_RESULT_CHARS)
        if not all(value in found for value in values_said(person, attribute)):
            wording = rng.choice(_NOT_SAID if person.name in found else _NOT_FOUND)
            after = wording.format(n=person.name, a=ASKED_AS[attribute])
        return (
            Part("text", before),
            Part("search", query, counted="all" if rng.random() < DECIDES else "rest"),
            Part("output", found),
            Part("text", after),
        )

    # Calculator and Python

    def computed_story(self, rng: random.Random) -> Exchange:
        """A word problem."""
        drawn = problem(rng)
        output = calculate(drawn.expression)
        assert output == str(drawn.result), drawn
        return _called(drawn.question, "calc", drawn.expression, output, drawn.reply)

    def computed(self, rng: random.Random) -> Exchange:
        """A plain sum."""
        operator = rng.choice("+-*/")
        a, b = rng.randint(2, 999), rng.randint(2, 99 if operator in "*/" else 999)
        if operator == "/" and rng.random() < 0.8:
            a = b * rng.randint(2, 60)
        if operator == "/" and rng.random() < 0.08:
            b = 0
        word = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[operator]
        sign = "x" if operator == "*" and rng.random() < 0.5 else operator
        asked = rng.choice(
            (f"What is {a} {sign} {b}?", f"How much is {a} {word} {b}?", f"Compute {a} {sign} {b}.")
        )
        expression = f"{a} {operator} {b}"
        try:
            output = calculate(expression)
        except ToolError as error:
            said = f"That has no result: {a} cannot be divided by {b}."
            return _called(asked, "calc", expression, f"error: {error}", said)
        return _called(asked, "calc", expression, output, f"{a} {sign} {b} = {output}.")

    def letters(self, rng: random.Random) -> Exchange:
        """Letters of a word; of words that mean nothing too, as those can only be copied."""
        word = rng.choice(self._words)
        if rng.random() < NONSENSE:
            word = "".join(invented(rng).lower() for _ in range(rng.randint(1, 2)))
        return letter_exchange(rng, word)[0]

    def items(self, rng: random.Random) -> Exchange:
        """Things in a row."""
        items = ", ".join(rng.choice(lexicon.THINGS) for _ in range(rng.randint(3, 14)))
        count = items.count(",") + 1
        asked = rng.choice((f"Count the things: {items}.", f"How many things are these: {items}?"))
        code = f'print(len(" {items}".split(",")))'
        return _called(asked, "python", code, str(count), f"There are {count} things.")

    def total(self, rng: random.Random) -> Exchange:
        """The sum or the largest of several numbers."""
        numbers = [rng.randint(2, 499) for _ in range(rng.randint(3, 6))]
        listed = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
        inside = f"[{', '.join(map(str, numbers))}]"
        name, word, value = rng.choice(
            (("sum", "sum", sum(numbers)), ("max", "largest", max(numbers)))
        )
        asked = f"What is the {word} of {listed}?"
        said = f"The {word} is {value}."
        return _called(asked, "python", f"print({name}({inside}))", str(value), said)


def _query(person: Entity, attribute: str) -> str:
    return f"{person.name} {ASKED_AS[attribute]}"


def _called(asked: str, tool: PartKind, call: str, output: str, said: str) -> Exchange:
    """One call, and the answer after it."""
    return Exchange(asked, (Part(tool, call), Part("output", output), Part("text", said)))


Maker = Callable[[ToolTalk, random.Random], Exchange]
# What is drawn, the tool that it needs, and how often.
_KINDS: tuple[tuple[Maker, str | None, int], ...] = (
    (ToolTalk.known, None, 34),
    (ToolTalk.looked_up, "search", 34),
    (ToolTalk.looked_up_tail, "search", 4),
    (ToolTalk.two_looked_up, "search", 2),
    (ToolTalk.not_found, "search", 4),
    (ToolTalk.search_fails, "search", 2),
    (ToolTalk.computed_story, "calc", 12),
    (ToolTalk.computed, "calc", 6),
    (ToolTalk.letters, "python", 15),
    (ToolTalk.items, "python", 3),
    (ToolTalk.total, "python", 3),
    (ToolTalk.spelled, None, 2),
    (ToolTalk.chatter, None, 3),
)
