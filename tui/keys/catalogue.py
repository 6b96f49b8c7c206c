"""All bindings of the lab by their ids, read off the classes that declare them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from textual.binding import Binding
from textual.dom import DOMNode

from tui.widgets.top_bar import PANES

_PACKAGES = ("tui.panes", "tui.widgets", "tui.screens")
"""Where classes with bindings live, beside the app."""
_ID = re.compile(rb'\bid="([a-z0-9.-]+)"')


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding with an id, as its class declares it.

    Args:
        id: its name for a person's settings.
        keys: what presses it, unless a person has chosen otherwise.
        words: what it does.
        owner: the class of the app, a pane, a screen or a widget.
        priority: whether it is looked for before the keys of what has the focus.
        shown: whether it may stand in the footer.
    """

    id: str
    keys: tuple[str, ...]
    words: str
    owner: type[DOMNode]
    priority: bool
    shown: bool

    @property
    def where(self) -> str:
        """The name of the part of the lab where it works."""
        return title_of(self.owner)


@cache
def all_bindings() -> Mapping[str, Bound]:
    """Every binding by its id.

    It imports all panes and screens when first called, which takes a moment: call it in a thread.
    """
    found: dict[str, Bound] = {}
    for owner in owners():
        for binding in vars(owner)["BINDINGS"]:
            if isinstance(binding, Binding) and binding.id is not None:
                found.setdefault(binding.id, _bound(binding, owner))
    return found


@cache
def keys_at_hand() -> Mapping[str, tuple[str, ...]]:
    """The keys of the frame and of the panes by the bindings' ids, without importing the panes.

    Panes that are made late keep their bindings in a module of their own (``tokens_keys``).
    """
    from tui.keys import frame_keys
    from tui.panes.pane import LabPane

    folder = importlib.import_module("tui.panes").__path__
    names = (f"tui.panes.{each.name}" for each in pkgutil.iter_modules(folder))
    modules = (importlib.import_module(name) for name in names if name.endswith("_keys"))
    declared = [*frame_keys.BINDINGS, *LabPane.BINDINGS]
    declared += [binding for module in modules for binding in module.BINDINGS]
    return {b.id: _keys(b) for b in declared if isinstance(b, Binding) and b.id is not None}


@cache
def declared_keys(id_: str) -> tuple[str, ...] | None:
    """The keys of a binding, unless a person has chosen otherwise; None: there is no such binding.

    Of the modules that are not imported yet, only one whose text names the id is: call it in a
    thread.
    """
    if id_ in keys_at_hand():
        return keys_at_hand()[id_]
    if id_ in _modules_by_id():
        module = importlib.import_module(_modules_by_id()[id_])
        for each in vars(module).values():
            declared = vars(each).get("BINDINGS", ()) if isinstance(each, type) else ()
            for binding in declared:
                if isinstance(binding, Binding) and binding.id == id_:
                    return _keys(binding)
    bound = all_bindings().get(id_)
    return None if bound is None else bound.keys


@cache
def _modules_by_id() -> Mapping[str, str]:
    """Where each id stands in the text of a module; nothing is imported to look."""
    found: dict[str, str] = {}
    for package in _PACKAGES:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
            name = f"{package}.{module.name}"
            for id_ in _ID.findall(pkgutil.get_data(package, f"{module.name}.py") or b""):
                found.setdefault(id_.decode(), name)
    return found


@cache
def owners() -> tuple[type[DOMNode], ...]:
    """The lab's classes that declare bindings, the app's first."""
    import tui.app

    for package in _PACKAGES:
        folder = importlib.import_module(package).__path__
        for module in pkgutil.iter_modules(folder, f"{package}."):
            importlib.import_module(module.name)
    app = tui.app.LabApp
    others = (each for each in lab_classes() if each is not app and "BINDINGS" in vars(each))
    return (app, *sorted(others, key=lambda each: (_rank(each), each.__module__, each.__name__)))


@cache
def keys_of(owner: type[DOMNode]) -> Mapping[str, tuple[Binding, type[DOMNode]]]:
    """What each key does in a class, with the class that says so: a base's keys can be taken."""
    found: dict[str, tuple[Binding, type[DOMNode]]] = {}
    for each in reversed(owner.__mro__):
        if issubclass(each, DOMNode) and "BINDINGS" in vars(each):
            for binding in Binding.make_bindings(vars(each)["BINDINGS"]):
                found[binding.key] = (binding, each)
    return found


def lab_classes() -> Iterator[type[DOMNode]]:
    """Our own nodes, as far as their modules are imported."""
    seen: set[type[DOMNode]] = set()
    todo: list[type[DOMNode]] = [DOMNode]
    while todo:
        for each in todo.pop().__subclasses__():
            if each not in seen:
                seen.add(each)
                todo.append(each)
                if each.__module__.startswith("tui."):
                    yield each


def title_of(owner: type[DOMNode]) -> str:
    """The name of a part of the lab: its own, its help text's heading, or its class's in words."""
    own_title, own_help = (vars(owner).get(name) or "" for name in ("BINDING_GROUP_TITLE", "HELP"))
    heading = re.search(r"^#+ (.+)$", own_help, re.MULTILINE)
    if own_title or heading:
        return str(own_title or (heading and heading[1]))
    first, *words = re.findall(r"[A-Z][a-z]*", owner.__name__.removesuffix("Pane"))
    first = PANES[first.lower()][1] if first.lower() in PANES else first
    return " ".join([first, *(word.lower() for word in words)])


def _bound(binding: Binding, owner: type[DOMNode]) -> Bound:
    assert binding.id is not None
    keys = _keys(binding)
    return Bound(binding.id, keys, binding.description, owner, binding.priority, binding.show)


def _keys(binding: Binding) -> tuple[str, ...]:
    return tuple(each.key for each in Binding.make_bindings([binding]))


def _rank(owner: type[DOMNode]) -> int:
    kinds = ("tui.panes.", "tui.widgets.", "tui.screens.")
    return next((n for n, kind in enumerate(kinds) if owner.__module__.startswith(kind)), 9)
