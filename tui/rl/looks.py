"""Signs and colours of the RL pane: each colour has a second sign that says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.chat.looks import FORCED_STYLE

if TYPE_CHECKING:
    from engine.rl.record import Attempt

RIGHT = ("✓", "$text-success")
WRONG = ("✗", "$text-error")
NOTICEABLE = 0.01
"""Nats by which a token's log-probability changes before it is coloured."""
STRONG = 0.1
"""Nats from which on it is bold."""
LEGEND = (
    ("likelier", "underline $text-success"),
    ("less likely after the update", "italic $text-error"),
)


def verdict(attempt: Attempt) -> tuple[str, str]:
    """The glyph of an attempt and its colour."""
    return RIGHT if attempt.correct else WRONG


def change(attempt: Attempt, place: int) -> float | None:
    """By how many nats the update made a token likelier; None where that is not known."""
    if attempt.logprobs_after is None or not attempt.drawn[place]:
        return None
    return attempt.logprobs_after[place] - attempt.logprobs[place]


def token_style(attempt: Attempt, place: int) -> str:
    """How a token looks: what the update did to it, or that the model did not draw it."""
    if not attempt.drawn[place]:
        return FORCED_STYLE
    nats = change(attempt, place)
    if nats is None or abs(nats) < NOTICEABLE:
        return ""
    style = LEGEND[0][1] if nats > 0 else LEGEND[1][1]
    return f"bold {style}" if abs(nats) >= STRONG else style


def signed(value: float) -> str:
    """With its sign: ``+0.87``, ``−1.20``, ``0.00``."""
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text[1:] == "0.00" else text
