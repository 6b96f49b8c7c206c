"""What a failure of the computing side means to whoever asked."""

from __future__ import annotations

from engine.errors import EngineMemoryError, LabError
from engine.lacking import is_no_memory

BUG_SENTENCE = (
    "The engine met a fault of its own in this request; the other requests go on. "
    "Details are in its log (engine.log, or what llmlab serve printed); please report it."
)


def explain(error: BaseException) -> LabError:
    """The sentence to show for whatever was raised while a request was computed."""
    if isinstance(error, LabError):
        return error
    if is_no_memory(error):
        return EngineMemoryError(
            "The engine's machine has not enough free memory for this request. Ask for fewer "
            "samples or a shorter text, use a smaller model, or end other programs."
        )
    return LabError(BUG_SENTENCE)
