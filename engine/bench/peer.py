"""``transformers`` as a contender: ``generate`` with its key/value cache. A child process.

It opens the checkpoint's own folder, which is in Hugging Face form, and computes in fp32.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from engine.bench import memory
from engine.bench.attempts import Attempts, drawn_length
from engine.bench.child import UnavailableError, serve
from engine.bench.turn import About, Turn
from engine.bench.weights import bytes_per_token


class TransformersPeer:
    """A checkpoint folder opened by ``transformers``.

    Raises:
        UnavailableError: the library is not installed.
    """

    def __init__(self, folder: str) -> None:
        began = time.perf_counter()
        try:
            self._library: Any = importlib.import_module("transformers")
        except ImportError as error:
            raise UnavailableError("transformers is not installed") from error
        self._library.logging.set_verbosity_error()
        model = self._library.AutoModelForCausalLM.from_pretrained(
            Path(folder), dtype=torch.float32, local_files_only=True
        )
        # No end token, so that every row runs to its full length as ours does. It must go from
        # here: generate fills in from the model's own settings what its caller leaves at None.
        model.generation_config = self._library.GenerationConfig(pad_token_id=0)
        self._model = model.eval()
        self._load_s = time.perf_counter() - began
        self._load_peak_bytes = memory.peak_bytes()

    def about(self) -> About:
        """What was loaded."""
        return About(
            version=f"transformers {self._library.__version__}",
            note=f"torch {torch.__version__}",
            weight_bytes=bytes_per_token(self._model, "model.embed_tokens"),
            load_s=self._load_s,
            load_peak_bytes=self._load_peak_bytes,
        )

    @torch.inference_mode()
    def decode(
        self,
        prompts: Sequence[Sequence[int]],
        lengths: Sequence[int],
        temperature: float = 0.0,
    ) -> Turn:
        """One turn (see ``turn``): prompts are padded on the left, all rows run to the longest."""
        ids_BT, mask_BT = _padded(prompts)
        first: list[float] = []

        def note_time(ids_BT: torch.Tensor, _scores: object, **_: object) -> torch.Tensor:
            if not first:
                first.append(time.perf_counter())
            return torch.zeros(len(ids_BT), dtype=torch.bool)

        sampling: dict[str, Any] = _sampling(temperature) if temperature else {"do_sample": False}
        settings = self._library.GenerationConfig(
            max_new_tokens=max(lengths), pad_token_id=0, **sampling
        )
        can_say = memory.forget_peak()
        began = time.perf_counter()
        out_BT: torch.Tensor = self._model.generate(
            ids_BT,
            attention_mask=mask_BT,
            generation_config=settings,
            stopping_criteria=self._library.StoppingCriteriaList([note_time]),
        )
        rows = out_BT[:, ids_BT.shape[1] :].tolist()
        return Turn(
            seconds=time.perf_counter() - began,
            first_s=[first[0] - began] * len(prompts),
            ids=[row[:length] for row, length in zip(rows, lengths, strict=True)],
            n_read=sum(map(len, prompts)),
            peak_bytes=memory.peak_bytes() if can_say else None,
        )

    @torch.inference_mode()
    def draw(
        self,
        prompts: Sequence[Sequence[int]],
        n: int,
        temperature: float,
        max_tokens: int,
        stop_ids: Sequence[int],
        never: Sequence[int],
        at_once: int,
        seed: int,
    ) -> Attempts:
        """Answers that end where they end, as rollouts do; a batch runs until its last row has.

        Args:
            prompts: ids of each prompt.
            n: samples of each.
            temperature: above 0.
            max_tokens: of an answer, its stop token counted.
            stop_ids: what ends one.
            never: ids that are not drawn.
            at_once: prompts whose samples are one batch.
            seed: of all that is drawn.
        """
        settings = self._library.GenerationConfig(
            num_return_sequences=n,
            max_new_tokens=max_tokens,
            eos_token_id=list(stop_ids),
            suppress_tokens=list(never) or None,
            pad_token_id=0,
            **_sampling(temperature),
        )
        torch.manual_seed(seed)
        rows: list[list[int]] = []
        began = time.perf_counter()
        for start in range(0, len(prompts), at_once):
            ids_BT, mask_BT = _padded(prompts[start : start + at_once])
            out_BT: torch.Tensor = self._model.generate(
                ids_BT, attention_mask=mask_BT, generation_config=settings
            )
            rows += out_BT[:, ids_BT.shape[1] :].tolist()
        seconds = time.perf_counter() - began
        lengths = [drawn_length(row, stop_ids) for row in rows]
        return Attempts(
            seconds=seconds, lengths=[lengths[i : i + n] for i in range(0, len(lengths), n)]
        )


def _padded(prompts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids, padded on the left, and where they are prompt."""
    longest = max(map(len, prompts))
    ids_BT = torch.tensor([[0] * (longest - len(ids)) + list(ids) for ids in prompts])
    mask_BT = torch.tensor([[0] * (longest - len(ids)) + [1] * len(ids) for ids in prompts])
    return ids_BT, mask_BT


def _sampling(temperature: float) -> dict[str, Any]:
    """Settings that draw from the model as it is: the library leaves out all but 50 else."""
    return {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}


if __name__ == "__main__":
    serve(TransformersPeer)
