"""OpenAI's fields that this engine has no use for.

A client often sends fields at their defaults. Those are accepted where they change nothing; any
other value is refused by name, because an answer that silently ignored it would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.errors import RequestError


class _Any:
    """Every value will do: the field is a note for OpenAI's own accounting."""


ANY: Final = _Any()

Neutral = Mapping[str, tuple[object, ...] | _Any]
"""Of each field the values that change nothing here."""

COMMON: Neutral = {
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "presence_penalty": (0,),
    "user": ANY,
}
COMPLETION: Neutral = {**COMMON, "best_of": (1,), "suffix": ("",)}
CHAT: Neutral = {
    **COMMON,
    "audio": (),
    "function_call": ("none", "auto"),
    "functions": ([],),
    "metadata": ANY,
    "modalities": (["text"],),
    "moderation": (),
    "parallel_tool_calls": (True, False),
    "prediction": (),
    "prompt_cache_key": ANY,
    "prompt_cache_options": ANY,
    "prompt_cache_retention": ANY,
    "reasoning_effort": ("none",),
    "response_format": ({"type": "text"},),
    "safety_identifier": ANY,
    "service_tier": ("auto", "default"),
    "store": (False,),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "verbosity": ("medium",),
    "web_search_options": (),
}
MESSAGE: Neutral = {
    "annotations": ([],),
    "audio": (),
    "function_call": (),
    "refusal": ("",),
    "tool_calls": ([],),
}
STREAM_OPTIONS: Neutral = {"include_obfuscation": (False,)}


def without_neutral(body: Mapping[str, Any], neutral: Neutral, where: str = "") -> dict[str, Any]:
    """``body`` without the fields that ask for nothing; null asks for the default.

    Raises:
        RequestError: one of ``neutral`` asks for something.
    """
    rest = {}
    for name, value in body.items():
        if value is None:
            continue
        allowed = neutral.get(name)
        if allowed is None:
            rest[name] = value
        elif not isinstance(allowed, _Any) and not any(_same(value, one) for one in allowed):
            place = f"{where}.{name}" if where else name
            raise RequestError(
                f"{place} is part of OpenAI's API but not of this engine's. Leave it out.",
                param=place,
            )
    return rest


def _same(a: object, b: object) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)
