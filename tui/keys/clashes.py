"""Keys that would mean two things at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from textual.binding import Binding
from textual.dom import DOMNode

from tui.keys.catalogue import all_bindings, owners, title_of
from tui.keys.names import writes
from tui.keys.places import is_text_field, keys_of, places

Overrides = Mapping[str, tuple[str, ...]]
"""Keys by binding id, in place of those that the code declares."""

_IN_LAYERS = frozenset({"escape", "ctrl+c", "super+c"})
"""Each layer has its own: escape leads one step out, and what is selected innermost is copied."""

Keys = dict[str, list[tuple[Binding, type[DOMNode]]]]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two bindings on one key where both can be reached.

    Args:
        key: as Textual calls it.
        first: the one that would be heard, and the class that declares it.
        second: the one that would not.
    """

    key: str
    first: tuple[Binding, type[DOMNode]]
    second: tuple[Binding, type[DOMNode]]

    @property
    def ids(self) -> tuple[str | None, str | None]:
        """Of both; None for a binding of Textual's own."""
        return self.first[0].id, self.second[0].id

    def beside(self, own: str) -> str:
        """The other of the two, for a person who wants to give the key to ``own``."""
        binding, owner = self.second if self.first[0].id == own else self.first
        words = binding.description or binding.action.rpartition(".")[2].replace("_", " ")
        known = f", {binding.id}" if binding.id else ""
        return f"{words!r} ({title_of(owner)}{known})"


def clashes(overrides: Overrides) -> list[Clash]:
    """All clashes there are with some keys replaced: without any, there is none."""
    found: dict[tuple[str, str | None, str | None, str], Clash] = {}
    app = owners()[0]
    merged: dict[type[DOMNode], Keys] = {}
    for place in places():
        for chain in place.chains(app):
            for owner in chain:
                if owner not in merged:
                    merged[owner] = _keys(owner, overrides)
            for clash in _in_chain([merged[owner] for owner in chain], modal=place.modal):
                words = clash.first[0].action + clash.second[0].action
                found.setdefault((clash.key, *clash.ids, words), clash)
    return list(found.values())


def out_of_reach(overrides: Overrides) -> list[str]:
    """Ids of bindings that no key press can get to.

    A text field takes letters as text; so does one in whose place nothing else can have the focus.
    """
    found = []
    for id_, bound in all_bindings().items():
        if not all(writes(key) for key in overrides.get(id_, bound.keys)):
            continue
        around = [each.inside for each in places() if issubclass(each.root, bound.owner)]
        only_fields = bool(around) and all(
            inside and all(map(is_text_field, inside)) for inside in around
        )
        if is_text_field(bound.owner) or only_fields:
            found.append(id_)
    return found


def _keys(owner: type[DOMNode], overrides: Overrides) -> Keys:
    found: Keys = {}
    given: set[str | None] = set()
    for key, (binding, declared) in keys_of(owner).items():
        own = overrides.get(binding.id) if binding.id else None
        if own is None:
            found.setdefault(key, []).append((binding, declared))
        elif binding.id not in given:
            given.add(binding.id)
            for other in own:
                found.setdefault(other, []).append((replace(binding, key=other), declared))
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
                    if modal and outer == len(layers) - 1 and not other[0].priority:
                        continue
                    first, second = (other, one) if other[0].priority else (one, other)
                    yield Clash(key, first, second)
