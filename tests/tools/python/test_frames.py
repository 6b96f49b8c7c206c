"""What the lab reads from a child may be anything."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.python.inside.frames import FrameError, Report, packed, unpacked


@given(st.dictionaries(st.text(), st.text()))
def test_a_frame_comes_back(fields: dict[str, object]) -> None:
    frame = packed(fields)

    assert unpacked(frame) == fields
    assert all(unpacked(frame[:n]) is None for n in {0, 1, 3, 4, len(frame) - 1})


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_half_of_one_or_none(data: bytes) -> None:
    try:
        fields = unpacked(data)
    except FrameError:
        return
    assert fields is None or isinstance(fields, dict)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b"null", b"{", b"\xff", b"[" * 100_000, b'{"a": 1}x', b'{"a": NaN'],
    ids=range(9),
)
def test_what_is_no_object_is_no_frame(body: bytes) -> None:
    with pytest.raises(FrameError):
        unpacked(struct.pack("!I", len(body)) + body)


def test_two_frames_are_none() -> None:
    with pytest.raises(FrameError):
        unpacked(packed({}) * 2)


def test_a_huge_frame_is_refused_before_it_comes() -> None:
    with pytest.raises(FrameError):
        unpacked(b"\xff\xff\xff\xff")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "ok"},
        {"kind": "denied", "error": "", "value": ""},
        {"kind": ["ok"], "error": "", "value": ""},
        {"kind": "ok", "error": None, "value": ""},
        {"kind": "ok", "error": "", "value": 5},
        {"kind": "ok", "error": "", "value": "", "tier": "none"},
    ],
)
def test_a_report_is_exactly_one(fields: dict[str, object]) -> None:
    with pytest.raises(FrameError):
        Report.parse(fields)


def test_a_report_comes_back() -> None:
    report = Report(kind="blocked", error="\ud800", value="ü")

    fields = unpacked(report.packed())

    assert fields is not None
    assert Report.parse(json.loads(json.dumps(fields))) == report
