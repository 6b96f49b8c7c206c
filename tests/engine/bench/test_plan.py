from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.bench.plan import SECTIONS, make_plan
from engine.errors import LabError
from engine.manifest import find_checkpoint

NANO = find_checkpoint("nano/base")
BIG = replace(NANO, n_params=135_000_000, max_seq_len=8192)


def test_every_section_is_run_or_said_to_be_left_out() -> None:
    for info in (NANO, BIG, replace(BIG, n_params=8_000_000_000)):
        plan = make_plan(info)
        assert {*plan.sections, *plan.left_out} == set(SECTIONS)
        assert not set(plan.sections) & set(plan.left_out)


def test_what_is_asked_for_is_run() -> None:
    plan = make_plan(BIG, only=["ragged"], precisions=["int4", "int4"], batch_sizes=[2, 2], n_new=9)
    assert (plan.sections, plan.left_out) == (("ragged",), {})
    assert (plan.precisions, plan.batch_sizes, plan.n_new) == (("int4",), (2,), 9)


def test_rounded_weights_bring_their_quality() -> None:
    assert "quality" in make_plan(NANO, precisions=["fp32", "int8"]).sections
    assert "quality" in make_plan(NANO).left_out
    assert "quality" in make_plan(BIG).sections


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"batch_sizes": [1, 0]}, "--batch 0"),
        ({"n_new": 1}, "--tokens 1"),
        ({"rounds": -3}, "--rounds -3"),
        ({"n_new": 500}, "at most 512"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LabError, match=said):
        make_plan(NANO, **wrong)
