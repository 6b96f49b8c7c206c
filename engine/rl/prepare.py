"""What the stage begins with: an assistant of this lab, its tasks, text to keep what it knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import torch

from engine.checkpoint import load_model
from engine.data.web import Web, web_of
from engine.dialect import LabDialect
from engine.errors import RunError
from engine.manifest import find_checkpoint, verify
from engine.rl.check import check_parent
from engine.rl.cold_start import practice_documents
from engine.rl.learning import Replay
from engine.rl.plan import RlPlan
from engine.tasks.catalogue import task_named
from engine.tasks.task import Task, problems
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.train.corpus import page_documents, training_documents
from engine.train.packing import Document, pack
from engine.train.recipe import Recipe, recipe
from engine.train.search_line import search_line
from engine.train.setup import Setup


def prepare_rl(own: Recipe, parent: str, device: torch.device) -> Setup:
    """Load the parent and write the text to learn beside.

    Raises:
        CheckpointError: the parent is missing or damaged.
        RunError: it cannot learn these tasks, or does not fit the preset.
    """
    assert own.rl is not None
    info = find_checkpoint(parent)
    check_parent(own.rl, info)
    verify(info.path)
    tokenizer, model = load_tokenizer(info.path), load_model(info.path)
    if model.config.max_seq_len < max(own.row_lengths):
        raise RunError(
            f"{info.name} has a context of {model.config.max_seq_len} tokens, but the preset "
            f"{own.preset!r} has rows of {max(own.row_lengths)}. Choose the preset it was "
            "trained with."
        )
    web = web_of(own.world)
    task = task_named(own.rl.tasks[0])
    finish = None
    if own.rl.cold_start and "search" in info.tools:
        # Fine-tuning moves the line between memory and search: it is put where the parent has it.
        line = search_line(web, LabDialect(tokenizer, chats=True), own.n_development)
        finish = replace(line, bound=line.figures(model)[line.watched]).set
    return Setup(
        model=model.to(device),
        tokenizer=tokenizer,
        documents=_replayed(own, own.rl, web, tokenizer),
        practice=practice_documents(own, own.rl, web, tokenizer),
        heldout=page_documents([page.text for page in web.heldout_pages], tokenizer),
        parent=info,
        finish=finish,
        question=next(problems(task, "heldout", Random(f"{own.seed}:sample"))).question,
    )


def tasks_of(plan: RlPlan) -> list[Task]:
    """The tasks of a plan.

    Raises:
        RunError: there is no such task.
    """
    return [task_named(name) for name in plan.tasks]


def replay_of(own: Recipe, documents: Sequence[Document]) -> Replay | None:
    """The batches of ``documents`` that go with the optimisation steps; None without any."""
    assert own.rl is not None
    if not documents:
        return None
    batches = pack(documents, own.row_lengths, own.rl.replay_tokens, f"{own.seed}:replay")
    return lambda number: batches[number % len(batches)]


def _replayed(own: Recipe, plan: RlPlan, web: Web, tokenizer: Tokenizer) -> list[Document]:
    """Conversations and pages as the stage ``sft`` reads them, enough for the whole run."""
    if not plan.replay_tokens:
        return []
    tokens = (own.steps - plan.cold_start) * plan.n_updates * plan.replay_tokens
    sft = recipe("sft", own.preset, steps=-(-tokens // own.batch_tokens), seed=own.seed)
    return training_documents(replace(sft, world=own.world), web, tokenizer)
