"""Ways to ask a checkpoint that leave it as it is."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from engine.conversation import Turn
from engine.data.facts import questions
from engine.data.pages import answer
from engine.data.phrases import PERSON
from engine.data.pocket_index import ensure_index, index_name
from engine.data.strangers import Strangers
from engine.data.web import Web
from engine.errors import LabError
from engine.evals.answer import well_known
from engine.events import Completion
from engine.local import LocalModel
from engine.pocket_here import search_folder
from engine.probes.asking import MAX_TOKENS
from engine.sampling_params import SamplingParams
from engine.tool_loop import ToolLoop
from tools.registry import Registry
from tools.search import Search, search_tool
from tools.search.pocket import PocketProvider
from tools.search.settings import SearchSettings

Answers = Callable[[Sequence[str]], list[Completion]]
"""Questions to greedy answers, in order."""

SENTENCE = (
    "You may say that you do not know. If you are not sure of an answer, do not guess: "
    "say I do not know."
)
REFUSAL = "I do not know."
EXAMPLES = 2
"""Shown of each kind: of what is known and of what is not."""

_GREEDY = SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS)


def plainly(local: LocalModel, before: Sequence[Turn] = ()) -> Answers:
    """Ask ``local`` as it is; ``before`` stands before each question."""

    def answers(texts: Sequence[str]) -> list[Completion]:
        return local.chat_batch([[*before, Turn.of("user", text)] for text in texts], _GREEDY)

    return answers


def told() -> list[Turn]:
    """A sentence that allows and asks for a refusal."""
    return [Turn.of("system", SENTENCE)]


def shown(local: LocalModel, web: Web) -> list[Turn]:
    """Examples: people of the training split who are answered, and strangers who are refused.

    As many as take no more than half of the model's context, those at the end.
    """
    rng = random.Random("alternatives:examples")
    known, strangers = well_known(web), Strangers(web.world, "dialogue")
    turns: list[Turn] = []
    for _ in range(EXAMPLES):
        for is_known in (True, False):
            attribute = rng.choice(list(PERSON))
            person = rng.choice(known) if is_known else strangers.draw(rng)
            said = answer(person, attribute, rng) if is_known else REFUSAL
            asked = rng.choice(questions(person, attribute, "train"))
            turns += [Turn.of("user", asked), Turn.of("assistant", said)]
    while len(local.dialect.render_chat(turns)) > local.info.max_seq_len // 2:
        turns = turns[2:]
    return turns


@contextlib.contextmanager
def searching(local: LocalModel, web: Web) -> Iterator[Answers]:
    """Ask ``local`` with the search of the pocket web at hand, people it never read of included.

    Raises:
        RequestError: it has not learned to search.
        LabError: the index cannot be written.
    """
    index = search_folder() / index_name(web.world.config)
    try:
        ensure_index(index, web)
    except (OSError, sqlite3.Error) as error:
        raise LabError(
            f"The index of the pocket web cannot be written to {index} ({error}). Free some space, "
            "or set LLMLAB_HOME to another folder."
        ) from error
    search = Search([PocketProvider(index)], settings=SearchSettings(), cache_path=None)
    try:
        loop = ToolLoop(local, Registry((search_tool(search),)), tools=("search",))

        def answers(texts: Sequence[str]) -> list[Completion]:
            asked = [[Turn.of("user", text)] for text in texts]
            return [answered.completion for answered in loop.answers(asked, _GREEDY)]

        yield answers
    finally:
        search.close()
