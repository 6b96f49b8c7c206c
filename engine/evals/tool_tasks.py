"""What tools change: the same held-out questions with tools at hand and without.

``with`` and ``without`` are shares of right answers; ``called`` is the share of answers that called
the tool in question.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.conversation import Turn
from engine.data.entities import Entity, Fact, Split
from engine.data.facts import fact, questions
from engine.data.judge import Judge
from engine.data.letter_words import letter_words
from engine.data.pages import write_page
from engine.data.phrases import PERSON
from engine.data.pocket_index import pocket_pages
from engine.data.problems import problem
from engine.data.strangers import Strangers
from engine.data.tool_dialogue import letter_exchange
from engine.data.web import Web
from engine.evals.answer import answers
from engine.evals.results import result_is
from engine.local import LocalModel
from engine.sampling_params import SamplingParams
from engine.tool_loop import Answered, ToolLoop
from engine.tool_prompt import TOOL_NAMES
from tools.calculator import calc_tool
from tools.python import Jail, python_tool
from tools.registry import Registry
from tools.search import Search, search_tool
from tools.search.pocket import PocketProvider, build_index
from tools.search.settings import SearchSettings

N_PROBLEMS = 300
N_FACTS = 450
MAX_TOKENS = 96
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, the tool that it is for, and whether an answer to it is right."""

    question: str
    tool: str
    right: Callable[[str], bool]


def tools(local: LocalModel, web: Web) -> Figures:
    """Held-out people, wordings, words and numbers."""
    people = [person for person in web.world.people if person.split == "heldout"]
    words = letter_words("heldout")
    return _measure(local, web, people, words, "heldout", random.Random("eval:tools"))


def tools_dev(local: LocalModel, web: Web) -> Figures:
    """The same on development people and strangers, for tuning."""
    rng = random.Random("eval:tools-dev")
    strangers = Strangers(web.world, "development")
    people = [person for person in web.world.people if person.development]
    people += [strangers.draw(rng) for _ in range(75)]
    return _measure(local, web, people, letter_words("development"), "train", rng)


def _measure(
    local: LocalModel,
    web: Web,
    people: Sequence[Entity],
    words: Sequence[str],
    phrasing: Split,
    rng: random.Random,
) -> Figures:
    judge = Judge(web)
    asked = {
        "word_problems": [_problem(rng, "train") for _ in range(N_PROBLEMS)],
        "word_problems_new_wording": [_problem(rng, "heldout") for _ in range(N_PROBLEMS)],
        "letters": [_letters(rng, words) for _ in range(N_PROBLEMS)],
        **{
            f"facts_{tier}": _facts(web, judge, [p for p in people if p.tier == tier], phrasing)
            for tier in ("head", "torso", "tail", "unseen")
        },
    }
    with tempfile.TemporaryDirectory(prefix="llmlab-") as folder, Jail() as jail:
        index = Path(folder) / "index.sqlite"
        build_index(index, [*pocket_pages(web), *_pages_of_strangers(web, people, rng)])
        search = Search([PocketProvider(index)], settings=SearchSettings(), cache_path=None)
        registry = Registry((calc_tool(), python_tool(jail), search_tool(search)))
        try:
            loop = ToolLoop(local, registry, tools=TOOL_NAMES)
            return {name: _compared(local, loop, web, items) for name, items in asked.items()}
        finally:
            search.close()


def _compared(local: LocalModel, loop: ToolLoop, web: Web, asked: Sequence[_Asked]) -> Figures:
    if not asked:
        return {"n": 0}
    texts = [item.question for item in asked]
    params = SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS)
    with_tools = loop.answers([[Turn.of("user", text)] for text in texts], params)
    without = answers(local, texts, web, max_tokens=MAX_TOKENS)
    return {
        "n": len(asked),
        "with": _share([item.right(a.text) for item, a in zip(asked, with_tools, strict=True)]),
        "without": _share([item.right(a) for item, a in zip(asked, without, strict=True)]),
        "called": _share([_called(item, a) for item, a in zip(asked, with_tools, strict=True)]),
        "no_call": _share([not a.calls for a in with_tools]),
        "failed_calls": sum(not call.result.ok for a in with_tools for call in a.calls),
    }


def _called(item: _Asked, answered: Answered) -> bool:
    return any(call.tool == item.tool for call in answered.calls)


def _share(outcomes: Sequence[bool]) -> float:
    return sum(outcomes) / len(outcomes)


def _problem(rng: random.Random, forms: Split) -> _Asked:
    drawn = problem(rng, forms)
    result = str(drawn.result)
    return _Asked(drawn.question, "calc", lambda answer: result_is(answer, result))


def _letters(rng: random.Random, words: Sequence[str]) -> _Asked:
    """Of words whose letters were asked for in no conversation with tools."""
    exchange, count = letter_exchange(rng, rng.choice(words))
    return _Asked(exchange.question, "python", lambda answer: result_is(answer, str(count)))


def _facts(web: Web, judge: Judge, people: Sequence[Entity], phrasing: Split) -> list[_Asked]:
    asked = [
        (fact(web, person, attribute), text)
        for person in people
        for attribute in person.values
        for text in questions(person, attribute, phrasing)
    ]
    # Evenly spaced, so that every person and attribute keeps its share.
    stride = max(1.0, len(asked) / N_FACTS)
    chosen = [asked[int(i * stride)] for i in range(int(len(asked) / stride))]
    return [_Asked(text, "search", _judged(judge, known)) for known, text in chosen]


def _judged(judge: Judge, known: Fact) -> Callable[[str], bool]:
    return lambda answer: judge.outcome(known, answer) == "correct"


def _pages_of_strangers(
    web: Web, people: Sequence[Entity], rng: random.Random
) -> list[tuple[str, str]]:
    """Of those whom the world does not know, a page each, as ``engine.data.web`` writes them."""
    known = {person.name for person in web.world.people}
    pages = []
    for number, person in enumerate(people, start=100_000):
        if person.name not in known:
            attributes = list(PERSON)
            rng.shuffle(attributes)
            page = write_page(person, "encyclopedia", attributes, rng)
            pages.append((f"pocket/{number}", page.text))
    return pages
