"""Names of keys: what a person may write, what a terminal can send, what stands in the footer."""

from __future__ import annotations

import string
import unicodedata
from functools import cache

from textual.keys import KEY_NAME_REPLACEMENTS, REPLACED_KEYS, Keys, format_key, key_to_character

from engine.errors import LabError
from tui.safe_text import one_line

MOST_KEYS = 4
"""For one binding: more could not be shown."""

FORBIDDEN = {
    "escape": "it leads one step out, wherever one is",
    "tab": "it goes from one part of the screen to the next",
    "shift+tab": "it goes from one part of the screen to the last",
    "ctrl+b": "tmux takes it",
    "ctrl+c": "it copies what is selected",
    "ctrl+enter": "many terminals send a plain enter for it",
    "ctrl+h": "many terminals send it for backspace",
    "ctrl+i": "it is the same as tab",
    "ctrl+left_square_bracket": "it is the same as escape",
    "ctrl+m": "it is the same as enter",
    "ctrl+q": "it quits the lab, wherever one is",
    "ctrl+z": "it takes back what was written",
}
"""Keys that only a binding which has them from the start may have, and why."""

_MODIFIERS = ("alt", "ctrl", "shift", "super")
"""In the order in which Textual writes them."""

_NEVER_BOUND = frozenset({"ignore", "scroll-up", "scroll-down", "return"})
"""Names that Textual has for what is no key to press."""


class KeyNameError(LabError):
    """A key that there is not, or that cannot be had; says which and what to do."""


def parse_keys(text: str) -> tuple[str, ...]:
    """The keys that a person has written, comma between them, as Textual calls them.

    Raises:
        KeyNameError: one of them is none.
    """
    keys = tuple(dict.fromkeys(_one_key(part.strip()) for part in _parts(text)))
    if not keys:
        raise KeyNameError("There is no key. Write one, like f6 or ctrl+g, or take the line away.")
    if len(keys) > MOST_KEYS:
        raise KeyNameError(f"These are {len(keys)} keys for one binding: give at most {MOST_KEYS}.")
    return keys


def _parts(text: str) -> list[str]:
    """A comma is also a key: it is one where it stands alone."""
    if text.strip() == ",":
        return ["comma"]
    return [part for part in text.split(",") if part.strip()]


def _one_key(written: str) -> str:
    *modifiers, name = ["plus"] if written == "+" else written.split("+")
    name = name if len(name) == 1 else name.lower()
    modifiers = sorted({modifier.strip().lower() for modifier in modifiers})
    shown = one_line(written)
    if set(modifiers) - set(_MODIFIERS):
        raise KeyNameError(f"{shown!r} is no key: before the + stands ctrl, alt or shift.")
    if len(name) == 1 and not name.isalnum():
        name = _name_of(name)
    if name not in _known() and not (len(name) == 1 and name.isalnum()):
        raise KeyNameError(f"{shown!r} is no key. Keys are called f6, ctrl+g, alt+x, n or home.")
    if modifiers == ["shift"] and len(name) == 1:
        raise KeyNameError(f"{shown!r} comes as the letter {name.upper()}: write that instead.")
    if "ctrl" in modifiers and len(name) == 1:
        name = name.lower()
        if not name.isascii() or not name.isalpha():
            raise KeyNameError(f"Most terminals cannot send {shown!r}: take ctrl and a letter.")
    return "+".join([*modifiers, name])


def _name_of(sign: str) -> str:
    """What Textual calls the key that writes a sign, which it makes of Unicode's name."""
    name = unicodedata.name(sign, sign).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


@cache
def _known() -> frozenset[str]:
    named = {key.value for key in Keys if "+" not in key.value and not key.value.startswith("<")}
    signs = {_name_of(sign) for sign in string.punctuation}
    others = {"space", "backspace", "enter", "tab", "escape"}
    return frozenset((named | signs | others) - _NEVER_BOUND)


def writes(key: str) -> bool:
    """Whether a text field takes the key as a letter."""
    character = key_to_character(REPLACED_KEYS.get(key, key))
    return character is not None and character.isprintable()


def shown_key(key: str) -> str:
    """How a key is shown: ``^t``, ``F2``, ``[``, ``shift+↑``."""
    *modifiers, name = key.split("+")
    sign = name.upper() if name[0] == "f" and name[1:].isdigit() else format_key(name)
    if "ctrl" in modifiers:
        modifiers.remove("ctrl")
        sign = f"^{sign}"
    return "+".join([*modifiers, sign])
