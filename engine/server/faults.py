"""What a failure of the computing side means to whoever asked."""

from __future__ import annotations

from engine.errors import EngineMemoryError, LabError

BUG_SENTENCE = (
    "The engine met a fault of its own in this request; the other requests go on. "
    "Details are in its log (engine.log, or what llmlab serve printed); please report it."
)

_NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")
"""What torch's allocators say in a plain ``RuntimeError``; this module never imports torch."""


def explain(error: BaseException) -> LabError:
    """The sentence to show for whatever was raised while a request was computed."""
    if isinstance(error, LabError):
        return error
    said = str(error).lower()
    if isinstance(error, MemoryError) or any(phrase in said for phrase in _NO_MEMORY):
        return EngineMemoryError(
            "The engine's machine has not enough free memory for this request. Ask for fewer "
            "samples or a shorter text, use a smaller model, or end other programs."
        )
    return LabError(BUG_SENTENCE)
