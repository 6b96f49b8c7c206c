"""Which keys can be reached at once, as plain data: what a person's own keys are checked against.

It is read off the classes (``places.reach_of_classes``), for which every pane, widget and screen
has to be imported. That would cost a start with own keys 30 MB and more than half a second, so what
was read is kept beside this module in ``reach.jsonl``; ``docs/generate.py`` writes it, and a test
says when it is stale.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import textual

KEPT = Path(__file__).with_name("reach.jsonl")


@dataclass(frozen=True, slots=True)
class Heard:
    """A key that a class answers.

    Args:
        key: as Textual calls it.
        id: of its binding; None for one of Textual's own.
        words: what it does.
        action: the same for the app.
        owner: the class that declares it.
        where: the name of that part of the lab.
        priority: whether it is looked for before the keys of what has the focus.
    """

    key: str
    id: str | None
    words: str
    action: str
    owner: str
    where: str
    priority: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A binding that can have other keys.

    Args:
        keys: those of the code.
        priority: see :class:`Heard`.
        in_fields: whether letters are text wherever it works.
    """

    keys: tuple[str, ...]
    priority: bool
    in_fields: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """What keys go through from something that can have the focus.

    Args:
        layers: names of classes, inner first, the app's last.
        modal: whether it hides the app's keys, except those with priority.
    """

    layers: tuple[str, ...]
    modal: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """All bindings by their ids, what each class hears, and the chains of classes there are."""

    bindings: Mapping[str, Known]
    layers: Mapping[str, Sequence[Heard]]
    chains: Sequence[Chain]


@cache
def reach() -> Reach:
    """What is kept; with a Textual that has maybe other keys, what its classes say."""
    return kept() or _of_classes()


def kept() -> Reach | None:
    """What the file holds; None where it was written with another Textual."""
    lines = KEPT.read_text("utf-8").splitlines()
    if json.loads(lines[0]) != _head():
        return None
    bindings: dict[str, Known] = {}
    layers: dict[str, Sequence[Heard]] = {}
    chains = []
    for line in map(json.loads, lines[1:]):
        match line:
            case {"binding": id_, "keys": keys, "priority": priority, "in_fields": in_fields}:
                bindings[id_] = Known(tuple(keys), priority, in_fields)
            case {"layer": name, "heard": heard}:
                layers[name] = tuple(Heard(*each) for each in heard)
            case {"chain": names, "modal": modal}:
                chains.append(Chain(tuple(names), modal))
    return Reach(bindings, layers, tuple(chains))


def page() -> str:
    """The file, as it is to be; what another Textual wrote is left until it is deleted."""
    if KEPT.exists() and kept() is None:
        return KEPT.read_text("utf-8")
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in _lines(_of_classes()))


def _lines(found: Reach) -> Iterator[object]:
    yield _head()
    for id_, known in found.bindings.items():
        yield {
            "binding": id_,
            "keys": known.keys,
            "priority": known.priority,
            "in_fields": known.in_fields,
        }
    for name, layer in found.layers.items():
        heard = [
            (each.key, each.id, each.words, each.action, each.owner, each.where, each.priority)
            for each in layer
        ]
        yield {"layer": name, "heard": heard}
    for chain in found.chains:
        yield {"chain": chain.layers, "modal": chain.modal}


def _head() -> object:
    return {"textual": textual.__version__}


def _of_classes() -> Reach:
    from tui.keys.places import reach_of_classes

    return reach_of_classes()
