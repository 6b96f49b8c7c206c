"""Draw the next token of every row: small functions from logits to logits, then one draw.

Every row has settings of its own, held as ``[B, 1]`` tensors, so a batch of mixed requests is still
one pass. A function none of whose rows asks for it is left out. Chance enters as one uniform number
a row a step, drawn on the host from the row's own seed: a row's samples do not depend on its
neighbours. Nothing waits for the device but the fetch of the results, once a step. On a CPU,
``native_draw`` does the same in C for rows that ask for no more than a temperature.

The order (repetition penalty, temperature, top-k, top-p, min-p) and the treatment of ties are those
of ``transformers``. Sources: CTRL (arXiv 1909.05858, section 4.1: repetition penalty), Fan et al.
(1805.04833, section 5.4: top-k), Holtzman et al. (1904.09751, section 3.1: top-p), Nguyen et al.
(2407.01082, section 3: min-p).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.drawn import Drawn
from engine.errors import CheckpointError
from engine.native import NativeLibrary
from engine.native_draw import NativeDraw, can_draw
from engine.sampling_params import SamplingParams

LogitsFilter = Callable[[Tensor], Tensor]

TOP_P_FIRST_LOOK = 64
"""So many tokens are searched for the mass of top-p before the vocabulary is sorted."""


def penalize_repeats(logits_BV: Tensor, seen_BV: Tensor, penalty_B1: Tensor) -> Tensor:
    """Make ids that a row holds already less likely (penalty above 1)."""
    penalized = torch.where(logits_BV > 0, logits_BV / penalty_B1, logits_BV * penalty_B1)
    return torch.where(seen_BV, penalized, logits_BV)


def scale(logits_BV: Tensor, temperature_B1: Tensor) -> Tensor:
    """Divide by the temperature, which is above 0."""
    return logits_BV / temperature_B1


def keep_top_k(logits_BV: Tensor, k_B1: Tensor, largest_k: int) -> Tensor:
    """Keep each row's ``k`` highest logits and their ties; ``largest_k`` is the highest ``k``."""
    highest = logits_BV.topk(largest_k, dim=-1).values
    return logits_BV.masked_fill(logits_BV < highest.gather(1, k_B1 - 1), -math.inf)


def keep_top_p(logits_BV: Tensor, p_B1: Tensor) -> Tensor:
    """Keep the likeliest tokens until their mass reaches ``p``; the likeliest one always stays."""
    mass_B1 = logits_BV.logsumexp(dim=-1, keepdim=True)
    ordered, order = _likeliest(logits_BV, mass_B1, p_B1)
    share = (ordered - mass_B1).exp_()
    keep = share.cumsum(dim=-1) - share < p_B1  # too little mass stands before this token
    keep[:, 0] = True
    keep_BV = torch.zeros_like(logits_BV, dtype=torch.bool).scatter_(1, order, keep)
    # A row with p = 1 keeps all: its sum may round to 1 before its end.
    return logits_BV.masked_fill(~(keep_BV | (p_B1 >= 1)), -math.inf)


def _likeliest(logits_BV: Tensor, mass_B1: Tensor, p_B1: Tensor) -> tuple[Tensor, Tensor]:
    """The tokens that hold ``p`` of the mass and perhaps more, in order: logits and ids."""
    # A processor takes long to sort a vocabulary, and a few tokens hold the mass nearly always. On
    # a GPU it is quick, and asking whether they do would make the host wait for it.
    if logits_BV.device.type == "cpu" and logits_BV.shape[-1] > TOP_P_FIRST_LOOK:
        ordered, order = logits_BV.topk(TOP_P_FIRST_LOOK, dim=-1)
        held_B1 = (ordered - mass_B1).exp_().sum(dim=-1, keepdim=True)
        if bool(((held_B1 >= p_B1) | (p_B1 >= 1)).all()):
            return ordered, order
    ordered, order = logits_BV.sort(dim=-1, descending=True)
    return ordered, order


def keep_min_p(logits_BV: Tensor, p_B1: Tensor) -> Tensor:
    """Keep tokens at least ``p`` times as likely as the likeliest one."""
    return logits_BV.masked_fill(logits_BV < logits_BV.amax(-1, True) + p_B1.log(), -math.inf)


def draw(logits_BV: Tensor, uniform_B: Tensor) -> Tensor:
    """Pick one id a row by inverting its cumulative distribution at ``uniform_B`` in [0, 1)."""
    # Doubles, as a float's rounding would misplace the rare tokens of a large vocabulary.
    mass_BV = logits_BV.softmax(dim=-1, dtype=torch.float64).cumsum(dim=-1)
    target_B1 = uniform_B.unsqueeze(1) * mass_BV[:, -1:]
    # right: a token without mass ends where the one before it ends, and is never picked.
    ids_B1 = torch.searchsorted(mass_BV, target_B1, right=True)
    # Only NaN ends beyond the vocabulary; it is reported once the results are fetched.
    return ids_B1.clamp_(max=logits_BV.shape[-1] - 1).squeeze(1)


class Sampler:
    """The settings of one batch, as tensors; made anew when rows join or leave.

    Args:
        params: one a row.
        ids: all ids that each row holds so far, its prompt included.
        n_vocab: width of the logits.
        device: where the logits are.
        banned: ids that each row must not draw.
        library: draws for the rows that compiled code knows how to draw for.
    """

    def __init__(
        self,
        params: Sequence[SamplingParams],
        ids: Sequence[Sequence[int]],
        n_vocab: int,
        device: torch.device,
        banned: Sequence[frozenset[int]] = (),
        library: NativeLibrary | None = None,
    ) -> None:
        self._n_alternatives = tuple(p.n_alternatives for p in params)
        self._n_fetched = min(max(self._n_alternatives), n_vocab)
        self._device = device
        self._filters = _filters(params, n_vocab, device)
        self._greedy_B = torch.tensor([p.greedy for p in params], device=device)
        self._all_greedy = all(p.greedy for p in params)
        self._banned_BV = _banned(banned, n_vocab, device) if any(banned) else None
        self._native: NativeDraw | None = None
        self._in_c_B = torch.tensor([library is not None and can_draw(p) for p in params])
        self._all_in_c = bool(self._in_c_B.all())
        if library is not None and self._in_c_B.any():
            self._native = NativeDraw(library, [_divisor(p) for p in params], self._banned_BV)
        self._penalty_B1: Tensor | None = None
        if any(p.repetition_penalty != 1.0 for p in params):
            self._penalty_B1 = _column([p.repetition_penalty for p in params], device)
            self._seen_BV = torch.zeros((len(params), n_vocab), dtype=torch.bool, device=device)
            for row, row_ids in enumerate(ids):
                self._seen_BV[row, torch.tensor(row_ids, device=device)] = True

    def sample(self, logits_BV: Tensor, uniforms: Sequence[float]) -> tuple[Tensor, list[Drawn]]:
        """Draw one token a row.

        Args:
            logits_BV: the model's, left as they are.
            uniforms: a number in [0, 1) a row, of which greedy rows make no use.

        Returns:
            The ids, on the device, and all about them on the host.

        Raises:
            CheckpointError: the logits are not numbers.
        """
        logits_BV = logits_BV.float()
        if self._native is None:
            columns = self._in_torch(logits_BV, uniforms)
        elif self._all_in_c:
            columns = self._native(logits_BV, uniforms)
        else:  # a row is drawn for in one way, whatever its neighbours ask for
            columns = self._in_torch(logits_BV, uniforms)
            drawn_B4 = self._native(logits_BV, uniforms)
            columns[self._in_c_B, :4] = drawn_B4[self._in_c_B]
        return columns[:, 0].long(), [
            read_columns(row, n)
            for row, n in zip(columns.tolist(), self._n_alternatives, strict=True)
        ]

    def _in_torch(self, logits_BV: Tensor, uniforms: Sequence[float]) -> Tensor:
        """Draw, and ``describe`` what was drawn."""
        shaped_BV = logits_BV
        if self._banned_BV is not None:
            shaped_BV = shaped_BV.masked_fill(self._banned_BV, -math.inf)
        if self._penalty_B1 is not None:
            shaped_BV = penalize_repeats(shaped_BV, self._seen_BV, self._penalty_B1)
        ids_B = shaped_BV.max(dim=-1).indices  # argmax takes twice as long on a CPU
        if not self._all_greedy:
            for keep in self._filters:
                shaped_BV = keep(shaped_BV)
            uniform_B = torch.tensor(uniforms, dtype=torch.float64, device=self._device)
            ids_B = torch.where(self._greedy_B, ids_B, draw(shaped_BV, uniform_B))
        if self._penalty_B1 is not None:
            self._seen_BV.scatter_(1, ids_B.unsqueeze(1), True)
        as_it_is = self._penalty_B1 is None and self._banned_BV is None
        likeliest = self._all_greedy and as_it_is
        return describe(logits_BV, ids_B, self._n_fetched, likeliest=likeliest)


def describe(
    logits_BV: Tensor, ids_B: Tensor, n_alternatives: int, *, likeliest: bool = False
) -> Tensor:
    """Say how the model saw the tokens ``ids_B``.

    Returns:
        ``[B, 4 + 2n]`` doubles, so that one copy fetches them all: id, logprob, entropy in bits,
        rank (1 if ``likeliest`` promises it), ``n`` alternative ids, ``n`` alternative logprobs.
    """
    logprobs_BV = logits_BV.log_softmax(dim=-1)
    ids_B1 = ids_B.unsqueeze(1)
    logprob_B1 = logprobs_BV.gather(1, ids_B1)
    entropy_B1 = (logprobs_BV.exp().mul_(logprobs_BV)).sum(-1, keepdim=True) / -math.log(2)
    if likeliest:
        rank_B1 = torch.ones_like(logprob_B1)
    else:
        rank_B1 = 1 + (logprobs_BV > logprob_B1).sum(-1, keepdim=True)
    columns = [ids_B1, logprob_B1, entropy_B1, rank_B1]
    if n_alternatives:
        best = logprobs_BV.topk(n_alternatives, dim=-1)
        columns += [best.indices, best.values]
    return torch.cat([column.double() for column in columns], dim=1)


def read_columns(row: Sequence[float], n_alternatives: int) -> Drawn:
    """Read a row that ``describe`` wrote, keeping at most ``n_alternatives``.

    Raises:
        CheckpointError: the model gave NaN.
    """
    if math.isnan(row[1]):
        raise CheckpointError(
            "The model's logits are not numbers (NaN): its weights are damaged or its training "
            "diverged. Use another checkpoint."
        )
    alternatives: tuple[tuple[int, float], ...] = ()
    if n_alternatives:
        n_fetched = (len(row) - 4) // 2
        ids, logprobs = row[4 : 4 + min(n_alternatives, n_fetched)], row[4 + n_fetched :]
        alternatives = tuple((int(token), logprobs[i]) for i, token in enumerate(ids))
    # Rounding can leave -0.0 or a hair below where one token has all the mass.
    return Drawn(int(row[0]), row[1], max(0.0, row[2]), int(row[3]), alternatives)


def _banned(banned: Sequence[frozenset[int]], n_vocab: int, device: torch.device) -> Tensor:
    """Where each row must not draw, BV. Most rows ban the same ids, written in one go."""
    rows_of: dict[frozenset[int], list[int]] = {}
    for row, ids in enumerate(banned):
        rows_of.setdefault(ids, []).append(row)
    banned_BV = torch.zeros((len(banned), n_vocab), dtype=torch.bool, device=device)
    for ids, rows in rows_of.items():
        columns = torch.tensor(list(ids), dtype=torch.int64, device=device)
        banned_BV[torch.tensor(rows, device=device).unsqueeze(1), columns] = True
    return banned_BV


def _filters(
    params: Sequence[SamplingParams], n_vocab: int, device: torch.device
) -> list[LogitsFilter]:
    """The functions that at least one sampling row asks for, in order, their settings bound."""
    drawing = [p for p in params if not p.greedy]
    filters: list[LogitsFilter] = []
    if any(p.temperature != 1.0 for p in drawing):
        # Greedy rows divide by anything.
        temperature_B1 = _column([_divisor(p) or 1.0 for p in params], device)
        filters.append(lambda logits: scale(logits, temperature_B1))
    if any(0 < p.top_k < n_vocab for p in drawing):
        ks = [min(p.top_k, n_vocab) or n_vocab for p in params]
        # A row without a limit must not make the whole batch sort its vocabulary: it is let
        # through by a threshold of its own.
        largest_k = max(k for k in ks if k < n_vocab)
        k_B1 = torch.tensor([min(k, largest_k) for k in ks], device=device).unsqueeze(1)
        all_B1 = torch.tensor([k == n_vocab for k in ks], device=device).unsqueeze(1)
        filters.append(
            lambda logits: torch.where(all_B1, logits, keep_top_k(logits, k_B1, largest_k))
        )
    if any(p.top_p < 1.0 for p in drawing):
        p_B1 = _column([p.top_p for p in params], device)
        filters.append(lambda logits: keep_top_p(logits, p_B1))
    if any(p.min_p > 0.0 for p in drawing):
        min_p_B1 = _column([p.min_p for p in params], device)
        filters.append(lambda logits: keep_min_p(logits, min_p_B1))
    return filters


def _divisor(params: SamplingParams) -> float:
    """The temperature; a floor keeps the quotients finite in fp32. 0 is greedy."""
    return 0.0 if params.greedy else max(params.temperature, 1e-6)


def _column(values: Sequence[float], device: torch.device) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device=device).unsqueeze(1)
