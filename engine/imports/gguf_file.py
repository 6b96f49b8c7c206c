"""A GGUF file opened: its settings with their types checked, and its tensors."""

from __future__ import annotations

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
                reader = gguf.GGUFReader(path)
                self._fields = reader.fields
                self.tensors = {tensor.name: _tensor(tensor) for tensor in reader.tensors}
        # What the reader meets in a damaged file depends on where it is damaged.
        except (ValueError, IndexError, KeyError, TypeError, ArithmeticError, Warning) as error:
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

    def items(self, key: str) -> list[Any]:
        """A list, which must be there."""
        return list(self._value(key, list, None))

    def _value(self, key: str, kind: type, default: Any) -> Any:
        field = self._fields.get(key)
        if field is None:
            if default is not None:
                return default
            raise CheckpointError(f"{self.path} does not say {key}. Fetch it from its source.")
        value = field.contents()
        fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not fits and not (kind is float and isinstance(value, int)):
            raise CheckpointError(
                f"{self.path} says {key} = {str(value)[:80]!r}, but {_WORDS[kind]} is needed. "
                "Fetch it from its source."
            )
        return value


def _tensor(tensor: gguf.ReaderTensor) -> GgufTensor:
    shape = tuple(int(size) for size in reversed(tensor.shape))
    return GgufTensor(tensor.name, shape, _PLAIN.get(tensor.tensor_type), tensor)
