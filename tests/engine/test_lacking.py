from __future__ import annotations

import pytest

from engine.lacking import is_no_memory, sentence_for


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8589934592 bytes"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("std::bad_alloc"),
        OSError(12, "Cannot allocate memory"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
    ],
)
def test_memory_that_ran_out_is_no_bug(error: Exception) -> None:
    assert is_no_memory(error)
    sentence = sentence_for(error, "the run", "A bug ended the run.")
    assert sentence.startswith("Memory ran out, which ended the run. ")


def test_anything_else_is_a_bug() -> None:
    error = RuntimeError("shapes do not fit")
    assert not is_no_memory(error)
    assert sentence_for(error, "the run", "A bug ended the run.") == "A bug ended the run."
