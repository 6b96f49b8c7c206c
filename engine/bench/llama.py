"""llama.cpp as a contender, through ``llama-cpp-python``. A child process.

It may run under a Python that has that library and nothing else of ours, so it imports no torch.
The library's own ``Llama`` class decodes one row; for many it is driven through its C interface,
with one sequence a row.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.bench import memory
from engine.bench.child import UnavailableError, serve
from engine.bench.turn import About, Turn
from engine.errors import LabError

_FORMS = {"f32": (0, 4.0), "f16": (1, 2.0), "q8_0": (7, 34 / 32)}
"""llama.cpp's number of each form of weights (``enum llama_ftype``), and bytes a weight."""


class LlamaPeer:
    """The library, and after ``open`` a model.

    Args:
        threads: to compute with.

    Raises:
        UnavailableError: the library is not installed, or cannot be loaded.
    """

    def __init__(self, threads: int) -> None:
        try:
            self._llama: Any = importlib.import_module("llama_cpp")
        except (ImportError, OSError, RuntimeError) as error:
            raise UnavailableError(
                f"llama-cpp-python cannot be imported ({error}); LLMLAB_BENCH_LLAMA_PYTHON may "
                "name a Python that has it"
            ) from error
        self._numpy: Any = importlib.import_module("numpy")  # which llama-cpp-python depends on
        self._threads = threads
        self._context: Any = None
        self._room = (0, 0)

    def open(self, file: str, form: str, tied: bool) -> None:
        """Load a GGUF file, its weights turned to ``form`` by llama.cpp's own converter.

        Args:
            file: in the types the checkpoint is stored in.
            form: a key of ``_FORMS``.
            tied: whether the head shares the embedding's weights.

        Raises:
            UnavailableError: llama.cpp cannot read it or cannot turn it into that form.
        """
        began = time.perf_counter()
        path = Path(file).with_name(f"{form}.gguf")
        to = self._llama.llama_model_quantize_default_params()
        to.ftype, to.nthread, to.allow_requantize = _FORMS[form][0], self._threads, True
        if self._llama.llama_model_quantize(file.encode(), str(path).encode(), to):
            raise UnavailableError(f"llama.cpp cannot turn the checkpoint into {form}")
        settings = self._llama.llama_model_default_params()
        settings.n_gpu_layers = 0
        self._model = self._llama.llama_model_load_from_file(str(path).encode(), settings)
        if not self._model:
            raise UnavailableError(f"llama.cpp cannot read the checkpoint as {form}")
        vocabulary = self._llama.llama_model_get_vocab(self._model)
        self._n_vocab = self._llama.llama_vocab_n_tokens(vocabulary)
        self._weight_bytes = self._llama.llama_model_size(self._model)
        if not tied:
            width = self._llama.llama_model_n_embd(self._model)
            self._weight_bytes -= round(self._n_vocab * width * _FORMS[form][1])
        self._load_s = time.perf_counter() - began
        self._load_peak_bytes = memory.peak_bytes()

    def about(self) -> About:
        """What was loaded."""
        return About(
            version=f"llama-cpp-python {self._llama.__version__}",
            note="",
            weight_bytes=self._weight_bytes,
            load_s=self._load_s,
            load_peak_bytes=self._load_peak_bytes,
        )

    def decode(self, prompts: Sequence[Sequence[int]], lengths: Sequence[int]) -> Turn:
        """One greedy turn (see ``turn``) of lengths that are all the same."""
        n_new = lengths[0]
        self._make_context(len(prompts), max(map(len, prompts)) + n_new)
        self._llama.llama_memory_clear(self._llama.llama_get_memory(self._context), True)
        can_say = memory.forget_peak()
        began = time.perf_counter()
        drawn = self._read([(row, ids, 0) for row, ids in enumerate(prompts)])
        first_s = time.perf_counter() - began
        ids = [[token] for token in drawn]
        for i in range(n_new - 1):
            drawn = self._read(
                [(row, (token,), len(prompts[row]) + i) for row, token in enumerate(drawn)]
            )
            for row, token in enumerate(drawn):
                ids[row].append(token)
        return Turn(
            seconds=time.perf_counter() - began,
            first_s=[first_s] * len(prompts),
            ids=ids,
            n_read=sum(map(len, prompts)),
            peak_bytes=memory.peak_bytes() if can_say else None,
        )

    def _make_context(self, n_rows: int, n_positions: int) -> None:
        """Keys and values for so many rows; kept from turn to turn while it suits."""
        if self._room == (n_rows, n_positions):
            return
        if self._context is not None:
            self._llama.llama_free(self._context)
        settings = self._llama.llama_context_default_params()
        # A row's share is rounded up to whole blocks of 256.
        settings.n_ctx = n_rows * -(-n_positions // 256) * 256
        settings.n_seq_max = n_rows
        settings.n_batch = n_rows * n_positions
        settings.n_threads = settings.n_threads_batch = self._threads
        self._context = self._llama.llama_init_from_model(self._model, settings)
        if not self._context:
            raise LabError(
                f"llama.cpp makes no room for {n_rows} rows of {n_positions} tokens. "
                "Choose a smaller --batch, or leave it out of the comparison."
            )
        self._room = (n_rows, n_positions)
        self._batch = self._llama.llama_batch_init(n_rows * n_positions, 0, 1)

    def _read(self, parts: Sequence[tuple[int, Sequence[int], int]]) -> list[int]:
        """One pass over ``(row, ids, position of the first)``; the likeliest next id of each."""
        batch, n, last = self._batch, 0, []
        for row, ids, position in parts:
            for i, token in enumerate(ids):
                batch.token[n] = token
                batch.pos[n] = position + i
                batch.n_seq_id[n] = 1
                batch.seq_id[n][0] = row
                batch.logits[n] = i == len(ids) - 1
                n += 1
            last.append(n - 1)
        batch.n_tokens = n
        failed = self._llama.llama_decode(self._context, batch)
        if failed:
            raise LabError(f"llama.cpp failed to decode (code {failed}). Leave it out.")
        return [self._likeliest(i) for i in last]

    def _likeliest(self, i: int) -> int:
        logits = self._llama.llama_get_logits_ith(self._context, i)
        return int(self._numpy.ctypeslib.as_array(logits, (self._n_vocab,)).argmax())


if __name__ == "__main__":
    serve(LlamaPeer)
