"""A safetensors file written tensor by tensor, so that no more than one is in memory.

The format (github.com/huggingface/safetensors, "Format"): eight bytes with the length of a JSON
header, the header, then the tensors' bytes one after another.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

StoredType = Literal["F32", "F16", "BF16"]
BYTES: dict[StoredType, int] = {"F32": 4, "F16": 2, "BF16": 2}
_ALIGNMENT = 8


@dataclass(frozen=True, slots=True)
class TensorSource:
    """A tensor to be written: what the header says of it, and how to get its values."""

    name: str
    dtype: StoredType
    shape: tuple[int, ...]
    read: Callable[[], np.ndarray[Any, Any]]
    """Called once, when its turn comes; BF16 comes as 16-bit integers."""

    @property
    def nbytes(self) -> int:
        """Bytes in the file."""
        return math.prod(self.shape) * BYTES[self.dtype]


def write_safetensors(
    path: Path, tensors: Sequence[TensorSource], written: Callable[[int], None]
) -> None:
    """Write a new file and sync it.

    Args:
        path: must not exist.
        tensors: in the order of the file.
        written: told the bytes of each tensor when they lie in the file.

    Raises:
        OSError: the disk is full, or the file exists.
    """
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for tensor in tensors:
        start, end = end, end + tensor.nbytes
        header[tensor.name] = {
            "dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [start, end],
        }  # fmt: skip
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    with path.open("xb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors:
            values = np.ascontiguousarray(tensor.read())
            assert values.nbytes == tensor.nbytes, f"{tensor.name} is not as announced"
            file.write(values.reshape(-1).view(np.uint8).data)
            written(tensor.nbytes)
        file.flush()
        os.fsync(file.fileno())
