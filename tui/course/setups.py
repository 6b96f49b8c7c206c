"""How a step can set its pane up: what may be said of each pane, and in what form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TYPES: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a value may be.

    Args:
        type: of the value, or of each in a list.
        says: what it is for.
        one_of: all that it may be; anything where empty.
        least, most: how many there are in a list; no list where both are 0.
    """

    type: type
    says: str
    one_of: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    def problem(self, value: Any) -> str:
        """What is wrong with a value; empty where nothing is."""
        if not self.most:
            return self._problem(value)
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            return f"{value!r} is not a list of {self.least} to {self.most}"
        return next(filter(None, map(self._problem, value)), "")

    def _problem(self, value: Any) -> str:
        types = (int, float) if self.type is float else (self.type,)
        if type(value) not in types:
            return f"{value!r} is not {_TYPES[self.type]}"
        if self.one_of and value not in self.one_of:
            return f"{value!r} is none of {', '.join(self.one_of)}"
        if self.type in (int, float) and value < 0:
            return f"{value} is below 0"
        return ""


def _view(*names: str) -> Form:
    return Form(str, "which of its views is shown", names)


_PROMPT = Form(str, "what stands in the prompt, ready to be sent")
_TEMPERATURE = Form(float, "how freely answers are drawn; 0 is greedy, the same each time")

SETUPS: Mapping[str, Mapping[str, Form]] = {
    "pipeline": {
        "entry": Form(str, "the line of the rail, such as stage:base"),
        "preset": Form(str, "what the training form proposes", ("pico", "nano")),
    },
    "data": {
        "view": _view("funnel", "removed", "sample", "twins", "truth"),
        "rule": Form(
            str, "that is looked at, or whose threshold; such as gopher_quality.min_words"
        ),
    },
    "tokens": {
        "view": _view("text", "compare", "merges", "chat", "train", "spelling"),
        "tokenizer": Form(str, "which one, such as nano/sft"),
        "text": Form(str, "what is cut"),
    },
    "compare": {
        "models": Form(str, "of the columns, from left to right", least=2, most=4),
        "prompt": _PROMPT,
        "chat": Form(bool, "as a conversation (true) or as raw text"),
        "temperature": _TEMPERATURE,
        "max_tokens": Form(int, "length at most"),
        "ask": Form(bool, "whether the prompt is sent at once"),
    },
    "chat": {
        "model": Form(str, "whom the conversation is with"),
        "prompt": _PROMPT,
        "temperature": _TEMPERATURE,
    },
    "probes": {
        "view": _view("answers", "outcomes", "detectors", "name"),
        "probe": Form(str, "its name; the one that comes with the lab otherwise"),
        "group": Form(str, "the only one whose questions are shown, such as unseen"),
        "outcome": Form(str, "only questions that came out so", ("correct", "wrong", "abstained")),
    },
    "rl": {
        "view": _view("wall", "curves", "before"),
        "run": Form(str, "its name; the one that comes with the lab otherwise"),
        "step": Form(int, "of the run"),
        "task": Form(str, "of the problem that is shown, such as parity"),
    },
    "runs": {},
}
"""By pane, and by what is set up."""
