"""What a model of a web writes of its own accord, and how likely it holds a fact."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from engine.generate import Generator
from engine.model import Transformer
from engine.probes.monofact.claims import Claim, wordings
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.special import BOS
from engine.tokenizer import Tokenizer
from engine.train.corpus import page_documents
from engine.train.objective import token_losses
from engine.train.packing import Document, padded

MAX_TOKENS = 48
ROWS = 512


def written(model: Transformer, tokenizer: Tokenizer, n: int, seed: int) -> list[str]:
    """``n`` pages drawn from the model as it is (temperature 1), from nothing but their beginning.

    A page that does not end in time is left as it is, and states nothing.
    """
    bos = tokenizer.special[BOS]
    request = Request(
        prompt_ids=(bos,),
        params=SamplingParams(temperature=1.0, max_tokens=MAX_TOKENS, seed=seed),
        n=n,
        stop_ids=frozenset({bos}),
    )
    (pages,) = Generator(model, tokenizer, native=True).generate_all([request])
    return [page.text if page.finish_reason == "stop" else "" for page in pages]


def probabilities(
    model: Transformer, tokenizer: Tokenizer, claims: Sequence[Claim]
) -> dict[Claim, float]:
    """g(y) of each claim: the probabilities of all pages that state it and nothing else, added up.

    Each text counts in the tokens that the tokenizer gives it; a model can spell it in others too,
    which a trained one hardly ever does.
    """
    found = dict.fromkeys(claims, 0.0)
    owners: list[Claim] = []
    texts: list[str] = []
    for claim in found:
        pages = wordings(claim)
        owners += [claim] * len(pages)
        texts += pages
    documents = page_documents(texts, tokenizer)
    # Alike in length, side by side: little of a batch is padding.
    order = sorted(range(len(documents)), key=lambda i: len(documents[i].ids))
    for begin in range(0, len(order), ROWS):
        rows = order[begin : begin + ROWS]
        for row, probability in zip(
            rows, _of_pages(model, [documents[i] for i in rows]), strict=True
        ):
            found[owners[row]] += probability
    return found


def _of_pages(model: Transformer, pages: Sequence[Document]) -> list[float]:
    """The probability of each page, its end included."""
    batch = padded(pages, max(len(page.ids) for page in pages))
    device = next(model.parameters()).device
    tensors = (torch.from_numpy(array).to(device) for array in batch.arrays)
    losses_BT = token_losses(model, *tensors)
    return torch.exp(-losses_BT.double().sum(dim=1)).tolist()
