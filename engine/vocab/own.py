"""Tokenizers of the lab's own kind: those that its models can be trained with."""

from __future__ import annotations

from engine.errors import LabError
from engine.special import SPECIAL_TOKENS
from engine.tokenizer import Tokenizer
from engine.vocab.find import find_tokenizer


def tokenizer_for(name: str, vocab_size: int) -> Tokenizer:
    """A tokenizer that a new model can have.

    Args:
        name: as ``engine.vocab.find`` resolves it.
        vocab_size: the most entries that the model's recipe has room for.

    Raises:
        LabError: there is none of that name, it is of another kind, or it is too large.
    """
    tokenizer = find_tokenizer(name).tokenizer
    if not isinstance(tokenizer, Tokenizer):
        raise LabError(
            f"The tokenizer {name!r} is not of the lab's kind, which its models need. Train one "
            "with: llmlab train tokenizer"
        )
    missing = [special for special in SPECIAL_TOKENS if special not in tokenizer.special]
    if missing:
        raise LabError(
            f"The tokenizer {name!r} has no {missing[0]}, which models of the lab need. Train one "
            "with: llmlab train tokenizer"
        )
    if tokenizer.n_vocab > vocab_size:
        raise LabError(
            f"The tokenizer {name!r} has {tokenizer.n_vocab:,} entries, but the preset's model has "
            f"room for {vocab_size:,}. Train one with: llmlab train tokenizer --vocab-size "
            f"{vocab_size}"
        )
    return tokenizer
