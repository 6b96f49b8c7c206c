"""The plot: invented against monofact rate, a point for each web, as an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.probes.monofact.result import WebResult
from engine.svg import document, dot, line, text

WIDTH, HEIGHT = 640, 480
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 56
_INVENTED, _BOUND = "#c0392b", "#2c6fbb"


def plot(webs: Sequence[WebResult]) -> str:
    """Points are the measured rates with their 95 % intervals, bars with a flat end the bounds;
    on the diagonal as much is invented as stands on one page only.
    """
    points = (element for web in webs for element in _web(web, webs))
    return document(WIDTH, HEIGHT, [*_axes(webs), *points])


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
        yield line(left, y, right, y, "#e4e4e4")
        yield line(x, top, x, bottom, "#e4e4e4")
        yield text(left - 8, y + 4, f"{value:.1f}", "end")
        yield text(x, bottom + 18, f"{value:.1f}", "middle")
    yield line(left, bottom, right, top, "#888888", dashes="6 4")
    yield line(left, bottom, right, bottom, "black")
    yield line(left, bottom, left, top, "black")
    middle = (left + right) / 2
    yield text(middle, bottom + 40, "monofact rate: pages whose fact stands on no other", "middle")
    yield text(left + 12, top + 16, "● invented, of all that the model states", color=_INVENTED)
    yield text(left + 12, top + 34, "▬ at least so much, by the theorem", color=_BOUND)
    yield text(left + 12, top + 52, "╌ invented = monofact rate", color="#666666")


def _web(web: WebResult, webs: Sequence[WebResult]) -> Iterator[str]:
    x = _x(web.monofact_rate, webs)
    low, high = (_y(web.invented_rate + sign * web.margin, webs) for sign in (-1, 1))
    y = _y(web.invented_rate, webs)
    yield line(x, low, x, high, _INVENTED)
    yield dot(x, y, 4, _INVENTED)
    if web.bound > 0:
        bound = _y(web.bound, webs)
        yield line(x - 9, bound, x + 9, bound, _BOUND, width=3)
    yield text(x + 8, y - 8, web.law, "end" if x > WIDTH * 0.85 else "start", "#333333")
