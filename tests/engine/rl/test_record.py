"""What a step leaves on disk comes back as it was, and nothing else is taken for it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from engine.rl.record import Attempt, Group, decode_step, encode_step

ATTEMPT = Attempt(
    ids=(5, 6, 7),
    pieces=(" odd", "[red]\x1b", "\udcff"),
    drawn=(True, False, True),
    logprobs=(-0.5, 0.0, -1e-9),
    logprobs_after=(-0.25, 0.0, -2.0),
    rewards={"correct": 1.0, "format": 0.1},
    correct=True,
    advantage=-0.5,
    ended=False,
)
GROUP = Group(step=4, task="parity", question="1 0?", answer="odd", attempts=(ATTEMPT,))


@pytest.mark.parametrize(
    "group",
    [
        GROUP,
        replace(GROUP, attempts=()),
        replace(GROUP, attempts=(replace(ATTEMPT, logprobs_after=None),)),
    ],
)
def test_a_step_comes_back_as_it_was(group: Group) -> None:
    assert decode_step(json.loads(encode_step(4, [group, GROUP]))) == [group, GROUP]


def test_a_whole_number_is_a_number() -> None:
    data = ATTEMPT.to_json() | {"advantage": 1, "ids": [5, 6, 7]}
    assert Attempt.from_json(json.loads(json.dumps(data))).advantage == 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ids", [5, 6]),
        ("ids", [5, 6, "7"]),
        ("ids", [5, 6, True]),
        ("ids", None),
        ("pieces", ["a", "b"]),
        ("pieces", "abc"),
        ("drawn", [1, 0, 1]),
        ("logprobs", [0.0, 0.0, math.nan]),
        ("logprobs", [0.0, 0.0, -math.inf]),
        ("logprobs", [0.0, 0.0, True]),
        ("logprobs_after", [0.0]),
        ("rewards", [1.0]),
        ("rewards", {"correct": "1"}),
        ("correct", 1),
        ("correct", None),
        ("advantage", math.inf),
        ("advantage", 10**400),
        ("ended", "yes"),
        ("unknown", 1),
    ],
)
def test_a_garbled_attempt_is_refused(name: str, value: Any) -> None:
    data = json.loads(json.dumps(ATTEMPT.to_json())) | {name: value}
    with pytest.raises(ValueError, match=r"\w"):
        Attempt.from_json(data)


@pytest.mark.parametrize("name", sorted(ATTEMPT.to_json()))
def test_nothing_may_be_missing(name: str) -> None:
    data = ATTEMPT.to_json()
    del data[name]
    with pytest.raises(ValueError, match="expected"):
        Attempt.from_json(data)


@pytest.mark.parametrize(
    "data", [None, [], 3, "x", {}, {"groups": {}}, {"groups": [None]}, {"groups": [{"step": 1}]},
             {"groups": [GROUP.to_json() | {"step": "4"}]},
             {"groups": [GROUP.to_json() | {"attempts": [{}]}]}],
)  # fmt: skip
def test_what_is_no_step_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        decode_step(json.loads(json.dumps(data)))
