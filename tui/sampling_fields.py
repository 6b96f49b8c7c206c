"""Sampling settings as they are typed in: a line each, with what a person needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from engine.errors import RequestError
from tui.sampling import MOST_SAMPLES, Sampling
from tui.typed import number, quoted, whole_number


class Field(NamedTuple):
    """A line of the form."""

    name: str
    label: str
    hint: str


FIELDS = (
    Field("temperature", "temperature", "0 always takes the likeliest"),
    Field("top_k", "top-k", "draw from the k likeliest; 0 is off"),
    Field("top_p", "top-p", "draw from the likeliest p in all; 1 is off"),
    Field("min_p", "min-p", "least share of the best one; 0 is off"),
    Field("repetition_penalty", "repetition", "punish tokens already used; 1 is off"),
    Field("seed", "seed", "same seed, same answer; empty is random"),
    Field("max_tokens", "max tokens", "where an answer is cut"),
    Field("n", "samples", f"1 to {MOST_SAMPLES}, from one prompt"),
)

_WHOLE = ("top_k", "seed", "max_tokens", "n")


def typed_in(sampling: Sampling) -> dict[str, str]:
    """The settings as the form shows them."""
    texts = {}
    for name in (line.name for line in FIELDS):
        value = sampling.n if name == "n" else getattr(sampling.params, name)
        text = f"{value:g}" if isinstance(value, float) else str(value)
        texts[name] = "" if value is None else text
    return texts


def parsed(texts: Mapping[str, str], before: Sampling) -> Sampling:
    """The settings that were typed in; what the form does not hold stays as ``before``.

    Raises:
        RequestError: a text is no number, or the number is out of bounds.
    """
    values: dict[str, Any] = {f.name: _number(f, texts[f.name].strip()) for f in FIELDS}
    n = values.pop("n")
    return Sampling(params=replace(before.params, **values), n=n)


def _number(field: Field, text: str) -> int | float | None:
    if field.name == "seed" and not text:
        return None
    found = whole_number(text) if field.name in _WHOLE else number(text)
    if found is None:
        kind = "a whole number" if field.name in _WHOLE else "a number"
        raise RequestError(f"{field.label} is {quoted(text)}; type {kind}.")
    return found
