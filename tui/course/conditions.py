"""What a step asks of a fact: comparisons of its values, read from a table and never evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.course.facts import KINDS, Fact, Value

Wanted = Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: ``tokens`` ``at_least`` 5."""

    name: str
    how: str
    wanted: Wanted

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether a fact's values are so; a value that is missing is never so."""
        return self.name in values and _HOW[self.how](values[self.name], self.wanted)


@dataclass(frozen=True, slots=True)
class Check:
    """A fact that has to come true.

    Args:
        name: what the step's sentence calls it.
        kind: of the fact.
        conditions: that all hold.
        before: whether one that came true in this visit before the step began counts as well.
    """

    name: str
    kind: str
    conditions: tuple[Condition, ...]
    before: bool = False

    def met_by(self, fact: Fact) -> bool:
        """Whether a fact is the one."""
        return fact.kind == self.kind and all(each.holds(fact.values) for each in self.conditions)


def conditions(kind: str, table: Mapping[str, Any]) -> Iterator[Condition]:
    """The conditions of a ``where`` table: ``name = value`` or ``name = { at_least = 5 }``.

    Raises:
        ValueError: the message begins with the name that is wrong, then ``": "``.
    """
    known = KINDS[kind]
    for name, wanted in table.items():
        if name not in known:
            raise ValueError(f"{name}: a fact {kind!r} has no such value; it has {_all(known)}")
        value_type = known[name][0]
        parts = wanted if isinstance(wanted, dict) else {"is": wanted}
        if not parts:
            raise ValueError(f"{name}: the comparison is empty; write such as {{ at_least = 5 }}")
        for how, than in parts.items():
            yield Condition(name, how, _checked(name, value_type, how, than))


def _checked(name: str, value_type: type, how: str, than: Any) -> Wanted:
    if how not in _HOW:
        raise ValueError(f"{name}: there is no comparison {how!r}; there are {_all(_HOW)}")
    if how in _OF_NUMBERS and value_type not in (int, float):
        raise ValueError(f"{name}: {how} compares numbers, and this is {_TYPES[value_type]}")
    if how in _OF_TEXT and value_type is not str:
        raise ValueError(f"{name}: {how} looks into text, and this is {_TYPES[value_type]}")
    if how == "one_of":
        if not isinstance(than, list) or not than:
            raise ValueError(f"{name}: one_of takes a list, such as ['base', 'sft']")
        return tuple(_typed(name, value_type, each) for each in than)
    return _typed(name, value_type, than)


def _typed(name: str, value_type: type, value: Any) -> Value:
    # A bool is an int to Python, but not to whoever wrote the file.
    fits = type(value) in ((int, float) if value_type is float else (value_type,))
    if not fits:
        raise ValueError(f"{name}: {value!r} is not {_TYPES[value_type]}")
    found: Value = value
    return found


def _all(names: Mapping[str, object]) -> str:
    return ", ".join(names)


_TYPES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_OF_NUMBERS = ("at_least", "at_most", "above", "below")
_OF_TEXT = ("contains", "lacks")
_HOW: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "is_not": lambda value, wanted: value != wanted,
    "one_of": lambda value, wanted: value in wanted,
    "at_least": lambda value, wanted: value >= wanted,
    "at_most": lambda value, wanted: value <= wanted,
    "above": lambda value, wanted: value > wanted,
    "below": lambda value, wanted: value < wanted,
    "contains": lambda value, wanted: wanted.casefold() in value.casefold(),
    "lacks": lambda value, wanted: wanted.casefold() not in value.casefold(),
}
COMPARISONS = tuple(_HOW)
