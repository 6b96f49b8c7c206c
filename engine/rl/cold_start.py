"""The cold start: worked problems are learned, as in fine-tuning, before any is attempted.

Reinforcement learning makes likelier what is right already now and then. Of a task that a model
was hardly shown nothing is right, so all rewards are equal and nothing is learned; a short
fine-tuning on worked answers begins it (DeepSeek-R1, arXiv 2501.12948, section 2.3.1).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from engine.data.dialogue import Dialogue, Exchange, conversations
from engine.data.web import Web
from engine.model import Transformer
from engine.rl.plan import RlPlan
from engine.tasks.catalogue import practice, task_named
from engine.tokenizer import Tokenizer
from engine.train.compiled import maybe_compile
from engine.train.corpus import mixed, tool_conversations
from engine.train.descent import Descent
from engine.train.objective import next_token_loss
from engine.train.packing import Document, pack
from engine.train.recipe import Recipe, recipe

PRACTICE_SHARE = 0.85
"""Of the conversations without tools; the others are those of the stage ``sft``."""
_TOOL_SHARE = 0.35
_REPLAY_SHARE = 0.25


def fine_tuning(own: Recipe, plan: RlPlan) -> Recipe:
    """The recipe of the cold start of a run: the rates of the stage ``sft``."""
    return replace(
        recipe("sft", own.preset, steps=plan.cold_start, seed=own.seed),
        world=own.world,
        tool_share=_TOOL_SHARE,
        replay_share=_REPLAY_SHARE,
        compile=own.compile,
    )


def practice_documents(own: Recipe, plan: RlPlan, web: Web, tokenizer: Tokenizer) -> list[Document]:
    """Worked problems among conversations and pages, as long as the whole cold start."""
    if not plan.cold_start:
        return []
    seed = f"cold:{own.seed}"
    texts = [page.text for page in web.pages]
    random.Random(seed).shuffle(texts)
    tools = tool_conversations(web, own.n_strangers, f"{seed}:tools", people=seed)
    talks = _talks(plan, web, seed)
    return mixed(fine_tuning(own, plan), tokenizer, talks, tools, texts)


def _talks(plan: RlPlan, web: Web, seed: str) -> Iterator[Dialogue]:
    rng = random.Random(f"{seed}:practice")
    # Worked answers call no tool: what offers one is left to the attempts.
    tasks = [name for name in plan.tasks if not task_named(name).tools]
    batches = (conversations(web, 64, f"{seed}:{n}") for n in itertools.count())
    others = itertools.chain.from_iterable(batches)
    while True:
        if rng.random() < PRACTICE_SHARE:
            yield Dialogue((Exchange.of(*practice(rng, tasks)),))
        else:
            yield next(others)


class ColdStart:
    """The steps of a run before its first attempts.

    Args:
        model: whose weights change.
        descent: takes the steps.
        recipe: of the cold start.
        documents: what is learned, enough for all of its steps.
    """

    def __init__(
        self, model: Transformer, descent: Descent, recipe: Recipe, documents: list[Document]
    ) -> None:
        self._descent, self._device = descent, model.cos_SE.device
        seed = f"{recipe.seed}:cold"
        self._batches = pack(documents, recipe.row_lengths, recipe.batch_tokens, seed)
        self._loss = maybe_compile(partial(next_token_loss, model), recipe)

    def learn(self, step: int) -> tuple[dict[str, Any], int]:
        """One step; returns its figures (see ``Descent.apply``) and the tokens that it read.

        Raises:
            TrainingDivergedError: the loss or the gradient norm is not finite.
        """
        # Rows that fill no batch are left out by the packing, so the last steps may begin anew.
        batch = self._batches[step % len(self._batches)]
        loss = self._loss(*(torch.from_numpy(a).to(self._device) for a in batch.arrays))
        loss.backward()  # type: ignore[no-untyped-call]
        return self._descent.apply(step, float(loss.detach())), batch.ids_BT.size
