"""What a run shows of itself on the way: held-out loss, bits per byte, a live sample."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from engine.generate import Generator
from engine.model import Transformer
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.tokenizer_protocol import AnyTokenizer
from engine.train.objective import token_losses
from engine.train.packing import IGNORED, Batch, Batches, Document, pack


def text_bytes(tokenizer: AnyTokenizer) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Bytes of text that each id stands for; 0 for special tokens."""
    return np.array([len(tokenizer.token_bytes(i)) for i in range(tokenizer.n_vocab)])


def heldout_batches(
    documents: Sequence[Document], row_lengths: Sequence[int], batch_tokens: int
) -> Batches:
    """Held-out documents, packed once."""
    return pack(documents, row_lengths, batch_tokens, "heldout", exact=True)


@torch.no_grad()
def bits_per_byte(
    model: Transformer, batches: Sequence[Batch], tokenizer: AnyTokenizer
) -> tuple[float, float]:
    """Mean nats a token and bits per byte of text, special tokens excluded from both.

    Bits per byte = nats / (ln 2 x bytes): comparable between tokenizers.
    """
    sizes = text_bytes(tokenizer)
    device = next(model.parameters()).device
    nats, tokens, n_bytes = 0.0, 0, 0
    for batch in batches:
        tensors = (torch.from_numpy(array).to(device) for array in batch.arrays)
        losses_BT = token_losses(model, *tensors)
        counted = batch.targets_BT != IGNORED
        text = counted & (sizes[np.where(counted, batch.targets_BT, 0)] > 0)
        nats += float(losses_BT[torch.from_numpy(text).to(device)].double().sum())
        tokens += int(text.sum())
        n_bytes += int(sizes[batch.targets_BT[text]].sum())
    return nats / max(1, tokens), nats / (math.log(2) * max(1, n_bytes))


def sample_text(
    model: Transformer,
    tokenizer: AnyTokenizer,
    prompt_ids: Sequence[int],
    *,
    seed: int,
    max_tokens: int = 32,
) -> str:
    """A short continuation by the model as it stands, at temperature 0.7."""
    params = SamplingParams(temperature=0.7, top_p=0.95, max_tokens=max_tokens, seed=seed)
    stop_ids = frozenset(tokenizer.special.values())
    request = Request(prompt_ids=tuple(prompt_ids), params=params, stop_ids=stop_ids)
    generator = Generator(model, tokenizer, max_rows=1)
    return generator.generate_all([request])[0][0].text
