"""Writes a checkpoint down for llama.cpp. A child process, as the exporter needs torch."""

from __future__ import annotations

from pathlib import Path

from engine.bench.child import UnavailableError, serve
from engine.errors import LabError
from engine.gguf_export import export_gguf
from engine.manifest import find_checkpoint


class GgufWriter:
    """The exporter of ``llmlab export --gguf``, for one checkpoint folder."""

    def __init__(self, folder: str) -> None:
        self._info = find_checkpoint(folder)

    def write(self, file: str) -> None:
        """Write it in the types it is stored in.

        Raises:
            UnavailableError: llama.cpp has no such model or tokenizer, or the disk is full.
        """
        try:
            export_gguf(self._info, Path(file))
        except LabError as error:
            raise UnavailableError(str(error)) from error


if __name__ == "__main__":
    serve(GgufWriter)
