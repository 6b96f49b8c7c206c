import json
import math
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from engine import wire
from engine.errors import RequestError


@dataclass(frozen=True)
class Inner:
    weight: float
    name: str = "x"


@dataclass(frozen=True)
class Outer:
    count: int
    flag: bool = False
    kind: Literal["a", "b"] = "a"
    limit: float | None = None
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    table: tuple[int, ...] = ()


FULL = Outer(3, True, "b", 0.5, Inner(1.5, "é\u2028\x85\n"), (Inner(0.1), Inner(2.0)), (1, 2))


def test_round_trip() -> None:
    assert wire.decode(Outer, wire.loads(wire.dumps(FULL))) == FULL


def test_defaults_may_be_left_out() -> None:
    assert wire.decode(Outer, {"count": 1}) == Outer(1)


def test_whole_numbers_are_numbers_too() -> None:
    assert wire.decode(Inner, {"weight": 2}) == Inner(2.0)


def test_dumps_is_one_ascii_line() -> None:
    text = wire.dumps(FULL)
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_dumps_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.dumps(Inner(math.nan))
    with pytest.raises(TypeError, match="object is not a record"):
        wire.dumps(object())


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([], "The body is a list, but must be an object"),
        ({}, "count is missing"),
        ({"count": "1"}, 'count is "1", but must be a whole number'),
        ({"count": 1.0}, "count is 1.0"),
        ({"count": True}, "count is true"),
        ({"count": 2**64}, "count is 18446744073709551616"),
        ({"count": 1, "flag": 1}, "flag is 1, but must be true or false"),
        ({"count": 1, "kind": "c"}, 'kind is "c", but must be one of a, b'),
        ({"count": 1, "kind": ["a"]}, "kind is a list"),
        ({"count": 1, "limit": "inf"}, 'limit is "inf", but must be a number'),
        ({"count": 1, "limit": 10**400}, "limit is 1000"),
        ({"count": 1, "inner": {"weight": None}}, "inner.weight is null, but must be a number"),
        ({"count": 1, "inner": {"weight": 1, "name": 5}}, "inner.name is 5, but must be a string"),
        ({"count": 1, "inner": {"weight": 1, "name": "\ud800"}}, "lone surrogates"),
        ({"count": 1, "many": {"weight": 1}}, "many is an object, but must be a list"),
        ({"count": 1, "many": [{"weight": 1}, 7]}, "many[1] is 7"),
        ({"count": 1, "table": [1, None]}, "table[1] is null"),
        ({"count": 1, "cuont": 1}, "Unknown key 'cuont'. Did you mean 'count'?"),
        ({"count": 1, "inner": {"weight": 1, "zzzz": 1}}, "Unknown key 'zzzz' in inner. Known"),
    ],
)
def test_decode_names_the_place_and_the_value(value: Any, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        wire.decode(Outer, value)
    assert sentence in str(caught.value)


def test_a_long_value_is_shortened_in_the_sentence() -> None:
    with pytest.raises(RequestError) as caught:
        wire.decode(Outer, {"count": "x" * 100_000, "y" * 5000: 1})
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "text",
    ["", "{", b"\xff\xfe{", "[" * 100_000, '{"a": NaN}', "[Infinity]", "1" * 5000, '"\x00"'],
)
def test_loads_refuses_junk(text: str | bytes) -> None:
    with pytest.raises(RequestError, match="not valid JSON"):
        wire.loads(text)


def test_an_overflowing_literal_is_no_finite_number() -> None:
    with pytest.raises(RequestError, match="finite"):
        wire.decode(Inner, wire.loads('{"weight": 1e999}'))


def test_fields_of_is_shallow() -> None:
    assert wire.fields_of(FULL)["inner"] is FULL.inner
    assert json.loads(wire.dumps(FULL))["inner"]["weight"] == 1.5
