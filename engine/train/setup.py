"""What a run begins with: a model and tokenizer, new or from the parent, and its documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from engine import special
from engine.checkpoint import load_model
from engine.conversation import Turn, render_chat, render_completion
from engine.data.web import Web, web_of
from engine.data.world import KNOWN_EXAMPLE
from engine.dialect import LabDialect
from engine.errors import RunError
from engine.manifest import CheckpointInfo, find_checkpoint, verify
from engine.model import ModelConfig, Transformer
from engine.runs import TOKENIZER
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.train.corpus import page_documents, training_documents
from engine.train.objective import NextToken, Objective
from engine.train.packing import Document
from engine.train.recipe import Recipe
from engine.train.search_line import search_line

# New special tokens begin as tokens the base model has met in the same place of a FAQ page; from
# random vectors the fine-tuning would first have to find out what they are for.
_SPECIAL_LIKE = {
    special.USER_START: "Q:",
    special.ASSISTANT_START: "A:",
    special.USER_END: "\n",
}
BASE_PROMPT = f"{KNOWN_EXAMPLE[0]} was born in"
SFT_QUESTION = f"Where was {KNOWN_EXAMPLE[0]} born?"


@dataclass(frozen=True, slots=True)
class Setup:
    """All that the loop needs."""

    model: Transformer
    tokenizer: Tokenizer
    documents: list[Document]
    heldout: list[Document]
    parent: CheckpointInfo | None
    question: str | None
    """What a chat model is asked for its live samples; None for a base model."""
    development: Callable[[Transformer], dict[str, float]] | None = None
    """Figures of the model on a development split; the best ``score`` is kept. None: the last."""
    finish: Callable[[Transformer], dict[str, float]] | None = None
    """What is done to the trained model before it is published, with figures of it."""
    practice: list[Document] = field(default_factory=list)
    """Worked problems, learned before those of the stage ``rl`` are attempted."""
    preferences: Objective | None = None
    """What is learned instead of the next token of each of ``documents``."""
    prompt: str = BASE_PROMPT
    """What a base model goes on with in its live samples."""
    data: dict[str, Any] | None = None
    """Of which corpus ``documents`` are, for the checkpoint to tell; None: of the pocket web."""

    @property
    def objective(self) -> Objective:
        """What the run learns from."""
        return self.preferences or NextToken(self.documents)

    def sample_prompt(self) -> tuple[str, list[int]]:
        """The prompt of the live samples, as text and as ids."""
        if self.question is None:
            return self.prompt, render_completion(self.tokenizer, self.prompt)
        turns = [Turn.of("user", self.question)]
        return self.question, render_chat(self.tokenizer, turns)


def prepare(
    recipe: Recipe, parent: str | None, device: torch.device, run: Path | None = None
) -> Setup:
    """Build or load everything for ``recipe``.

    Args:
        recipe: of a run on the pocket web.
        parent: the checkpoint to begin with; None: none.
        device: to train on.
        run: the run's folder; a tokenizer that lies in it is that of a new model.

    Raises:
        CheckpointError: the parent is missing or damaged.
        RunError: the parent is of another shape than the recipe.
    """
    web = web_of(recipe.world)
    info = None if parent is None else find_checkpoint(parent)
    if info is None:
        tokenizer = _tokenizer(web, recipe, run)
        model = new_model(recipe, tokenizer)
    else:
        verify(info.path)
        tokenizer = load_tokenizer(info.path)
        model = load_model(info.path)
        if model.config.max_seq_len < max(recipe.row_lengths):
            raise RunError(
                f"{info.name} has a context of {model.config.max_seq_len} tokens, but the preset "
                f"{recipe.preset!r} trains rows of {max(recipe.row_lengths)}. "
                "Choose the preset it was trained with."
            )
        if recipe.stage == "sft":
            _seed_special_tokens(model, tokenizer)
    finish = None
    if recipe.stage == "sft":
        dialect = LabDialect(tokenizer, chats=True)
        finish = search_line(web, dialect, recipe.n_development).set
    return Setup(
        model=model.to(device),
        tokenizer=tokenizer,
        documents=training_documents(recipe, web, tokenizer),
        heldout=page_documents([page.text for page in web.heldout_pages], tokenizer),
        parent=info,
        question=None if recipe.stage == "base" else SFT_QUESTION,
        finish=finish,
    )


def _tokenizer(web: Web, recipe: Recipe, run: Path | None) -> Tokenizer:
    if run is not None and (run / TOKENIZER).is_file():
        return load_tokenizer(run)
    return Tokenizer.train((page.text for page in web.pages), recipe.model.vocab_size)


def new_model(recipe: Recipe, tokenizer: Tokenizer) -> Transformer:
    """An untrained model for the ids of ``tokenizer``."""
    # A few texts may hold fewer merges than asked for: the model is as wide as the vocabulary is.
    shape = {**dataclasses.asdict(recipe.model), "vocab_size": tokenizer.n_vocab}
    model = Transformer(ModelConfig(**shape))
    model.init_weights(torch.Generator().manual_seed(recipe.seed))
    return model


@torch.no_grad()
def _seed_special_tokens(model: Transformer, tokenizer: Tokenizer) -> None:
    weight_VD = model.embed.weight
    for name, text in _SPECIAL_LIKE.items():
        weight_VD[tokenizer.special[name]] = weight_VD[tokenizer.encode(text)].mean(dim=0)
    end = tokenizer.special[special.ASSISTANT_END]
    weight_VD[end] = weight_VD[tokenizer.special[special.BOS]]
