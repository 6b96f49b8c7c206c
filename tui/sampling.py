"""Sampling settings as the app holds them, types them in and puts them in few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from engine.errors import RequestError
from engine.sampling_params import SamplingParams

MOST_SAMPLES = 16
"""Samples that a column shows; more are for the command line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How to draw, and how many samples."""

    params: SamplingParams = field(
        default_factory=lambda: SamplingParams(
            temperature=0.8, top_p=0.95, seed=7, max_tokens=96, n_alternatives=10
        )
    )
    n: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MOST_SAMPLES:
            raise RequestError(f"samples is {self.n}; choose 1 to {MOST_SAMPLES}.")

    def reseeded(self) -> Sampling:
        """The same settings with the next seed; repeating from there is still repeatable."""
        seed = 0 if self.params.seed is None else self.params.seed + 1
        return replace(self, params=replace(self.params, seed=seed))

    def words(self) -> list[tuple[str, str]]:
        """(name, value) of what is in force; controls that are off are left out."""
        p = self.params
        temperature = f"{p.temperature:g}" if p.temperature else "0 greedy"
        words = [("temperature", temperature)]
        words += [("top-k", str(p.top_k))] if p.top_k else []
        words += [("top-p", f"{p.top_p:g}")] if p.top_p < 1 else []
        words += [("min-p", f"{p.min_p:g}")] if p.min_p else []
        words += [("repetition", f"{p.repetition_penalty:g}")] if p.repetition_penalty != 1 else []
        words += [("seed", "random" if p.seed is None else str(p.seed))]
        words += [("max", str(p.max_tokens))]
        words += [("samples", str(self.n))] if self.n > 1 else []
        return words


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
    try:
        return int(text) if field.name in _WHOLE else float(text)
    except ValueError:
        kind = "a whole number" if field.name in _WHOLE else "a number"
        raise RequestError(f"{field.label} is {text!r}; type {kind}.") from None
