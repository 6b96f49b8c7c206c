"""``sampling.draw`` and ``sampling.describe`` in C, in one go: for rows that ask for no filter.

What a row draws in C and in torch differs only where its uniform number lies within rounding of a
boundary between two tokens.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.native import NativeDraws, NativeLibrary
from engine.sampling_params import SamplingParams

COLUMNS = 4
"""As in ``draw.c``."""


def can_draw(params: SamplingParams) -> bool:
    """Whether ``draw.c`` knows all that a row asks for: a temperature, and nothing else."""
    unfiltered = params.top_k == 0 and params.top_p == 1.0 and params.min_p == 0.0
    return unfiltered and params.repetition_penalty == 1.0 and params.n_alternatives == 0


class NativeDraw:
    """The settings of one batch.

    Args:
        library: of this process.
        temperatures: one a row; 0 takes the likeliest token.
        banned_BV: where it is true, a row does not draw the token; None bans nothing.
    """

    def __init__(
        self, library: NativeLibrary, temperatures: Sequence[float], banned_BV: Tensor | None
    ) -> None:
        self._library = library
        self._temperature_B = torch.tensor(temperatures, dtype=torch.float32)
        self._banned_BV = None if banned_BV is None else banned_BV.contiguous()
        self._scratch = torch.empty(0)

    def __call__(self, logits_BV: Tensor, uniforms: Sequence[float]) -> Tensor:
        """Draw one token a row.

        Args:
            logits_BV: the model's, fp32, left as they are.
            uniforms: a number in [0, 1) a row, of which greedy rows make no use.

        Returns:
            ``[B, 4]`` doubles: the first columns of ``sampling.describe``. A row whose logits are
            not numbers has NaN for its logprob.

        Raises:
            ValueError: the logits are not fp32, or not of the batch that this was made for.
        """
        n_rows, n_vocab = logits_BV.shape
        n_expected, banned_BV = len(self._temperature_B), self._banned_BV
        fits = n_rows == len(uniforms) == n_expected and logits_BV.dtype == torch.float32
        if not fits or (banned_BV is not None and banned_BV.shape != logits_BV.shape):
            raise ValueError(
                f"{len(uniforms)} numbers and logits {list(logits_BV.shape)} of {logits_BV.dtype}, "
                f"but a batch of {n_expected} rows in fp32 was expected"
            )
        logits_BV = logits_BV.contiguous()
        uniform_B = torch.tensor(uniforms, dtype=torch.float64)
        n_threads = torch.get_num_threads()
        n_floats = n_threads * self._library.draw_floats(n_vocab)
        if self._scratch.numel() < n_floats:
            self._scratch = torch.empty(n_floats)
        drawn_B4 = torch.empty(n_rows, COLUMNS, dtype=torch.float64)
        self._library.draw_rows(
            ctypes.byref(
                NativeDraws(
                    logits=logits_BV.data_ptr(),
                    banned=None if banned_BV is None else banned_BV.data_ptr(),
                    temperatures=self._temperature_B.data_ptr(),
                    uniforms=uniform_B.data_ptr(),
                    scratch=self._scratch.data_ptr(),
                    drawn=drawn_B4.data_ptr(),
                    W=n_rows,
                    V=n_vocab,
                    threads=n_threads,
                )
            )
        )
        return drawn_B4
