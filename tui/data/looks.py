"""Signs, colours and numbers of the Data pane: each colour has a second sign that says the same."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from engine.data.funnel.rules import BY_NAME
from tui.format import finite, fitted, grouped

FOUND = "bold reverse $text-warning"
"""The part of a page that a rule fell over: reversed, so that it stands out without colours."""
DIFFERENT = "bold underline $text-warning"
"""Words that one of two pages has and the other has not."""
ALIKE = "minhash.duplicate"
"""The rule whose value is how alike two pages are, and whose evidence is the other page."""
KEPT_MARK = "▎"
"""At the left of the lines of a raw page that hold text which was extracted."""
GOOD = ("✓", "$text-success")
POOR = ("✗", "$text-error")
ALIVE = ("starting", "running")
RESUMABLE = ("stopped", "failed", "lost")
GOOD_FROM = 0.95
"""A share from which on a filter counts as good: of junk found, of clean pages kept."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def data_size(n_bytes: float) -> str:
    """A number of bytes with one decimal: ``118.4 MB``, ``20.1 kB``, ``812 B``."""
    for size, unit in _UNITS:
        if abs(n_bytes) >= size:
            return f"{n_bytes / size:.1f} {unit}"
    return f"{n_bytes:.0f} B"


def bar(share: float, lost: float, cells: int) -> tuple[str, str]:
    """What is left as a bar of eighths, and what a rule took from it as a tail of another sign.

    Args:
        share: left, of all that there was at first; 0 to 1.
        lost: taken by this rule, of the same.
        cells: of a share of 1.

    Returns:
        The bar and its tail, ``cells`` wide together.
    """
    eighths = round(max(0.0, min(1.0, share)) * cells * 8)
    whole, rest = divmod(eighths, 8)
    drawn = "█" * whole + (_EIGHTHS[rest] if rest else "")
    tail = round(max(0.0, min(1.0, share + lost)) * cells) - len(drawn)
    if lost > 0 and tail <= 0 and len(drawn) < cells and lost * cells >= 0.25:
        tail = 1  # Less than a cell was taken; it is seen all the same.
    return drawn, ("░" * max(0, tail)).ljust(cells - len(drawn))


def share_sign(share: float | None, least: float = GOOD_FROM) -> tuple[str, str]:
    """Whether a share is as good as it should be; neither where it is not known."""
    if share is None:
        return "·", "$quiet"
    return GOOD if share >= least else POOR


def percent(share: float | None) -> str:
    """``97.3 %``; a dash where there was nothing to count."""
    return "–" if share is None else f"{share:.1%}".replace("%", " %")


def value_words(rule: str, value: str) -> str:
    """What a rule measured: a number with few digits, or the forbidden string in quotes."""
    measured = rule == ALIKE or (rule in BY_NAME and BY_NAME[rule].keeps)
    number = _number(value) if measured else None
    if number is not None and rule == ALIKE:
        return f"{percent(number)} alike"
    if number is None:
        return f"“{value}”" if value else ""
    if number == int(number) and abs(number) < 1e15:
        return grouped(int(number))
    return f"{number:.3f}"


def _number(value: str) -> float | None:
    try:
        return finite(float(value))
    except ValueError:
        return None


def threshold_words(keeps: str, threshold: float | None) -> str:
    """``≥ 50``: how a value must stand for the page to stay; empty for rules without a number."""
    if threshold is None or not keeps:
        return ""
    sign = {"<=": "≤", ">=": "≥"}.get(keeps, keeps)
    return f"{sign} {number_words(threshold)}"


def number_words(value: float) -> str:
    """A threshold as one would type it: ``0.3``, ``100 000``."""
    if value == int(value):
        return grouped(int(value))
    return f"{value:.4f}".rstrip("0").rstrip(".") if value >= 1e-4 else f"{value:.1e}"


def padded(text: str, cells: int, *, right: bool = False) -> str:
    """``text`` in exactly so many cells, cut with an ellipsis where it is longer."""
    if cell_len(text) > cells:
        text = set_cell_size(text, max(0, cells - 1)) + "…"
    room = " " * max(0, cells - cell_len(text))
    return room + text if right else text + room


def counted(n: int, what: str) -> str:
    """``1 page``, ``12 408 pages``, ``3 addresses``."""
    ending = "es" if what.endswith("s") else "s"
    return f"{grouped(n)} {what}{ending if n != 1 else ''}"


def short_address(url: str, width: int) -> str:
    """An address without its scheme, cut at the end."""
    return fitted(url.removeprefix("https://").removeprefix("http://"), width)
