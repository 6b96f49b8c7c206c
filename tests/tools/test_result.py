"""A result as a model reads it."""

from __future__ import annotations

from typing import get_args

import pytest

from tools.result import Kind, ToolResult


@pytest.mark.parametrize(
    ("output", "error", "text"),
    [
        ("85", "", "85"),
        ("", "division by zero", "error: division by zero"),
        ("1\n2", "timed out", "1\n2\nerror: timed out"),
        ("", "", "(no output)"),
    ],
)
def test_text_is_output_then_error_and_never_empty(output: str, error: str, text: str) -> None:
    assert ToolResult(kind="ok", output=output, error=error).text == text


@pytest.mark.parametrize("kind", get_args(Kind))
def test_only_what_ran_is_ok(kind: Kind) -> None:
    assert ToolResult(kind=kind).ok == (kind in ("ok", "empty"))


def test_a_result_is_a_value() -> None:
    assert ToolResult(kind="ok") == ToolResult(kind="ok")
    with pytest.raises(AttributeError):
        ToolResult(kind="ok").output = "other"  # type: ignore[misc]
