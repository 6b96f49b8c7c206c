"""How thresholds are moved: by steps that are worth a look, or to a number that is typed."""

from __future__ import annotations

import math
import re

from engine.data.funnel.rules import BY_NAME
from engine.errors import DataError
from tui.typed import number, quoted

MOST = 1e9
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")


def step_of(threshold: float) -> float:
    """A step that is small beside the threshold: 0.01 for shares, 1, 5, or a tenth of it."""
    if threshold < 1:
        return 0.01
    if threshold <= 10:
        return 0.5 if threshold != int(threshold) else 1.0
    if threshold <= 100:
        return 5.0
    return float(10 ** math.floor(math.log10(threshold) - 1))


def moved(name: str, value: float, by: int) -> float:
    """A rule's threshold some steps further; never below 0, and a share never above 1."""
    step = step_of(_published(name))
    return _within(name, round(value + by * step, 4))


def typed(name: str, text: str) -> float:
    """The threshold that somebody typed for a rule.

    Raises:
        DataError: it is no number, or none that the rule can have.
    """
    text = text.replace(" ", "")
    # 1,000 is a thousand words; a share is below 1, and so 0,125 is an eighth.
    parted = _THOUSANDS.fullmatch(text) and not _is_share(name)
    value = number(text.replace(",", "" if parted else "."))
    if value is None:
        raise DataError(f"{quoted(text)} is no number. Type one such as {_published(name):g}.")
    if value != _within(name, value):
        most = 1 if _is_share(name) else int(MOST)
        raise DataError(
            f"{quoted(text)} is beyond what {name} can be: type a number from 0 to {most}."
        )
    return value


def _within(name: str, value: float) -> float:
    return max(0.0, min(1.0 if _is_share(name) else MOST, value))


def _is_share(name: str) -> bool:
    return _published(name) < 1


def _published(name: str) -> float:
    threshold = BY_NAME[name].threshold
    assert threshold is not None, name
    return threshold
