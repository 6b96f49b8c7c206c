"""Sampling settings as the app holds them and puts them in few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import RequestError
from engine.sampling_params import SamplingParams
from tui import settings
from tui.settings import schema
from tui.settings.setting import Setting

MOST_SAMPLES = 16
"""Samples that a column shows; more are for the command line."""

Params = Mapping[str, Setting[Any]]
"""Settings by the names of sampling parameters."""

OF_COMPARE: Params = {
    "temperature": schema.TEMPERATURE,
    "top_p": schema.TOP_P,
    "seed": schema.SEED,
    "max_tokens": schema.MAX_TOKENS,
}
OF_CHAT: Params = {
    "temperature": schema.CHAT_TEMPERATURE,
    "max_tokens": schema.CHAT_MAX_TOKENS,
}


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

    def as_set(self, of: Params) -> Sampling:
        """With what the settings ``of`` a pane say."""
        values = {name: settings.value(setting) for name, setting in of.items()}
        return replace(self, params=replace(self.params, **values))

    def as_chosen(self, of: Params) -> Sampling:
        """With what somebody has chosen in the settings ``of`` a pane; the rest stays as it is."""
        return self.as_set({name: each for name, each in of.items() if settings.chosen(each)})

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
