"""A loop without a cache as a contender: it reads the whole text anew for every token.

Only some of its steps are run, evenly spread over the lengths; the rest is reckoned from them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from engine.bench import memory
from engine.bench.child import serve
from engine.bench.turn import About, Turn
from engine.bench.weights import bytes_per_token
from engine.local import LocalModel

STEPS = 8


class Uncached:
    """A loaded checkpoint, without the engine."""

    def __init__(self, checkpoint: str) -> None:
        began = time.perf_counter()
        self._model = LocalModel.load(checkpoint, device="cpu").model
        self._load_s = time.perf_counter() - began
        self._load_peak_bytes = memory.peak_bytes()

    def about(self) -> About:
        """What was loaded."""
        return About(
            version=f"torch {torch.__version__}",
            note=f"{STEPS} steps run, the others reckoned from them",
            weight_bytes=bytes_per_token(self._model, "embed"),
            load_s=self._load_s,
            load_peak_bytes=self._load_peak_bytes,
        )

    @torch.inference_mode()
    def decode(self, prompts: Sequence[Sequence[int]], lengths: Sequence[int]) -> Turn:
        """One greedy turn (see ``turn``) of prompts and lengths that are all the same."""
        n_prompt, n_new = len(prompts[0]), lengths[0]
        n_steps = min(STEPS, n_new)
        text_BT = torch.tensor(prompts).repeat(1, 2 + n_new // n_prompt)
        can_say = memory.forget_peak()
        times = []
        for i in range(n_steps):
            n_read = n_prompt + (2 * i + 1) * n_new // (2 * n_steps)
            began = time.perf_counter()
            x_BTD = self._model(text_BT[:, :n_read])
            self._model.unembed(x_BTD[:, -1]).argmax(-1).tolist()
            times.append(time.perf_counter() - began)
        return Turn(
            seconds=sum(times) * n_new / n_steps,
            first_s=[times[0]] * len(prompts),
            ids=None,
            n_read=sum(map(len, prompts)),
            peak_bytes=memory.peak_bytes() if can_say else None,
        )


if __name__ == "__main__":
    serve(Uncached)
