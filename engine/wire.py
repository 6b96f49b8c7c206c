"""Typed records to JSON and back, strictly: what crosses a process boundary is checked once, here.

A record is a dataclass of numbers, strings, tuples, literals, optionals and other records. Decoding
refuses unknown keys, missing keys and wrong types with a sentence naming the place
(``params.top_p``) and the value, instead of guessing, and then runs the record's own
``__post_init__`` checks. A decoder is compiled once a type: a stream decodes thousands a second.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import types
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.errors import RequestError

Decoder = Callable[[object, str], Any]
Record = TypeVar("Record")


def fields_of(record: Any) -> dict[str, Any]:
    """The fields of a dataclass by name, one level deep (``dataclasses.asdict`` copies deeply)."""
    kind: Any = type(record)
    return {name: getattr(record, name) for name in _field_names(kind)}


def dumps(value: Any) -> str:
    """One line of plain ASCII JSON, records included.

    ASCII on purpose: a raw U+2028 or U+0085 would end a line for readers that follow Unicode.

    Raises:
        ValueError: a float is NaN or infinite, which JSON cannot say.
    """
    return json.dumps(value, default=fields_of, allow_nan=False, separators=(",", ":"))


def loads(text: str | bytes) -> Any:
    """Parse JSON that came from outside.

    Raises:
        RequestError: not JSON, not UTF-8, nested too deeply, or with NaN or infinity.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise RequestError(f"That is not valid JSON ({reason}). Send one JSON object.") from None


def decode(kind: type[Record], value: object, where: str = "") -> Record:
    """Build a ``kind`` from parsed JSON.

    Args:
        kind: the dataclass to build.
        value: what ``loads`` returned.
        where: the path to ``value`` in the whole document, for the error's sentence.

    Raises:
        RequestError: a key is unknown or missing, a value has the wrong type, or the record's
            own checks refuse it.
    """
    any_kind: Any = kind
    record: Record = _decoder(any_kind)(value, where)
    return record


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is not a record and has no JSON form")
    return tuple(field.name for field in dataclasses.fields(kind))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


@cache
def _decoder(kind: Any) -> Decoder:
    """The decoder of one type, made once."""
    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record_decoder(kind)
    if origin is Literal:
        return _literal_decoder(arguments)
    if origin is tuple:
        return _tuple_decoder(_decoder(arguments[0]))
    if origin is dict:
        return _table_decoder(_decoder(arguments[1]))
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        return _optional_decoder(_decoder(inner))
    return {bool: _boolean, int: _integer, float: _number, str: _text}[kind]


def _record_decoder(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}
    required = frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )

    def decode_record(value: object, where: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(value, where, "an object")
        prefix = f"{where}." if where else ""
        for key in value.keys() - decoders.keys():
            raise _unknown_key(key, where, list(decoders))
        for key in sorted(required - value.keys()):
            missing = prefix + key
            raise RequestError(f"{missing} is missing. Add it to the request.", param=missing)
        return kind(**{key: decoders[key](item, prefix + key) for key, item in value.items()})

    return decode_record


def _literal_decoder(choices: tuple[Any, ...]) -> Decoder:
    def decode_literal(value: object, where: str) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise _wrong(value, where, f"one of {', '.join(map(str, choices))}")
        return value

    return decode_literal


def _tuple_decoder(item: Decoder) -> Decoder:
    def decode_tuple(value: object, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(value, where, "a list")
        return tuple(item(element, f"{where}[{i}]") for i, element in enumerate(value))

    return decode_tuple


def _table_decoder(item: Decoder) -> Decoder:
    def decode_table(value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(value, where, "an object")
        return {key: item(element, f"{where}.{key}") for key, element in value.items()}

    return decode_table


def _optional_decoder(inner: Decoder) -> Decoder:
    def decode_optional(value: object, where: str) -> Any:
        return None if value is None else inner(value, where)

    return decode_optional


def _boolean(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, where, "true or false")
    return value


def _integer(value: object, where: str) -> int:
    # bool is an int to Python; 2**63 is as far as ids, seeds and counts go in torch.
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise _wrong(value, where, "a whole number of at most 64 bits")
    return value


def _number(value: object, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong(value, where, "a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):  # "1e999" is valid JSON
        raise _wrong(value, where, "a finite number")
    return number


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, where, "a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _wrong(value, where, "text without lone surrogates") from None
    return value


def _wrong(value: object, where: str, wanted: str) -> RequestError:
    if isinstance(value, dict | list):
        shown = "an object" if isinstance(value, dict) else "a list"
    else:
        shown = json.dumps(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return RequestError(
        f"{where or 'The body'} is {shown}, but must be {wanted}. Mend the request.",
        param=where or None,
    )


def _unknown_key(key: str, where: str, known: list[str]) -> RequestError:
    near = difflib.get_close_matches(key[:80], known, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
    place = f" in {where}" if where else ""
    param = f"{where}.{key[:80]}" if where else key[:80]
    return RequestError(f"Unknown key {key[:80]!a}{place}. {hint}", param=param)
