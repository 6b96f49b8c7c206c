"""Whether a failure means that memory ran out; no torch here."""

from __future__ import annotations

_SAID = (
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "out of memory",
    "std::bad_alloc",
    "failed to map segment",
)
"""What torch's allocators, C++ and the loader of libraries say in errors of other kinds."""


def is_no_memory(error: BaseException) -> bool:
    """Whether ``error`` says that there was not enough memory, of the machine's or of a GPU's."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(phrase in said for phrase in _SAID)


def sentence_for(error: BaseException, work: str, bug: str) -> str:
    """Why work in the background failed, for an error that is not one of the lab's own.

    Args:
        error: what was raised.
        work: what failed, as in "the run".
        bug: what to say of any failure but a lack of memory.
    """
    if is_no_memory(error):
        return (
            f"Memory ran out, which ended {work}. End other programs or choose a smaller model, "
            "then resume it."
        )
    return bug
