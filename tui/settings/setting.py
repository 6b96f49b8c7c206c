"""One setting: what it is called, what it may be, and how it is read from a file or from text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

from engine.errors import LabError

T = TypeVar("T")
Kind = Literal["switch", "whole", "number", "choice", "text", "names"]

_ON, _OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")
_KINDS: dict[Kind, str] = {
    "switch": "true or false",
    "whole": "a whole number",
    "number": "a number",
    "choice": "one of them",
    "text": "a line of text",
    "names": "names with commas between",
}


class SettingError(LabError):
    """A value that a setting cannot have, or a setting that there is not."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Setting(Generic[T]):
    """A setting and the type of its value.

    Args:
        key: section and name, as in ``compare.temperature``.
        title: its name on the screen, in at most 20 letters.
        help: what it does, in a line or two.
        default: its value where nobody has chosen one.
        kind: how its value is written.
        low, high: the bounds of a number, themselves allowed; of names, how many there may be.
        choices: what may be chosen; a function, since it may have to import something.
        word: what is written for None, as in ``seed = "random"``; empty where None is no value.
        live: whether another value holds at once; else it does from the next start.
    """

    key: str
    title: str
    help: str
    default: T
    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    choices: Callable[[], Sequence[str]] = tuple
    word: str = ""
    live: bool = True

    @property
    def section(self) -> str:
        """The part of the key before the first dot."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The part of the key behind the first dot."""
        return self.key.partition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that wins over the file."""
        return variable(self.key)

    def bounds(self) -> str:
        """What it may be, in words: ``a whole number from 0 to 9, or random``."""
        if self.kind == "choice":
            return ", ".join(self.choices())
        words = _KINDS[self.kind]
        if math.isfinite(self.low):
            reach = f"{_short(self.low)} to {_short(self.high)}"
            words = f"{reach} {words}" if self.kind == "names" else f"{words} from {reach}"
        return f"{words}, or {self.word}" if self.word else words

    def parsed(self, text: str) -> T:
        """The value that was typed: on the screen, on the command line, in a variable.

        Raises:
            SettingError: it is none that this setting can have.
        """
        typed: object = text.strip()
        if self.word and typed in (self.word, ""):
            return cast(T, None)
        if self.kind == "switch":
            folded = text.strip().lower()
            typed = folded in _ON if folded in (*_ON, *_OFF) else text
        elif self.kind in ("whole", "number"):
            typed = _number(text.strip(), whole=self.kind == "whole")
        elif self.kind == "names":
            typed = [part.strip() for part in text.split(",")] if text.strip() else []
        return self.checked(typed)

    def checked(self, value: object) -> T:
        """The value that a file holds.

        Raises:
            SettingError: it is none that this setting can have.
        """
        if self.word and (value is None or value == self.word):
            return cast(T, None)
        fits: dict[Kind, Callable[[Any], bool]] = {
            "switch": lambda v: isinstance(v, bool),
            "whole": lambda v: type(v) is int and self.low <= v <= self.high,
            "number": lambda v: type(v) in (int, float) and self.low <= v <= self.high,
            "choice": lambda v: isinstance(v, str) and v in self.choices(),
            "text": lambda v: isinstance(v, str) and _is_line(v),
            "names": lambda v: isinstance(v, list) and all(map(_is_name, v)) and self._counts(v),
        }
        if not fits[self.kind](value):
            raise SettingError(f"{self.key} is {shown(value)}; it can be {self.bounds()}.")
        made = {"number": float, "names": tuple}.get(self.kind)
        return cast(T, made(value) if made else value)

    def text(self, value: T) -> str:
        """The value as it would be typed."""
        if value is None:
            return self.word
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, tuple):
            return ", ".join(value)
        if isinstance(value, float) and value.is_integer():
            return f"{value:.0f}"
        return str(value)

    def _counts(self, names: Sequence[str]) -> bool:
        return not names or self.low <= len(names) <= self.high


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Table:
    """A section whose keys are not known beforehand; their values are texts.

    Args:
        section: its name.
        help: what a line of it says.
        choices: what a value may be; empty for any line of text.
        door: the action of the app that shows a screen of its own for them.
    """

    section: str
    help: str
    choices: tuple[str, ...] = ()
    door: str = ""

    def checked(self, key: str, value: object) -> str:
        """The value of a key of this section.

        Raises:
            SettingError: it cannot be one.
        """
        if (
            isinstance(value, str)
            and _is_line(value)
            and (value in self.choices or not self.choices)
        ):
            return value
        allowed = ", ".join(self.choices) or 'a text in quotes, such as "ctrl+e"'
        raise SettingError(f"{self.section}.{key} is {shown(value)}; it can be {allowed}.")


def variable(key: str) -> str:
    """``compare.top_p`` to ``LLMLAB_COMPARE_TOP_P``."""
    return "LLMLAB_" + re.sub(r"\W+", "_", key).strip("_").upper()


def shown(value: object) -> str:
    """A value of any type in an error message: short, on one line."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _short(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"


def _number(text: str, *, whole: bool) -> object:
    """The number, or the text itself where it is none: then the check says what was typed."""
    from tui.typed import number, whole_number  # Not before the first paint: as a rule none is.

    found = whole_number(text) if whole else number(text)
    return text if found is None else found


def _is_name(value: object) -> bool:
    return _is_line(value) and bool(str(value).strip()) and "," not in str(value)


def _is_line(value: object) -> bool:
    return isinstance(value, str) and (value.isprintable() or not value)
