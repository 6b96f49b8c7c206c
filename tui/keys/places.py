"""Which keys can be reached at once: a pane or a screen, with the widgets that stand in it.

What stands in a pane is read off the imports of its module, also those inside of functions, and so
on through the widgets. That may say too much (a widget's module that is asked only for a constant),
never too little, and it needs no pane to be made.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui.keys.catalogue import all_bindings, keys_of, lab_classes, owners, title_of
from tui.keys.reach import Chain, Heard, Known, Reach
from tui.panes import pane as base_of_panes
from tui.panes.pane import LabPane


@dataclass(frozen=True, slots=True)
class Place:
    """A pane or a screen.

    Args:
        root: its class.
        inside: the classes of widgets in it that have keys, Textual's own as well.
        modal: whether it hides the app's keys, except those with priority.
    """

    root: type[DOMNode]
    inside: tuple[type[DOMNode], ...]
    modal: bool

    def chains(self, app: type[DOMNode]) -> Iterator[tuple[type[DOMNode], ...]]:
        """What keys go through from each widget that can have the focus, inner first."""
        for widget in self.inside:
            yield (widget, self.root, app)
        if not self.inside:
            yield (self.root, app)


@cache
def places() -> tuple[Place, ...]:
    """All of them."""
    app = owners()[0]
    found = []
    for root in sorted(set(lab_classes()), key=lambda each: (each.__module__, each.__name__)):
        if issubclass(root, Screen) or (issubclass(root, LabPane) and root is not LabPane):
            inside = (w for w in _widgets(root) if w is not app and not issubclass(w, Screen))
            kept = tuple(w for w in inside if not issubclass(w, LabPane))
            found.append(Place(root, kept, modal=issubclass(root, Screen)))
    return tuple(found)


def is_text_field(widget: type[DOMNode]) -> bool:
    """Whether letters are text in it, and press nothing."""
    return issubclass(widget, (Input, TextArea))


def reach_of_classes() -> Reach:
    """All that a person's own keys are checked against, as the classes say it; imports them all."""
    app = owners()[0]
    chains = [(chain, place.modal) for place in places() for chain in place.chains(app)]
    classes = dict.fromkeys(owner for chain, _ in chains for owner in chain)
    return Reach(
        {
            id_: Known(bound.keys, bound.priority, _is_in_fields(bound.owner))
            for id_, bound in all_bindings().items()
        },
        {_name(owner): tuple(_heard(owner)) for owner in classes},
        tuple(Chain(tuple(map(_name, chain)), modal) for chain, modal in dict.fromkeys(chains)),
    )


def _heard(owner: type[DOMNode]) -> Iterator[Heard]:
    for key, (binding, declared) in keys_of(owner).items():
        words = binding.description or binding.action.rpartition(".")[2].replace("_", " ")
        where = title_of(declared)
        yield Heard(
            key, binding.id, words, binding.action, declared.__name__, where, binding.priority
        )


def _is_in_fields(owner: type[DOMNode]) -> bool:
    """Whether the keys of a class are only heard where letters are text."""
    around = [each.inside for each in places() if issubclass(each.root, owner)]
    only_fields = bool(around) and all(
        inside and all(map(is_text_field, inside)) for inside in around
    )
    return is_text_field(owner) or only_fields


def _name(owner: type[DOMNode]) -> str:
    return f"{owner.__module__}.{owner.__name__}"


def _widgets(root: type[DOMNode]) -> list[type[DOMNode]]:
    """Those that a root's modules name; its base's modules count as well."""
    todo = [each.__module__ for each in root.__mro__ if each.__module__.startswith("tui.")]
    seen: set[str] = {base_of_panes.__name__}
    found: dict[type[DOMNode], None] = {}
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        module = sys.modules[name]
        if _is_another_pane(module, root):
            continue
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Widget) and _has_keys(value, name):
                found[value] = None
        todo.extend(each for each in _imported(module) if not each.startswith("tui.screens."))
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


def _is_another_pane(module: ModuleType, root: type[DOMNode]) -> bool:
    """Whether a module is imported to go to its pane, not to show something of it."""
    own = (
        v for v in vars(module).values() if isinstance(v, type) and v.__module__ == module.__name__
    )
    return any(issubclass(each, LabPane) and not issubclass(root, each) for each in own)


def _has_keys(widget: type[Widget], module: str) -> bool:
    """Whether a class is one of the module's own, or a ready one of Textual's, with keys.

    What cannot have the focus itself may still hear the keys of what stands in it.
    """
    if widget.__module__ == module:
        return "BINDINGS" in vars(widget) or (widget.can_focus and bool(keys_of(widget)))
    ready = widget.__module__.startswith("textual.widgets.")
    return ready and widget.can_focus and bool(keys_of(widget))


@cache
def _imported(module: ModuleType) -> tuple[str, ...]:
    """Our modules that a module imports to make widgets of, wherever it does so."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(inspect.getsource(module))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
            parts = ("tui.widgets.", "tui.panes.", "tui.screens.")
            found.update(n for n in names if n in sys.modules and n.startswith(parts))
        todo.extend(ast.iter_child_nodes(node))
    return tuple(sorted(found))
