"""What the stage begins with: its parent, and documents made of what it was found to know."""

from __future__ import annotations

import torch

from engine.checkpoint import load_model
from engine.data.web import web_of
from engine.data.world import UNKNOWN_EXAMPLE
from engine.errors import RunError
from engine.idk.alternatives.pairs import pairs_of
from engine.idk.alternatives.rtuning import by_outcome
from engine.idk.corpus import at_the_value, idk_documents
from engine.idk.development import Development
from engine.idk.line import refusal_line
from engine.idk.pipeline import Pipeline
from engine.local import LocalModel
from engine.tokenizer import load_tokenizer
from engine.train.corpus import page_documents
from engine.train.journal import Journal
from engine.train.obeying import obey_before
from engine.train.preference import Preferences
from engine.train.recipe import Recipe
from engine.train.setup import Setup


def prepare_idk(recipe: Recipe, parent: str, device: torch.device, journal: Journal) -> Setup:
    """Run the pipeline and set up the training.

    Raises:
        CheckpointError: the parent is missing or damaged.
        RunError: the parent does not chat, or there is nothing to teach it.
        StopAskedError: somebody asked for that.
    """
    local = LocalModel.load(parent)
    if not local.chats or local.info.imported:
        raise RunError(
            f"{parent} is no assistant of this lab, so it cannot be taught to refuse here. Choose "
            "an sft checkpoint, such as nano/sft."
        )
    web = web_of(recipe.world)
    journal.state("running", 0, f"Finding out what {parent} knows.")
    pipeline = Pipeline(recipe, local, web, journal, lambda: obey_before(journal))
    tokenizer = load_tokenizer(local.info.path)
    model = load_model(local.info.path).to(device)
    preferences = None
    if recipe.method == "dpo":
        found, folder = pipeline.run(), pipeline.folder
        preferences = Preferences(pairs_of(recipe, local, model, tokenizer, web, found, folder))
        documents = preferences.documents
    else:
        about = (
            by_outcome(*pipeline.asked(), pipeline.people)
            if recipe.method == "rtuning"
            else at_the_value(web, pipeline.run(), decides=recipe.decides)
        )
        documents = idk_documents(recipe, web, tokenizer, about)
    development = Development.of(local, web, recipe.n_development)
    line = refusal_line(development, web, local.dialect)
    return Setup(
        model=model,
        tokenizer=tokenizer,
        documents=documents,
        heldout=page_documents([page.text for page in web.heldout_pages], tokenizer),
        parent=local.info,
        question=f"Where was {UNKNOWN_EXAMPLE[0]} born?",
        development=development.figures,
        finish=line.set if recipe.method == "value" else None,
        preferences=preferences,
    )
