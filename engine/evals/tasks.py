"""The tasks of ``llmlab eval``: each a function of a loaded checkpoint to figures."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from engine.data.entities import TIERS, Entity, Fact, Split
from engine.data.facts import fact, questions
from engine.data.judge import Judge
from engine.data.skills import EXERCISES
from engine.data.web import Web, web_of
from engine.data.world import WorldConfig
from engine.errors import CheckpointError, LabError
from engine.evals.answer import answers
from engine.evals.results import result_is
from engine.evals.tool_tasks import tools, tools_dev
from engine.evals.verified import N_PROBLEMS, N_SAMPLES, verified
from engine.local import LocalModel
from engine.manifest import MANIFEST, CheckpointInfo, read_manifest
from engine.tasks import catalogue
from engine.tasks.gym import GYM
from engine.train.corpus import page_documents
from engine.train.recipe import Recipe
from engine.train.watch import bits_per_byte, heldout_batches

QUESTIONS_A_TIER = 900
EXERCISES_A_KIND = 100
Figures = dict[str, Any]


def world_of(local: LocalModel) -> WorldConfig:
    """The world that a checkpoint was trained on."""
    return recipe_of(local.info).world


def recipe_of(info: CheckpointInfo) -> Recipe:
    """What a checkpoint was trained with.

    Raises:
        CheckpointError: it was trained elsewhere, or its manifest does not say.
    """
    manifest = read_manifest(info.path)
    if info.imported:
        raise CheckpointError(
            f"{info.name} was trained elsewhere, and these tasks ask about the web that a "
            "checkpoint was trained on. Choose a checkpoint of this lab."
        )
    if not isinstance(manifest.get("recipe"), dict):
        raise CheckpointError(
            f"{info.path / MANIFEST} says nothing of the recipe, so the web it was trained "
            "on is unknown. Restore the file or train again."
        )
    return Recipe.from_json(manifest["recipe"])


def _ask_about(
    local: LocalModel, web: Web, people: Sequence[Entity], phrasing: Split
) -> dict[str, Figures]:
    """Outcomes by tier over the facts of ``people``, each asked in every wording."""
    judge = Judge(web)
    figures: dict[str, Figures] = {}
    for tier in TIERS:
        asked: list[tuple[Fact, str]] = [
            (fact(web, person, attribute), text)
            for person in people
            if person.tier == tier
            for attribute in person.values
            for text in questions(person, attribute, phrasing)
        ]
        if not asked:
            continue
        # Evenly spaced, so that every person and attribute keeps its share.
        stride = max(1.0, len(asked) / QUESTIONS_A_TIER)
        asked = [asked[int(i * stride)] for i in range(int(len(asked) / stride))]
        replies = answers(local, [text for _, text in asked], web)
        outcomes = Counter(
            judge.outcome(known, reply) for (known, _), reply in zip(asked, replies, strict=True)
        )
        figures[tier] = {
            "n": len(asked),
            **{name: outcomes[name] / len(asked) for name in ("correct", "wrong", "abstained")},
        }
    return figures


def facts(local: LocalModel) -> Figures:
    """Held-out people asked in held-out phrasings: nobody ever asked about them in training."""
    web = web_of(world_of(local))
    people = [person for person in web.world.people if person.split == "heldout"]
    return _ask_about(local, web, people, "heldout")


def facts_dev(local: LocalModel) -> Figures:
    """Development people in training phrasings: for tuning, so that the held-out stay unseen."""
    web = web_of(world_of(local))
    people = [person for person in web.world.people if person.development]
    return _ask_about(local, web, people, "train")


def skills(local: LocalModel) -> Figures:
    """Exercises of each kind; the worked answer must end in the right result.

    Drawn anew, but as the pages draw them: the small kinds (times tables, spelling and letters of
    the word list) are all met in training, larger sums and word problems mostly not.
    """
    web, rng = web_of(world_of(local)), random.Random("eval:skills")
    figures: Figures = {}
    for kind, (make, _) in EXERCISES.items():
        drawn = [make(rng) for _ in range(EXERCISES_A_KIND)]
        replies = answers(local, [item.question for item in drawn], web, max_tokens=96)
        right = sum(
            result_is(reply, item.result) for item, reply in zip(drawn, replies, strict=True)
        )
        figures[kind] = {"n": len(drawn), "correct": right / len(drawn)}
    return figures


def bpb(local: LocalModel) -> Figures:
    """Bits per byte on the held-out pages."""
    recipe = recipe_of(local.info)
    web = web_of(recipe.world)
    documents = page_documents([page.text for page in web.heldout_pages], local.tokenizer)
    batches = heldout_batches(documents, recipe.row_lengths, recipe.batch_tokens)
    nats, bits = bits_per_byte(local.model, batches, local.tokenizer)
    return {"pages": len(documents), "nats_per_token": nats, "bits_per_byte": bits}


TASKS: dict[str, Callable[[LocalModel], Figures]] = {
    "facts": facts,
    "skills": skills,
    "bpb": bpb,
    "tools": lambda local: tools(local, web_of(world_of(local))),
    "facts-dev": facts_dev,
    "tools-dev": lambda local: tools_dev(local, web_of(world_of(local))),
}
DEFAULT_TASKS = ("facts", "skills", "bpb")


def run_task(
    name: str, local: LocalModel, *, n_problems: int | None = None, n_samples: int | None = None
) -> Figures:
    """Run one task.

    Args:
        name: of ``TASKS`` or ``engine.tasks.catalogue``.
        local: what is measured.
        n_problems: of a task of the catalogue; the others have their number.
        n_samples: likewise, to each problem.

    Raises:
        LabError: there is no such task, or it has no such number.
    """
    if name in TASKS:
        if n_problems is not None or n_samples is not None:
            raise LabError(
                f"The task {name} has its own number of questions. Leave --n and --samples out, or "
                f"choose one of: {', '.join(catalogue.TASKS)}."
            )
        return TASKS[name](local)
    if name not in catalogue.TASKS and not name.startswith(GYM):
        known = ", ".join((*TASKS, *catalogue.TASKS))
        raise LabError(f"There is no task {name!r}. Choose one of: {known}; or {GYM}NAME.")
    return verified(
        local,
        catalogue.task_named(name),
        n_problems=N_PROBLEMS if n_problems is None else n_problems,
        n_samples=N_SAMPLES if n_samples is None else n_samples,
    )
