"""Keys that would mean two things at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from tui.keys.names import writes
from tui.keys.reach import Heard, reach

Overrides = Mapping[str, tuple[str, ...]]
"""Keys by binding id, in place of those that the code declares."""

_IN_LAYERS = frozenset({"escape", "ctrl+c", "super+c"})
"""Each layer has its own: escape leads one step out, and what is selected innermost is copied."""

Keys = dict[str, list[Heard]]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two bindings on one key where both can be reached.

    Args:
        key: as Textual calls it.
        first: the one that would be heard.
        second: the one that would not.
    """

    key: str
    first: Heard
    second: Heard

    @property
    def ids(self) -> tuple[str | None, str | None]:
        """Of both; None for a binding of Textual's own."""
        return self.first.id, self.second.id

    def beside(self, own: str) -> str:
        """The other of the two, for a person who wants to give the key to ``own``."""
        other = self.second if self.first.id == own else self.first
        known = f", {other.id}" if other.id else ""
        return f"{other.words!r} ({other.where}{known})"


def clashes(overrides: Overrides) -> list[Clash]:
    """All clashes there are with some keys replaced: without any, there is none."""
    found: dict[tuple[str, str | None, str | None, str], Clash] = {}
    layers = {name: _keys(heard, overrides) for name, heard in reach().layers.items()}
    for chain in reach().chains:
        for clash in _in_chain([layers[name] for name in chain.layers], modal=chain.modal):
            actions = clash.first.action + clash.second.action
            found.setdefault((clash.key, *clash.ids, actions), clash)
    return list(found.values())


def out_of_reach(overrides: Overrides) -> list[str]:
    """Ids of bindings that no key press can get to.

    A text field takes letters as text; so does one in whose place nothing else can have the focus.
    """
    return [
        id_
        for id_, known in reach().bindings.items()
        if known.in_fields and all(writes(key) for key in overrides.get(id_, known.keys))
    ]


def _keys(layer: Sequence[Heard], overrides: Overrides) -> Keys:
    found: Keys = {}
    given: set[str | None] = set()
    for heard in layer:
        own = overrides.get(heard.id) if heard.id else None
        if own is None:
            found.setdefault(heard.key, []).append(heard)
        elif heard.id not in given:
            given.add(heard.id)
            for other in own:
                found.setdefault(other, []).append(replace(heard, key=other))
    return found


def _in_chain(layers: list[Keys], *, modal: bool) -> Iterator[Clash]:
    """Inner layers are heard first, but for bindings with priority, where it is the outer ones.

    Of the app's keys a modal screen leaves only those with priority.
    """
    for layer in layers:
        for key, bindings in layer.items():
            for one, other in combinations(bindings, 2):
                yield Clash(key, one, other)
    for inner, outer in combinations(range(len(layers)), 2):
        for key in layers[inner].keys() & layers[outer].keys() - _IN_LAYERS:
            for one in layers[inner][key]:
                for other in layers[outer][key]:
                    if modal and outer == len(layers) - 1 and not other.priority:
                        continue
                    first, second = (other, one) if other.priority else (one, other)
                    yield Clash(key, first, second)
