"""The plot: invented against monofact rate, a point for each web, as an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from engine.probes.monofact.result import WebResult

WIDTH, HEIGHT = 640, 480
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 56
_INVENTED, _BOUND = "#c0392b", "#2c6fbb"


def plot(webs: Sequence[WebResult]) -> str:
    """Points are the measured rates with their 95 % intervals, bars with a flat end the bounds;
    on the diagonal as much is invented as stands on one page only.
    """
    body = "\n".join([*_axes(webs), *(line for web in webs for line in _web(web, webs))])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n{body}\n</svg>\n'
    )


def _most(webs: Sequence[WebResult]) -> float:
    """Where both axes end: a tenth above the largest figure."""
    largest = max(max(web.monofact_rate, web.invented_rate + web.margin) for web in webs)
    return min(1.0, max(1, int(largest * 10) + 1) / 10)


def _x(value: float, webs: Sequence[WebResult]) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / _most(webs)


def _y(value: float, webs: Sequence[WebResult]) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * max(0.0, value) / _most(webs)


def _axes(webs: Sequence[WebResult]) -> Iterator[str]:
    most = _most(webs)
    left, right, bottom, top = _x(0, webs), _x(most, webs), _y(0, webs), _y(most, webs)
    for tenth in range(round(most * 10) + 1):
        value = tenth / 10
        x, y = _x(value, webs), _y(value, webs)
        yield _line(left, y, right, y, "#e4e4e4")
        yield _line(x, top, x, bottom, "#e4e4e4")
        yield _text(left - 8, y + 4, f"{value:.1f}", "end")
        yield _text(x, bottom + 18, f"{value:.1f}", "middle")
    yield _line(left, bottom, right, top, "#888888", dashed=True)
    yield _line(left, bottom, right, bottom, "black")
    yield _line(left, bottom, left, top, "black")
    middle = (left + right) / 2
    yield _text(middle, bottom + 40, "monofact rate: pages whose fact stands on no other", "middle")
    yield _text(left + 12, top + 16, "● invented, of all that the model states", color=_INVENTED)
    yield _text(left + 12, top + 34, "▬ at least so much, by the theorem", color=_BOUND)
    yield _text(left + 12, top + 52, "╌ invented = monofact rate", color="#666666")


def _web(web: WebResult, webs: Sequence[WebResult]) -> Iterator[str]:
    x = _x(web.monofact_rate, webs)
    low, high = (_y(web.invented_rate + sign * web.margin, webs) for sign in (-1, 1))
    y = _y(web.invented_rate, webs)
    yield _line(x, low, x, high, _INVENTED)
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_INVENTED}"/>'
    if web.bound > 0:
        bound = _y(web.bound, webs)
        yield _line(x - 9, bound, x + 9, bound, _BOUND, width=3)
    yield _text(x + 8, y - 8, web.law, "end" if x > WIDTH * 0.85 else "start", "#333333")


def _line(
    x1: float, y1: float, x2: float, y2: float, color: str, *, width: int = 1, dashed: bool = False
) -> str:
    dashes = ' stroke-dasharray="6 4"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" '
        f'stroke-width="{width}"{dashes}/>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", color: str = "black") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'
    )
