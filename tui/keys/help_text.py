"""What the help says of where one is: the focused widget, what is around it, and the frame."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from textual.app import App
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from tui.keys.catalogue import keys_of, title_of
from tui.keys.names import shown_key

State = Literal["now", "in text", "not now"]


@dataclass(frozen=True, slots=True)
class Line:
    """What keys do.

    Args:
        id: of the binding; None for one of Textual's own.
        keys: as a person calls them.
        words: what they do.
        state: whether they would do it now, or write a letter, or nothing.
    """

    id: str | None
    keys: str
    words: str
    state: State


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the lab.

    Args:
        title: its name.
        prose: what it is for, as Markdown; may be empty.
        lines: its keys.
    """

    title: str
    prose: str
    lines: tuple[Line, ...]


Own = Mapping[str, tuple[str, ...]]


def sections(screen: Screen[Any], own: Own) -> list[Section]:
    """From the focus outwards; then the other parts of the same pane, by their keys alone.

    What Textual's own widgets can do by themselves comes late: it is long, and mostly known.

    Args:
        screen: where one is.
        own: keys by binding id that a person has chosen.
    """
    focused = screen.focused
    chain = list(focused.ancestors_with_self) if focused else [screen, screen.app]
    active = screen.active_bindings
    consumes = focused.check_consume_key if focused else _nothing
    found = []
    moving: tuple[Line, ...] = ()
    everywhere: list[Line] = []
    for node in chain:
        lines = tuple(_lines(node, own, active, consumes))
        ours = tuple(line for line in lines if line.id)
        if isinstance(node, App) or type(node) is Screen:
            everywhere[:0] = lines
        elif node.HELP or ours or node is focused:
            found.append(Section(title_of(type(node)), _prose(node), ours))
        if node is focused:
            moving = tuple(line for line in lines if not line.id)
    for widget in _beside(screen, chain):
        lines = tuple(_lines(widget, own, active, consumes))
        if any(line.id for line in lines):
            found.append(Section(f"Beside it: {title_of(type(widget))}", "", lines))
    if moving:
        found.append(Section(f"Moving about: {found[0].title}", "", moving))
    found.append(Section("Everywhere", "", tuple(everywhere)))
    return found


def _beside(screen: Screen[Any], chain: list[DOMNode]) -> Iterator[Widget]:
    """Widgets that can be gone to where the focus is, one of a kind."""
    kinds = {type(node) for node in chain}
    for widget in screen.focus_chain:
        if type(widget) not in kinds:
            kinds.add(type(widget))
            yield widget


def _prose(node: DOMNode) -> str:
    text = inspect.cleandoc(node.HELP or "")
    heading, _, rest = text.partition("\n")
    return rest.strip() if heading.startswith("#") else text


def _lines(
    node: DOMNode,
    own: Own,
    active: Mapping[str, ActiveBinding],
    consumes: Callable[[str, str | None], bool],
) -> Iterator[Line]:
    """The bindings of a node's class and of its bases, the nearest class's first."""
    known = set()
    order = list(type(node).__mro__)
    bindings = sorted(keys_of(type(node)).values(), key=lambda each: order.index(each[1]))
    for binding, _ in bindings:
        what = binding.id or (binding.action, binding.description)
        if what in known or not binding.description:
            continue
        known.add(what)
        keys = own.get(binding.id or "") or tuple(
            other.key
            for other, _ in bindings
            if (other.id or (other.action, other.description)) == what
        )
        shown = " ".join(dict.fromkeys(map(shown_key, keys)))
        words = binding.description
        if binding.id is None:  # Textual begins with a capital.
            words = words[0].lower() + words[1:]
        yield Line(binding.id, shown, words, _state(node, binding, keys, active, consumes))


def _state(
    node: DOMNode,
    binding: Binding,
    keys: tuple[str, ...],
    active: Mapping[str, ActiveBinding],
    consumes: Callable[[str, str | None], bool],
) -> State:
    from textual.keys import key_to_character

    for key in keys:
        found = active.get(key)
        if found and found.node is node and found.binding.action == binding.action:
            return "now" if found.enabled else "not now"
    if any(consumes(key, key_to_character(key)) for key in keys):
        return "in text"
    return "not now"


def _nothing(key: str, character: str | None) -> bool:
    return False
