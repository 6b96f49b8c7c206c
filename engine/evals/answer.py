"""Questions to answers, for a chat model and, by examples in the prompt, for a base model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.conversation import Turn
from engine.data.entities import Entity
from engine.data.pages import answer, question
from engine.data.phrases import PERSON
from engine.data.web import Web, web_of
from engine.data.world import NANO_WORLD
from engine.errors import RequestError
from engine.sampling_params import SamplingParams

if TYPE_CHECKING:
    from engine.local import LocalModel  # Brings torch; a prompt is made without it.

SHOTS = 4
CHUNK = 512
"""Questions given to the generator at once: a bound on memory, not on batching."""


def well_known(web: Web) -> list[Entity]:
    """People to show as examples: read of often, and nobody who is measured on."""
    return [
        p for p in web.world.people if p.tier == "head" and p.split == "train" and not p.development
    ]


def few_shot_prefix(web: Web, *, seed: int = 0) -> str:
    """Answered questions about well-known people of the train split, as on a FAQ page."""
    rng = random.Random(f"shots:{seed}")
    people = well_known(web)
    lines = []
    for attribute in rng.sample(list(PERSON), SHOTS):
        person = rng.choice(people)
        lines += [f"Q: {question(person, attribute, rng)}", f"A: {answer(person, attribute, rng)}"]
    return "\n".join(lines) + "\n"


def prefix_for(local: LocalModel, web: Web | None = None) -> str:
    """What stands before a question: nothing for a chat model, else ``few_shot_prefix``.

    Args:
        local: the model.
        web: None is the web of the nano preset, for models that were trained on no such web.
    """
    return "" if local.chats else few_shot_prefix(web or web_of(NANO_WORLD))


def check_fits(local: LocalModel, question: str, prefix: str, tools: Sequence[str] = ()) -> None:
    """Refuse a question before any of them is answered; ``tools`` are offered with it.

    Raises:
        RequestError: it does not fit the context.
    """
    if local.chats:
        ids = local.dialect.render_chat([Turn.of("user", question)], tools=tools)
    else:
        ids = local.dialect.render_completion(as_document(prefix, question))
    if len(ids) > local.info.max_seq_len:
        raise RequestError(
            f"The question makes a prompt of {len(ids)} tokens, but the model reads at most "
            f"{local.info.max_seq_len}. Shorten the question."
        )


def answers(
    local: LocalModel, questions: Sequence[str], web: Web | None = None, *, max_tokens: int = 64
) -> list[str]:
    """Greedy answers, in order. A base model sees ``prefix_for`` and ends with its line.

    Raises:
        RequestError: a question does not fit the context.
    """
    found: list[str] = []
    prefix = prefix_for(local, web)
    stop = () if local.chats else ("\n",)
    params = SamplingParams(temperature=0.0, max_tokens=max_tokens, stop=stop)
    for start in range(0, len(questions), CHUNK):
        chunk = questions[start : start + CHUNK]
        if local.chats:
            done = local.chat_batch([[Turn.of("user", text)] for text in chunk], params)
        else:
            done = local.complete_batch([as_document(prefix, text) for text in chunk], params)
        found += [completion.text.strip() for completion in done]
    return found


def as_document(prefix: str, question: str) -> str:
    """A page that goes on with the answer."""
    return f"{prefix}Q: {question}\nA:"
