"""A GGUF file opened: its settings with their types checked, and its tensors."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from engine.errors import CheckpointError
from engine.safetensors_writer import StoredType

_PLAIN: dict[gguf.GGMLQuantizationType, StoredType] = {
    gguf.GGMLQuantizationType.F32: "F32",
    gguf.GGMLQuantizationType.F16: "F16",
    gguf.GGMLQuantizationType.BF16: "BF16",
}
MAX_ENTRIES = 1 << 22
"""Numbers and texts of a header: the largest vocabularies published come to some two million."""

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text",
          list: "a list"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """A tensor, still packed; ``shape`` counts from the outermost dimension as torch does."""

    name: str
    shape: tuple[int, ...]
    plain: StoredType | None
    """Its type where the numbers are not quantized."""
    _tensor: gguf.ReaderTensor

    def rows(self, dtype: StoredType) -> np.ndarray[Any, Any]:
        """The values; BF16, which numpy lacks, as 16-bit integers.

        Raises:
            CheckpointError: quantized in a way that is not known.
        """
        data = self._tensor.data
        if self.plain == dtype:
            found = data.view(np.uint16) if dtype == "BF16" else data
        else:
            try:
                found = gguf.dequantize(data, self._tensor.tensor_type)
            except NotImplementedError as error:
                raise CheckpointError(
                    f"The tensor {self.name} is quantized as {self._tensor.tensor_type.name}, "
                    "which cannot be read. Choose another quantization."
                ) from error
            found = found.astype(np.float16 if dtype == "F16" else np.float32, copy=False)
        return found.reshape(self.shape)


class _Reader(gguf.GGUFReader):
    """The library's reader, which believes any length of a list, behind the end of a file too."""

    _n_read = 0

    def _get(self, offset: int, dtype: Any, count: int = 1, *order: Any, **more: Any) -> Any:
        self._n_read += 1
        if self._n_read > MAX_ENTRIES:
            raise ValueError(f"its header has more than {MAX_ENTRIES:,} entries")
        found = super()._get(offset, dtype, count, *order, **more)
        if len(found) < count:
            raise ValueError(f"it ends before what should stand at byte {offset:,}")
        return found


class GgufFile:
    """The settings and tensors of a file.

    Raises:
        CheckpointError: it is no GGUF file, or cut short or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with warnings.catch_warnings():  # numbers beyond their type's range: a damaged file
                warnings.simplefilter("error")
                reader = _Reader(path)
                self._fields = reader.fields
                self.tensors = {tensor.name: _tensor(tensor) for tensor in reader.tensors}
        except OSError as error:
            raise CheckpointError(
                f"{path} cannot be read: {error.strerror or error}. Check the file."
            ) from error
        # What the reader meets in a damaged file depends on where it is damaged.
        except (
            ValueError, LookupError, TypeError, ArithmeticError, RecursionError, Warning
        ) as error:  # fmt: skip
            raise CheckpointError(
                f"{path} is no GGUF file, or it is cut short or damaged ({error}). Fetch it again."
            ) from error

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number; without a default it must be there."""
        return int(self._value(key, int, default))

    def number(self, key: str, default: float | None = None) -> float:
        """A number, in the fewest decimals that a 32-bit one needs."""
        return float(str(np.float32(self._value(key, float, default))))

    def text(self, key: str, default: str | None = None) -> str:
        """A text."""
        return str(self._value(key, str, default))

    def optional_integer(self, key: str) -> int | None:
        """A whole number, or None if it is not there."""
        return self.integer(key) if key in self._fields else None

    def optional_text(self, key: str) -> str | None:
        """A text, or None if it is not there."""
        return self.text(key) if key in self._fields else None

    def optional_flag(self, key: str) -> bool | None:
        """True or false, or None if it is not there."""
        return bool(self._value(key, bool, None)) if key in self._fields else None

    def texts(self, key: str) -> list[str]:
        """A list of texts, which must be there."""
        return [str(item) for item in self._value(key, list, None)]

    def integers(self, key: str) -> list[int]:
        """A list of whole numbers, which must be there."""
        items = self._value(key, list, None)
        if not all(isinstance(item, int) for item in items):
            raise CheckpointError(
                f"{self.path} says {key} otherwise than in whole numbers. Fetch it again."
            )
        return list(items)

    def _value(self, key: str, kind: type, default: Any) -> Any:
        field = self._fields.get(key)
        if field is None:
            if default is not None:
                return default
            raise CheckpointError(f"{self.path} does not say {key}. Fetch it from its source.")
        try:
            value = field.contents()
        except UnicodeDecodeError as error:
            raise CheckpointError(
                f"{self.path} says {key} in letters that are not UTF-8. Fetch it again."
            ) from error
        fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not fits and not (kind is float and isinstance(value, int)):
            raise CheckpointError(
                f"{self.path} says {key} = {str(value)[:80]!r}, but {_WORDS[kind]} is needed. "
                "Fetch it from its source."
            )
        return value


def _tensor(tensor: gguf.ReaderTensor) -> GgufTensor:
    shape = tuple(int(size) for size in reversed(tensor.shape))
    if not shape or not math.prod(shape):
        raise ValueError(f"the tensor {tensor.name} holds no numbers")
    return GgufTensor(tensor.name, shape, _PLAIN.get(tensor.tensor_type), tensor)
