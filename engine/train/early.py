"""Early stopping: keep the weights that do best on a development split, and give up in time.

Fine-tuning on what a model does not know hurts what it knows the longer it lasts (Gekhman et al.,
arXiv 2405.05904, section 4), so the last step is seldom the best one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import nn

from engine.files import write_atomic

BEST = "best.safetensors"


class EarlyStop:
    """The best step of a run so far, kept in its folder.

    Args:
        folder: of the run; what an earlier process kept there counts.
        patience: steps without a better score after which to stop; 0 never stops.
    """

    def __init__(self, folder: Path, patience: int) -> None:
        self._path = folder / BEST
        self._patience = patience
        self.step, self.score = 0, float("-inf")
        try:
            with safetensors.safe_open(self._path, framework="pt") as file:
                about = file.metadata()
                self.step, self.score = int(about["step"]), float(about["score"])
        except (safetensors.SafetensorError, OSError, KeyError, TypeError, ValueError):
            return  # none yet, or not whole: the next offer is the best

    def offer(self, step: int, score: float, params: Mapping[str, nn.Parameter]) -> None:
        """Keep ``params`` if they score better than all before; of equals the earliest is kept.

        Raises:
            LabError: the disk is full.
        """
        if score <= self.score:
            return
        tensors = {name: p.detach().contiguous().cpu() for name, p in params.items()}
        about = {"step": str(step), "score": repr(score)}
        write_atomic(self._path, safetensors.torch.save(tensors, metadata=about))
        self.step, self.score = step, score

    def is_over(self, step: int) -> bool:
        """Whether patience has run out at ``step``."""
        return bool(self._patience) and step - self.step >= self._patience

    def restore(self, params: Mapping[str, nn.Parameter]) -> int | None:
        """Put the best weights back into ``params``; returns their step.

        None, and nothing is changed, where none were offered.
        """
        if not self._path.exists():
            return None
        tensors = safetensors.torch.load_file(self._path)
        with torch.no_grad():
            for name, param in params.items():
                param.copy_(tensors[name])
        return self.step
