"""The tensors of a folder's safetensors files, one or several with an index, mapped not read.

A tensor comes into memory when it is used, page by page, so a caller that takes them one after
another holds one model in memory and not two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors
from torch import Tensor

from engine.errors import CheckpointError
from engine.files import read_json
from engine.manifest import WEIGHTS, WEIGHTS_INDEX

_FLOATS = ("F32", "F16", "BF16", "F64")


class WeightFiles(Mapping[str, Tensor]):
    """Tensors by name.

    Raises:
        CheckpointError: a file is missing or damaged, the index does not fit the files, or the
            weights are not plain floating-point numbers.
    """

    def __init__(self, folder: Path) -> None:
        self.paths = weight_paths(folder)
        self._files = {path: _open(path) for path in self.paths}
        self._where: dict[str, Path] = {}
        for path, file in self._files.items():
            for name in file.keys():  # noqa: SIM118 - no dictionary
                kind = file.get_slice(name).get_dtype()
                if kind not in _FLOATS:
                    raise CheckpointError(
                        f"{path} holds {name} as {kind}, but only {', '.join(_FLOATS)} can be "
                        "read. Choose the original model, not a quantized one."
                    )
                if name in self._where:
                    raise CheckpointError(
                        f"{path} and {self._where[name].name} both hold {name}. "
                        "Fetch the model again from its source."
                    )
                self._where[name] = path

    def __getitem__(self, name: str) -> Tensor:
        """The tensor in its stored dtype, read-only, shared with the file."""
        tensor: Tensor = self._files[self._where[name]].get_tensor(name)
        return tensor

    def __iter__(self) -> Iterator[str]:
        """Names, file by file."""
        return iter(self._where)

    def __len__(self) -> int:
        """Number of tensors."""
        return len(self._where)


def weight_paths(folder: Path) -> list[Path]:
    """The files that hold a model's weights.

    Raises:
        CheckpointError: the index is damaged, or a file that it names is missing.
    """
    index = folder / WEIGHTS_INDEX
    if not index.is_file():
        return [folder / WEIGHTS]
    data = read_json(index)
    table = data.get("weight_map") if isinstance(data, dict) else None
    if not isinstance(table, dict) or not table:
        raise CheckpointError(f"{index} has no weight_map. Fetch it again from its source.")
    names = sorted({str(name) for name in table.values()})
    for name in names:
        if Path(name).name != name or not name.endswith(".safetensors"):
            raise CheckpointError(
                f"{index} names {name!r}, which is no safetensors file beside it. "
                "Fetch the model again from its source."
            )
        if not (folder / name).is_file():
            raise CheckpointError(
                f"{folder / name} is missing, one of the {len(names)} files of {index.name}. "
                "Fetch the file and try again."
            )
    return [folder / name for name in names]


def _open(path: Path) -> Any:
    try:
        return safetensors.safe_open(path, framework="pt")
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error}). Restore the file from its source."
        ) from error
