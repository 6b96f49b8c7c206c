"""The sentences of a step with what stands in braces filled in: keys, and values of facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from typing import NamedTuple

from tui.course.conditions import Check
from tui.course.facts import KINDS, Fact, Value
from tui.format import grouped
from tui.safe_text import one_line

MOST_SHOWN = 90
"""Characters of a value in a sentence."""
MISSING = "…"
"""Stands where a fact does not say what was asked of it."""

_BRACES = re.compile(r"\{([^{}]*)\}|([{}])")
_KEY = re.compile(r"key:([a-z0-9.-]+)")
_VALUE = re.compile(r"([a-z_]+)\.([a-z_]+)(%?)")


class Named(NamedTuple):
    """A value that a sentence wants: ``{answer.share%}``."""

    check: str
    value: str
    percent: bool


def problem_of_keys(text: str, known: Container[str] | None) -> str:
    """What is wrong with the braces of an action or a hint; empty where nothing is.

    Args:
        text: the sentence.
        known: the ids of all bindings; None where nobody has asked for them.
    """
    for inner in _inner(text):
        match = _KEY.fullmatch(inner)
        if match is None:
            return f"{{{inner}}} is no key; write such as {{key:compare.mode}}"
        if known is not None and match[1] not in known:
            return f"there is no binding {match[1]!r}; llmlab keys lists all of them"
    return ""


def problem_of_values(text: str, checks: Mapping[str, Check]) -> str:
    """What is wrong with the braces of a done sentence; empty where nothing is."""
    for inner in _inner(text):
        named = _named(inner)
        if named is None:
            return f"{{{inner}}} is no value; write such as {{answer.text}} or {{training.fall%}}"
        if named.check not in checks:
            return f"there is no check named {named.check!r}; there are {', '.join(checks)}"
        values = KINDS[checks[named.check].kind]
        if named.value not in values:
            return f"{named.check} has no value {named.value!r}; it has {', '.join(values)}"
        if named.percent and values[named.value][0] is not float:
            return f"{named.value} is no share, so it has no percent"
    return ""


def with_keys(text: str, key_of: Callable[[str], str]) -> str:
    """An action or a hint with its keys, by the ids of their bindings."""

    def filled(match: re.Match[str]) -> str:
        key = _KEY.fullmatch(match[1] or "")
        return key_of(key[1]) if key else match[0]

    return _BRACES.sub(filled, text)


def with_values(text: str, found: Mapping[str, Fact]) -> str:
    """A done sentence with the values of what came true."""

    def filled(match: re.Match[str]) -> str:
        named = _named(match[1] or "")
        if named is None or named.check not in found:
            return MISSING
        value = found[named.check].values.get(named.value)
        return MISSING if value is None else _shown(value, percent=named.percent)

    return _BRACES.sub(filled, text)


def _inner(text: str) -> Iterator[str]:
    return (match[1] if match[2] is None else match[2] for match in _BRACES.finditer(text))


def _named(inner: str) -> Named | None:
    match = _VALUE.fullmatch(inner)
    return Named(match[1], match[2], bool(match[3])) if match else None


def _shown(value: Value, *, percent: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return grouped(value)
    if isinstance(value, float):
        said = f"{value:.0%}" if percent else f"{value:.2f}".removesuffix(".00")
        return said.replace("-", "−")
    text = one_line(value.strip())
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1].rstrip()}…"
