"""What a caller may ask of the sampler. Imports no torch: the terminal app fills these in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.errors import RequestError

MAX_ALTERNATIVES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingParams:
    """How to draw the tokens of one request; the defaults draw from the model as it is.

    The steps are applied in the order of the fields. Each sees what the one before it left.

    Raises:
        RequestError: a value is of the wrong type or out of its range.
    """

    repetition_penalty: float = 1.0
    """Logits of ids already in the row are divided (positive) or multiplied by it; 1 is off."""
    temperature: float = 1.0
    """Divides the logits; 0 takes the likeliest token always."""
    top_k: int = 0
    """Keep the k likeliest tokens, and those that tie with the last of them; 0 is off."""
    top_p: float = 1.0
    """Keep the smallest set of likeliest tokens whose mass reaches p; 1 is off."""
    min_p: float = 0.0
    """Keep tokens at least p times as likely as the likeliest one; 0 is off."""
    seed: int | None = None
    """Same seed, same prompt, same model: same text. None takes a fresh seed."""
    max_tokens: int = 256
    """Tokens to draw at most, the stop token counted."""
    stop: tuple[str, ...] = ()
    """Strings that end the text; they are not part of it."""
    n_alternatives: int = 0
    """How many of the likeliest tokens to report beside each drawn one."""

    def __post_init__(self) -> None:
        self._check_number("repetition_penalty", above=0.0)
        self._check_number("temperature", least=0.0)
        self._check_integer("top_k", 0, None)
        self._check_number("top_p", least=0.0, most=1.0)
        self._check_number("min_p", least=0.0, most=1.0)
        if self.seed is not None:
            self._check_integer("seed", None, None)
        self._check_integer("max_tokens", 1, None)
        self._check_integer("n_alternatives", 0, MAX_ALTERNATIVES)
        if not isinstance(self.stop, tuple) or not all(
            isinstance(text, str) and text for text in self.stop
        ):
            raise RequestError(
                f"stop = {self.stop!r} is not a tuple of non-empty strings. "
                "Give each string that ends the text, or none.",
                param="stop",
            )

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is taken always, so that nothing is left to chance."""
        return self.temperature == 0.0

    def _check_number(
        self,
        name: str,
        *,
        least: float = -math.inf,
        above: float = -math.inf,
        most: float = math.inf,
    ) -> None:
        value = getattr(self, name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        # NaN fails every comparison, so it fails here as well.
        if number and math.isfinite(value) and value > above and least <= value <= most:
            return
        low = f"above {above:g}" if above > -math.inf else f"at least {least:g}"
        high = f" and at most {most:g}" if most < math.inf else ""
        raise RequestError(
            f"{name} = {value!r} is not a number {low}{high}. Change {name}.", param=name
        )

    def _check_integer(self, name: str, least: int | None, most: int | None) -> None:
        value = getattr(self, name)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and (least is None or value >= least) and (most is None or value <= most):
            return
        low = "" if least is None else f" of at least {least}"
        high = "" if most is None else f" and at most {most}"
        raise RequestError(
            f"{name} = {value!r} is not a whole number{low}{high}. Change {name}.", param=name
        )
