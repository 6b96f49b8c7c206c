"""Questions to answers, for a chat model and, by examples in the prompt, for a base model."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.conversation import Turn
from engine.data.pages import answer, question
from engine.data.phrases import PERSON
from engine.data.web import Web
from engine.local import LocalModel
from engine.sampling_params import SamplingParams

SHOTS = 4
CHUNK = 512
"""Questions given to the generator at once: a bound on memory, not on batching."""


def few_shot_prefix(web: Web, *, seed: int = 0) -> str:
    """Answered questions about well-known people of the train split, as on a FAQ page."""
    rng = random.Random(f"shots:{seed}")
    people = [
        p for p in web.world.people if p.tier == "head" and p.split == "train" and not p.development
    ]
    lines = []
    for attribute in rng.sample(list(PERSON), SHOTS):
        person = rng.choice(people)
        lines += [f"Q: {question(person, attribute, rng)}", f"A: {answer(person, attribute, rng)}"]
    return "\n".join(lines) + "\n"


def answers(
    local: LocalModel, questions: Sequence[str], web: Web, *, max_tokens: int = 64
) -> list[str]:
    """Greedy answers, in order. A base model sees ``few_shot_prefix`` and ends with its line.

    Raises:
        RequestError: a question does not fit the context.
    """
    found: list[str] = []
    prefix = "" if local.chats else few_shot_prefix(web)
    stop = () if local.chats else ("\n",)
    params = SamplingParams(temperature=0.0, max_tokens=max_tokens, stop=stop)
    for start in range(0, len(questions), CHUNK):
        chunk = questions[start : start + CHUNK]
        if local.chats:
            done = local.chat_batch([[Turn.of("user", text)] for text in chunk], params)
        else:
            done = local.complete_batch([f"{prefix}Q: {text}\nA:" for text in chunk], params)
        found += [completion.text.strip() for completion in done]
    return found
