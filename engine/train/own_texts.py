"""A base run on a corpus of somebody's choice: read, cut into tokens, and the same when resumed.

``corpus.json`` in the run's folder says which corpus it is, with a hub's commit and a fingerprint,
and ``tokenizer.json`` keeps what its texts are cut by.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch

from engine.data.corpora import Corpus, open_corpus
from engine.data.corpora.sampling import sample
from engine.data.web import web_of
from engine.errors import RunError
from engine.files import read_json, write_json
from engine.runs import TOKENIZER
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.train.corpus import data_hash, page_documents
from engine.train.journal import Journal
from engine.train.obeying import obey_before
from engine.train.packing import Document
from engine.train.reading import read_documents
from engine.train.recipe import Recipe
from engine.train.setup import BASE_PROMPT, Setup, new_model

CORPUS = "corpus.json"
TELL_EVERY_S = 2.0
ALL_REMARKS = 20
REMARK_EVERY_S = 60.0
PROMPT_WORDS = 4
"""Of a held-out text, which the live samples go on with."""


class Teller:
    """Says in a run's status what is being read, and ends the reading when the run is to stop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._told = float("-inf")
        self._remarks = 0
        self._printed = float("-inf")

    def __call__(self, what: str, done: int, total: int) -> None:
        """A ``Progress`` of a corpus, in bytes; remarks are kept in the run's ``log.txt``.

        Some of them: a server that is waited for or a million bad rows would fill the disk.
        """
        if not total:
            self._remark(what)
        self.tell(f"{what}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB" if total else what)

    def _remark(self, what: str) -> None:
        """The first ones as they come, later ones now and then."""
        self._remarks += 1
        if self._remarks <= ALL_REMARKS or time.monotonic() - self._printed >= REMARK_EVERY_S:
            print(what)
            self._printed = time.monotonic()

    def tell(self, text: str) -> None:
        """Tell ``text``, unless something was told a moment ago.

        Raises:
            StopAskedError: the run was asked to stop.
        """
        if time.monotonic() - self._told < TELL_EVERY_S:
            return
        obey_before(self._journal)
        self._journal.state("starting", 0, text)
        self._told = time.monotonic()


def prepare_own(recipe: Recipe, spec: str, device: torch.device, journal: Journal) -> Setup:
    """Read the corpus ``spec`` as far as the recipe's steps go.

    Raises:
        DataError: the corpus cannot be read.
        RunError: it is another one than the run began with, or too small.
        StopAskedError: the run was asked to stop.
    """
    path, teller = journal.status.path / CORPUS, Teller(journal)
    known = read_json(path) if path.is_file() else {}
    corpus = open_corpus(known.get("data", spec), teller)
    about: dict[str, Any] = {"data": corpus.spec, "fingerprint": corpus.fingerprint}
    if known.get("fingerprint", about["fingerprint"]) != about["fingerprint"]:
        raise _changed(spec)
    write_json(path, {**known, **about})
    tokenizer = _tokenizer(recipe, corpus, path.with_name(TOKENIZER), teller)
    wanted = recipe.steps * recipe.batch_tokens
    # Of the pocket web the same pages are held out as ever: bits per byte are to be compared.
    of_the_web = corpus.world == recipe.preset
    found = read_documents(
        corpus.texts(),
        tokenizer,
        tokens=wanted,
        longest=max(recipe.row_lengths),
        holds_out=not of_the_web,
        tell=lambda n: teller.tell(f"reads texts: {n / 1e6:.1f} of {wanted / 1e6:.1f} M tokens"),
    )
    about |= {
        "texts": found.n_texts,
        "bytes": found.n_bytes,
        "left_out": corpus.left_out,
        "sha256": data_hash(found.training),
    }
    if known.get("sha256", about["sha256"]) != about["sha256"]:
        raise _changed(spec)
    write_json(path, about)
    heldout = _web_pages(recipe, tokenizer) if of_the_web else found.heldout
    return Setup(
        model=new_model(recipe, tokenizer).to(device),
        tokenizer=tokenizer,
        documents=found.training,
        heldout=heldout,
        parent=None,
        question=None,
        prompt=BASE_PROMPT if of_the_web else _first_words(tokenizer, heldout[0]),
        data=about,
    )


def _tokenizer(recipe: Recipe, corpus: Corpus, path: Path, teller: Teller) -> Tokenizer:
    """That of the run's folder, where it was put when the run was made or is put here."""
    if not path.is_file():
        texts = sample(
            corpus.texts(),
            recipe.seed,
            lambda n: teller.tell(f"trains the tokenizer: {n / 1e6:,.0f} MB of texts"),
        )
        Tokenizer.train(texts, recipe.model.vocab_size).save(path)
    return load_tokenizer(path.parent)


def _web_pages(recipe: Recipe, tokenizer: Tokenizer) -> list[Document]:
    return page_documents([page.text for page in web_of(recipe.world).heldout_pages], tokenizer)


def _first_words(tokenizer: Tokenizer, document: Document) -> str:
    return " ".join(tokenizer.decode(document.ids[:64]).split()[:PROMPT_WORDS])


def _changed(spec: str) -> RunError:
    return RunError(
        f"The corpus {spec!r} has changed since this run began, so the run would not go on as it "
        "was. Put back what was there, or start a new run."
    )
