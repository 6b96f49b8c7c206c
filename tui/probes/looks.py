"""Signs and colours of the Probes pane: each colour has a glyph that says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.probes.record import Category, Outcome

SIGNS: dict[Outcome, tuple[str, str]] = {
    "correct": ("✓", "$text-success"),
    "wrong": ("✗", "$text-error"),
    "abstained": ("○", "$text-warning"),
}
PENDING = ("·", "$quiet")
"""Of an answer that has not come yet."""
UNREADABLE = ("?", "$text-error")
"""Of an outcome that this version of the lab does not know."""

CATEGORY_SIGNS: dict[Category, str] = {
    "highly known": "▮▮▮",
    "maybe known": "▮▮▯",
    "weakly known": "▮▯▯",
    "unknown": "▯▯▯",
}

ALIVE = ("starting", "running")
RESUMABLE = ("stopped", "failed", "lost")


def outcome_sign(outcome: str) -> tuple[str, str]:
    """The glyph of an outcome and its colour; of what another version may call one, a question."""
    return SIGNS.get(outcome, UNREADABLE)  # type: ignore[call-overload, no-any-return]


def category_sign(category: str) -> str:
    """How well a fact is known, in three cells."""
    return CATEGORY_SIGNS.get(category, "???")  # type: ignore[call-overload, no-any-return]


def pages(exposures: int | None) -> str:
    """``on 81 pages``; empty where nobody has counted."""
    if exposures is None:
        return ""
    return {0: "on no page", 1: "on 1 page"}.get(exposures, f"on {exposures} pages")


def signed(change: float) -> str:
    """A change of a share with its sign: ``+0.03``, ``−0.95``, ``0.00``."""
    text = f"{change:+.2f}".replace("-", "−")
    return text if change and text[1:] != "0.00" else "0.00"
