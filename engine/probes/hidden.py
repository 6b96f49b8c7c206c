"""What a model held in mind while it said an answer: the residual stream at the answer's tokens.

The answer is read once more, whole, in batches; hooks on the blocks take what is wanted, so the
model itself knows nothing of it. Beside the shape letters of ``engine.model``: L states of a token
(those of the layers asked for), N tokens of all answers in a batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.model import Transformer

TOKENS_A_BATCH = 2048
"""Read at once, padding counted: a bound on memory."""
LOGITS_A_TIME = 256
"""Tokens whose logits are in memory together: V numbers each."""


@dataclass(frozen=True, slots=True)
class Said:
    """A prompt and what was answered, as ids."""

    prompt: Sequence[int]
    answer: Sequence[int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model held in mind over an answer of T tokens."""

    states: Tensor
    """``[T + 1, L, D]``, fp32 on the CPU: state t is the one that token t was drawn from, so the
    first stands at the prompt's end; the last is behind the whole answer."""
    logprobs: Tensor
    """``[T]``: nats of each token of the answer, among those that might have been drawn."""


def read(
    model: Transformer,
    texts: Sequence[Said],
    layers: Sequence[int],
    *,
    never: Collection[int] = (),
) -> Iterator[Seen]:
    """Read every text; yield what was seen, in order, with one batch in memory at a time.

    Of a text longer than the context the prompt loses its beginning; only an answer that would fill
    the context alone loses its end, and then fewer of its tokens are seen.

    Args:
        model: of any precision, on any device.
        texts: prompts are not empty; answers may be.
        layers: which states to keep: 0 is the embedding, l the stream behind block l.
        never: ids that could not be drawn, and so have no share in the probabilities.
    """
    for batch in _batches(texts, model.config.max_seq_len):
        yield from _read_batch(model, batch, layers, sorted(never))


def _batches(texts: Sequence[Said], most: int) -> Iterator[list[tuple[list[int], int]]]:
    """Ids of each text, cut to ``most``, and how many of them are answer."""
    batch: list[tuple[list[int], int]] = []
    longest = 0
    for text in texts:
        answer = text.answer[: most - 1]
        ids = [*text.prompt, *answer][-most:]
        if batch and max(longest, len(ids)) * (len(batch) + 1) > TOKENS_A_BATCH:
            yield batch
            batch, longest = [], 0
        batch.append((ids, len(answer)))
        longest = max(longest, len(ids))
    if batch:
        yield batch


@torch.inference_mode()
def _read_batch(
    model: Transformer,
    batch: Sequence[tuple[list[int], int]],
    layers: Sequence[int],
    never: list[int],
) -> list[Seen]:
    device = model.cos_SE.device
    longest = max(len(ids) for ids, _ in batch)
    # Padding stands behind a text, where causal attention does not look from.
    ids_BT = torch.tensor([ids + [0] * (longest - len(ids)) for ids, _ in batch], device=device)
    rows: list[int] = []
    columns: list[int] = []
    following: list[int] = []
    for row, (ids, n_answer) in enumerate(batch):
        first = len(ids) - n_answer - 1
        rows += [row] * (n_answer + 1)
        columns += range(first, len(ids))
        following += [*ids[first + 1 :], 0]
    with _states_at(model, (rows, columns), layers) as states:
        out_BTD = model(ids_BT)
    states_NLD = torch.stack([states[layer] for layer in layers], dim=1).float().cpu()
    logprobs_N = _logprobs(model, out_BTD[rows, columns], following, never).cpu()
    seen, at = [], 0
    for _, n_answer in batch:
        end = at + n_answer
        # Copies: whoever keeps one answer's states does not keep the batch's.
        seen.append(Seen(states_NLD[at : end + 1].clone(), logprobs_N[at:end].clone()))
        at = end + 1
    return seen


def _logprobs(model: Transformer, out_ND: Tensor, ids: list[int], never: list[int]) -> Tensor:
    """``[N]``: of each id, drawn from the stream beside it."""
    found = []
    ids_N1 = torch.tensor(ids, device=out_ND.device).unsqueeze(1)
    for begin in range(0, len(ids), LOGITS_A_TIME):
        at = slice(begin, begin + LOGITS_A_TIME)
        logits_NV = model.unembed(out_ND[at]).float()
        logits_NV[:, never] = -math.inf
        found.append(logits_NV.log_softmax(dim=-1).gather(1, ids_N1[at]).squeeze(1))
    return torch.cat(found)


@contextmanager
def _states_at(
    model: Transformer, places: tuple[list[int], list[int]], layers: Sequence[int]
) -> Iterator[dict[int, Tensor]]:
    """Take the states of ``layers`` at ``places`` (rows, columns) out of the next pass."""
    taken: dict[int, Tensor] = {}
    modules: list[nn.Module] = [model.embed, *model.blocks]

    def taker(layer: int) -> Callable[[nn.Module, object, Tensor], None]:
        def take(module: nn.Module, inputs: object, x_BTD: Tensor) -> None:
            taken[layer] = x_BTD[places]

        return take

    handles = [modules[layer].register_forward_hook(taker(layer)) for layer in set(layers)]
    try:
        yield taken
    finally:
        for handle in handles:
            handle.remove()
