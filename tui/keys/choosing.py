"""A person's own keys, checked: what is wrong costs its line, and the rest applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.keys.clashes import clashes, out_of_reach
from tui.keys.names import FORBIDDEN, KeyNameError, parse_keys, shown_key, writes
from tui.keys.reach import Known, reach
from tui.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a person's keys.

    Args:
        keys: by binding id, those that apply.
        problems: a sentence for each line that was left out, by its id.
    """

    keys: Mapping[str, tuple[str, ...]]
    problems: Mapping[str, str]


def check(chosen: Mapping[str, str]) -> Checked:
    """Hold chosen keys against all bindings there are, and against each other.

    Two that clash are both wanted: the one further down is left out.
    """
    keys: dict[str, tuple[str, ...]] = {}
    problems: dict[str, str] = {}
    for id_, text in chosen.items():
        try:
            keys[id_] = _parsed(id_, text)
        except KeyNameError as mistake:
            problems[id_] = str(mistake)
    while True:
        wrong = _first_clash(keys) or _first_out_of_reach(keys)
        if wrong is None:
            return Checked(keys, problems)
        id_, sentence = wrong
        del keys[id_]
        problems[id_] = sentence


def _parsed(id_: str, text: str) -> tuple[str, ...]:
    known = reach().bindings.get(id_)
    if known is None:
        from difflib import get_close_matches

        near = get_close_matches(id_, reach().bindings, n=1)
        hint = f"is {near[0]!r} meant?" if near else "llmlab keys lists all of them."
        raise KeyNameError(f"keys: there is no binding {one_line(id_)!r}: {hint}")
    try:
        keys = parse_keys(text)
    except KeyNameError as mistake:
        raise KeyNameError(f"keys: {id_} = {one_line(text)!r}: {mistake}") from mistake
    for key in keys:
        if reason := _refusal(known, key):
            raise KeyNameError(f"keys: {id_} cannot be {shown_key(key)}: {reason}.")
    return keys


def _refusal(known: Known, key: str) -> str:
    if key in known.keys:
        return ""
    if key in FORBIDDEN:
        return FORBIDDEN[key]
    if known.priority and writes(key):
        return "it works inside text as well, where that key is a letter"
    return ""


def _first_clash(keys: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    last_first = list(keys)[::-1]
    for clash in clashes(keys):
        own = next((id_ for id_ in last_first if id_ in clash.ids), None)
        if own is not None:
            return own, (
                f"keys: {own} cannot be {shown_key(clash.key)}: it is {clash.beside(own)} there."
            )
    return None


def _first_out_of_reach(keys: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    for id_ in out_of_reach(keys):
        if id_ in keys:
            shown = " ".join(map(shown_key, keys[id_]))
            return id_, f"keys: {id_} cannot be {shown}: where it works, letters are text."
    return None
