"""A tokenizer of its own, trained on the pocket web or on any corpus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from engine import __version__, background, paths
from engine.data.corpora import Progress, open_corpus
from engine.data.corpora.sampling import SAMPLE_BYTES, sample
from engine.data.web import web_of
from engine.data.world import NANO_WORLD
from engine.errors import LabError
from engine.files import write_json
from engine.tokenizer import Tokenizer
from engine.vocab.find import TOKENIZER, TRAINING
from engine.whole_folder import whole_folder

STEM = "tokenizer"
SEED = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedTokenizer:
    """What ``training.json`` says of a tokenizer."""

    name: str
    data: str
    """The corpus, with a hub's commit; ``web`` is the pocket web."""
    fingerprint: str | None
    """Of the corpus."""
    n_vocab: int
    """With the special tokens; fewer than were asked for where the texts held no more merges."""
    n_texts: int
    n_bytes: int
    seconds: float
    created: str
    version: str


def train_tokenizer(
    data: str | None, vocab_size: int, name: str | None, progress: Progress
) -> tuple[TrainedTokenizer, Path]:
    """Train a tokenizer and put it into a folder, which is there whole or not at all.

    Args:
        data: a corpus as ``engine.data.corpora`` resolves it; None: the pocket web.
        vocab_size: entries to learn, with the special tokens.
        name: what to call it; None: a free name.
        progress: told of the reading, in bytes; what it raises ends the work.

    Returns:
        What there is to say of it, and its folder.

    Raises:
        DataError: the corpus cannot be read.
        LabError: the name is taken or cannot be one, the vocabulary is too small, or the disk full.
    """
    folder = _free_place(name)
    began = time.monotonic()
    reading = _Reading(data, progress)
    with whole_folder(folder) as temporary:
        tokenizer = Tokenizer.train(reading.texts(), vocab_size)
        about = TrainedTokenizer(
            name=folder.name,
            data=reading.spec,
            fingerprint=reading.fingerprint,
            n_vocab=tokenizer.n_vocab,
            n_texts=reading.n_texts,
            n_bytes=reading.n_bytes,
            seconds=round(time.monotonic() - began, 2),
            created=background.now(),
            version=__version__,
        )
        tokenizer.save(temporary / TOKENIZER)
        write_json(temporary / TRAINING, asdict(about))
    return about, folder


class _Reading:
    """Takes a sample of a corpus and counts it."""

    def __init__(self, data: str | None, progress: Progress) -> None:
        self._corpus = None if data is None else open_corpus(data, progress)
        self._progress = progress
        self.spec = "web" if self._corpus is None else self._corpus.spec
        self.fingerprint = None if self._corpus is None else self._corpus.fingerprint
        self.n_texts = self.n_bytes = 0

    def texts(self) -> Iterator[str]:
        for text in sample(self._all(), SEED, self._count):
            self.n_texts += 1
            yield text
        self._progress("learns merges", 0, 0)

    def _all(self) -> Iterator[str]:
        if self._corpus is None:
            return (page.text for page in web_of(NANO_WORLD).pages)
        return self._corpus.texts()

    def _count(self, n_bytes: int) -> None:
        self.n_bytes = n_bytes
        self._progress("reads a sample", n_bytes, SAMPLE_BYTES)


def _free_place(name: str | None) -> Path:
    folder = paths.tokenizers_folder()
    name = background.free_name(folder, STEM) if name is None else name
    if not background.NAME.fullmatch(name):
        raise LabError(
            f"{name!r} cannot name a tokenizer. Use letters, digits, dots and dashes, 64 at most."
        )
    if (folder / name).exists():
        raise LabError(f"There is a tokenizer {name!r} already. Choose another --out.")
    return folder / name
