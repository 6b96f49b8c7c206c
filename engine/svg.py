"""Plots as SVG files: a few elements, their numbers short and their texts escaped. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape


def document(width: int, height: int, body: Iterable[str]) -> str:
    """A whole file on white, so that dark pages show it as light ones do.

    Args:
        width: in pixels.
        height: likewise.
        body: elements, the first at the bottom.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def line(
    x1: float, y1: float, x2: float, y2: float, color: str, *, width: int = 1, dashes: str = ""
) -> str:
    """A straight line; ``dashes`` are lengths of strokes and gaps in turn."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" '
        f'stroke-width="{width}"{_dashed(dashes)}/>'
    )


def path(
    points: Sequence[tuple[float, float]], color: str, *, width: int = 2, dashes: str = ""
) -> str:
    """A line through several points."""
    through = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{through}" fill="none" stroke="{color}" stroke-width="{width}" '
        f'stroke-linejoin="round"{_dashed(dashes)}/>'
    )


def dot(x: float, y: float, radius: float, color: str) -> str:
    """A filled circle."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{color}"/>'


def area(x: float, y: float, width: float, height: float, color: str) -> str:
    """A filled rectangle, from its upper left corner."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'
    )


def text(x: float, y: float, words: str, anchor: str = "start", color: str = "black") -> str:
    """Words with their baseline at ``y``; ``anchor`` says what of them stands at ``x``."""
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="{color}">{escape(words)}</text>'


def _dashed(dashes: str) -> str:
    return f' stroke-dasharray="{dashes}"' if dashes else ""
