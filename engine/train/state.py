"""The state that a run resumes from, bit by bit: weights, optimizer moments, step.

Batches, learning rates and new conversations are functions of the seed and the step, so nothing
else is needed. Safetensors, never pickle; the newest whole file counts, and one older is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from engine.errors import RunError
from engine.files import write_atomic

KEPT = 2


def save_state(
    folder: Path,
    step: int,
    params: Mapping[str, nn.Parameter],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> None:
    """Write ``state-STEP.safetensors`` whole, then drop older ones.

    Raises:
        LabError: the disk is full; the older ones are kept.
        RunError: the folder was deleted.
    """
    if not folder.is_dir():  # writing would make it again, with nothing else in it
        raise RunError(f"The folder {folder} was deleted, and the run with it.")
    tensors: dict[str, Tensor] = {f"param/{name}": p.detach() for name, p in params.items()}
    for kind, optimizer in optimizers.items():
        for name, param in params.items():
            for key, value in optimizer.state.get(param, {}).items():
                tensors[f"{kind}/{key}/{name}"] = torch.as_tensor(value)
    tensors = {name: t.contiguous().cpu() for name, t in tensors.items()}
    data = safetensors.torch.save(tensors, metadata={"step": str(step)})
    write_atomic(folder / f"state-{step:07d}.safetensors", data)
    for old in sorted(folder.glob("state-*.safetensors"))[:-KEPT]:
        old.unlink()


def load_state(
    folder: Path,
    params: Mapping[str, nn.Parameter],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> int | None:
    """Load the newest whole state into ``params`` and ``optimizers``.

    Returns:
        The number of steps done, or None when the run has saved no state yet.

    Raises:
        RunError: there are states, but every one of them is damaged.
    """
    found = sorted(folder.glob("state-*.safetensors"), reverse=True)
    for path in found:
        try:
            with safetensors.safe_open(path, framework="pt") as file:
                step = int(file.metadata()["step"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, OSError, KeyError, TypeError, ValueError):
            continue  # half-written or damaged: the one before it is whole
        _restore(tensors, params, optimizers)
        return step
    if found:
        raise RunError(
            f"No saved state in {folder} can be read. Start a new run; its last checkpoint is kept."
        )
    return None


def _restore(
    tensors: Mapping[str, Tensor],
    params: Mapping[str, nn.Parameter],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> None:
    with torch.no_grad():
        for name, param in params.items():
            param.copy_(tensors[f"param/{name}"])
    for full_name, tensor in tensors.items():
        kind, _, rest = full_name.partition("/")
        if kind in optimizers:
            key, _, name = rest.partition("/")
            param = params[name]
            state = cast(dict[str, Tensor], optimizers[kind].state[param])
            state[key] = tensor if tensor.ndim == 0 else tensor.to(param.device)
