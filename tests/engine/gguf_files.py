"""GGUF files with something changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np

Packed = tuple[np.ndarray[Any, Any], gguf.GGMLQuantizationType]


def rewrite(
    source: Path, target: Path, settings: dict[str, Any], tensors: dict[str, Packed | None]
) -> Path:
    """Copy a file with other settings and tensors; None leaves one out."""
    reader = gguf.GGUFReader(source)
    architecture = settings.get("general.architecture") or "qwen3"
    writer = gguf.GGUFWriter(target, str(architecture))
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        value = settings.get(key, field.contents())
        if value is not None:
            is_list = field.types[0] == gguf.GGUFValueType.ARRAY
            writer.add_key_value(key, value, field.types[0], field.types[-1] if is_list else None)
    for key in settings.keys() - reader.fields.keys():
        writer.add_key_value(key, settings[key], gguf.GGUFValueType.get_type(settings[key]))
    kept = {t.name: (np.array(t.data), t.tensor_type) for t in reader.tensors}
    for name, packed in {**kept, **tensors}.items():
        if packed is not None:
            writer.add_tensor(name, packed[0], raw_dtype=packed[1])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
