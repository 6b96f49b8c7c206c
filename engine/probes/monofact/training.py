"""A base model of one web: the lab's own trainer on pages drawn from a law."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.model import ModelConfig, Transformer
from engine.probes.monofact.pages import PLACES, FactWeb
from engine.runs import RunStatus, new_status
from engine.tokenizer import Tokenizer
from engine.train.corpus import page_documents
from engine.train.device import training_device
from engine.train.early import EarlyStop
from engine.train.journal import Journal
from engine.train.loop import Trainer
from engine.train.packing import Document
from engine.train.recipe import ModelShape, Recipe
from engine.train.setup import Setup
from engine.train.watch import bits_per_byte, heldout_batches

Tell = Callable[[str], None]
TELL_EVERY_S = 5.0
HELDOUT_PAGES = 600

SHAPE = ModelShape(
    vocab_size=1024,
    d_model=96,
    n_layers=3,
    n_heads=3,
    n_kv_heads=1,
    head_dim=32,
    d_ff=256,
    max_seq_len=64,
)


def recipe(shape: ModelShape, steps: int, seed: int, *, batch_tokens: int) -> Recipe:
    """As the stage ``base`` is trained, on rows as short as these pages."""
    return Recipe(
        stage="base",
        preset="monofact",
        model=shape,
        world=PLACES,
        steps=steps,
        batch_tokens=batch_tokens,
        row_lengths=(shape.max_seq_len,),
        muon_lr=0.02,
        adamw_lr=0.006,
        weight_decay=0.01,
        warmup_steps=20,
        decay_share=0.5,
        final_lr_share=0.02,
        grad_clip=1.0,
        seed=seed,
        eval_every=max(1, steps // 10),
        sample_every_s=1e9,  # pages are drawn at the end
        save_every_s=20.0,
        compile=False,  # the compiler takes as long as the training
    )


@dataclass(frozen=True, slots=True)
class Learned:
    """The model of a web at its best step, and its loss there on pages drawn afresh (nats a
    token)."""

    model: Transformer
    tokenizer: Tokenizer
    step: int
    heldout_loss: float


def train(web: FactWeb, recipe: Recipe, folder: Path, tell: Tell) -> Learned:
    """Train on ``web`` in ``folder``, or go on from the last state that was saved there.

    The weights kept are those with the lowest loss on pages drawn afresh: the theorem is about
    calibrated models, and a model that goes on to learn its pages by heart is none.

    Raises:
        LabError: the disk is full, or training diverged.
        KeyboardInterrupt: the state has been saved.
    """
    tokenizer = Tokenizer.train(web.pages, recipe.model.vocab_size)
    # A small web may hold fewer merges than asked for: the model is as wide as the vocabulary is.
    shape = {**dataclasses.asdict(recipe.model), "vocab_size": tokenizer.n_vocab}
    model = Transformer(ModelConfig(**shape))
    model.init_weights(torch.Generator().manual_seed(recipe.seed))
    heldout = page_documents(web.fresh_pages(HELDOUT_PAGES, recipe.seed), tokenizer)
    setup = Setup(
        model=model.to(training_device()),
        tokenizer=tokenizer,
        documents=page_documents(web.pages, tokenizer),
        heldout=heldout,
        parent=None,
        question=None,
        development=_FreshPages(recipe, tokenizer, heldout),
    )
    trainer = Trainer(recipe, setup, _Narrated(new_status(recipe, folder, None), tell))
    try:
        trainer.run()
    except KeyboardInterrupt:
        if trainer.step:
            trainer.save()
        raise
    best = EarlyStop(folder, patience=0)
    return Learned(model.eval(), tokenizer, best.step, -best.score)


class _FreshPages:
    """Scores a model by its loss on pages that it was not trained on."""

    def __init__(self, recipe: Recipe, tokenizer: Tokenizer, pages: list[Document]) -> None:
        self._tokenizer = tokenizer
        self._batches = heldout_batches(pages, recipe.row_lengths, recipe.batch_tokens)

    def __call__(self, model: Transformer) -> dict[str, float]:
        nats, _ = bits_per_byte(model, self._batches, self._tokenizer)
        return {"score": -nats}


class _Narrated(Journal):
    """A run's journal that also says, now and then, how far it is."""

    def __init__(self, status: RunStatus, tell: Tell) -> None:
        super().__init__(status)
        self._tell = tell
        self._told = time.monotonic()

    def event(self, kind: str, **values: Any) -> None:
        super().event(kind, **values)
        if kind == "step" and time.monotonic() - self._told >= TELL_EVERY_S:
            self._told = time.monotonic()
            self._tell(
                f"step {values['step']} of {self.status.total_steps}, loss {values['loss']:.3f}, "
                f"{values['tokens_per_s'] / 1000:.1f} k tokens/s"
            )
