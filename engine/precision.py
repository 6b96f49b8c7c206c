"""Which numbers a model computes with: a name after the checkpoint's, ``smollm2@int8``. No torch.

The suffix works wherever a checkpoint is named: on the command line, in a column, in the API. So
two precisions of one model can be looked at side by side.
"""

from __future__ import annotations

from typing import Literal, get_args

from engine.errors import CheckpointError

Precision = Literal["fp32", "bf16", "int8", "int4"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

BIG_MODEL = 500_000_000
"""Parameters from which a CPU reads weights as bf16 unless told otherwise: half the memory."""


def split_name(name: str) -> tuple[str, Precision | None]:
    """``nano/sft@int8`` to ``("nano/sft", "int8")``; without a suffix the second is None.

    Raises:
        CheckpointError: what stands after the last ``@`` of a name (not of a folder) is no
            precision.
    """
    base, at, suffix = name.rpartition("@")
    if not at or "/" in suffix:
        return name, None
    for precision in PRECISIONS:
        if suffix == precision:
            return base, precision
    raise CheckpointError(
        f"{name!r} asks for the precision {suffix!r}, but there are {', '.join(PRECISIONS)}. "
        "Choose one of them, or leave the @ out."
    )


def default_precision(n_params: int, device: str) -> Precision:
    """bf16 on a GPU and for models that fill a machine's memory; else fp32."""
    return "bf16" if device != "cpu" or n_params >= BIG_MODEL else "fp32"
