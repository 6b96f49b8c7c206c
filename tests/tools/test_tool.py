"""A tool, and what becomes of functions that fail in every way there is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tools.result import ToolResult
from tools.tool import Tool, ToolError, tool


def made(function: Any, **changes: Any) -> Tool:
    return Tool(**{
        "name": "echo", "start": "<a>", "end": "<b>", "trust": "pure", "doc": "Echo.",
        "function": function, **changes,
    })  # fmt: skip


def giving(result: ToolResult) -> Tool:
    return made(lambda text, cancelled: result, max_output_chars=50)


def test_a_function_becomes_a_tool() -> None:
    @tool(start="<a>", end="<b>", trust="pure")
    def shout(text: str) -> str:
        """Say it loudly."""
        return text.upper()

    assert (shout.name, shout.start, shout.end) == ("shout", "<a>", "<b>")
    assert (shout.trust, shout.doc) == ("pure", "Say it loudly.")
    result = shout("hello")
    assert (result.kind, result.output, result.error) == ("ok", "HELLO", "")
    assert result.elapsed_ms > 0


def test_a_tool_may_have_another_name_than_its_function() -> None:
    @tool(start="<a>", end="<b>", trust="pure", name="upper")
    def shout(text: str) -> str:
        """Say it loudly."""
        return text.upper()

    assert shout.name == "upper"


def no_doc(text: str) -> str:
    return text


def two_arguments(a: str, b: str) -> str:
    """Two."""
    return a + b


def no_arguments() -> str:
    """None."""
    return ""


@pytest.mark.parametrize(
    ("function", "sentence"),
    [(no_doc, "docstring"), (two_arguments, "one argument"), (no_arguments, "one argument")],
)
def test_what_can_be_no_tool(function: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        tool(start="<a>", end="<b>", trust="pure")(function)


def test_a_failure_is_a_result() -> None:
    def fails(text: str, cancelled: threading.Event) -> ToolResult:
        raise ToolError("no such thing", kind="limit")

    result = made(fails)("x")
    assert (result.kind, result.error, result.output) == ("limit", "no such thing", "")


@pytest.mark.parametrize(
    "error", [ValueError("secret path /home/me"), RecursionError(), MemoryError(), KeyError(1)]
)
def test_a_tool_that_breaks_ends_nothing_and_tells_no_secrets(error: Exception) -> None:
    def breaks(text: str, cancelled: threading.Event) -> ToolResult:
        raise error

    result = made(breaks)("x")
    assert result.kind == "crashed"
    assert result.error == f"echo: {type(error).__name__}"


@pytest.mark.parametrize("answer", [None, 85, "text", b"bytes"])
def test_a_tool_that_returns_something_else_crashed(answer: Any) -> None:
    assert made(lambda text, cancelled: answer)("x").kind == "crashed"

    @tool(start="<a>", end="<b>", trust="pure")
    def odd(text: str) -> str:
        """Odd."""
        return answer  # type: ignore[no-any-return]

    assert odd("x").kind == ("ok" if isinstance(answer, str) else "crashed")


def test_ctrl_c_is_not_a_failure_of_the_tool() -> None:
    def interrupted(text: str, cancelled: threading.Event) -> ToolResult:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(interrupted)("x")


def test_too_long_a_call_is_not_made() -> None:
    calls = []
    limited = made(lambda text, cancelled: calls.append(text), max_input_chars=5)
    result = limited("123456")
    assert (result.kind, calls) == ("limit", [])
    assert "6 characters" in result.error


def test_output_and_error_are_sanitised_and_cut() -> None:
    result = giving(ToolResult(kind="error", output="\x1b[31mx" * 99, error="\x07bad\u202e"))("")
    assert result.output.startswith("xxx")
    assert "\x1b" not in result.output
    assert len(result.output) <= 50
    assert result.truncated
    assert result.error == "bad"


def test_an_error_is_one_line() -> None:
    result = giving(ToolResult(kind="error", error="first\nerror: forged\u2028and more"))("")
    assert "\n" not in result.error


def test_sources_and_tier_are_sanitised_too() -> None:
    result = giving(
        ToolResult(kind="ok", sources=("https://a.example/\x1b[2J", "b"), tier="\x1b[1mtier")
    )("")
    assert result.sources == ("https://a.example/", "b")
    assert result.tier == "tier"


def test_what_was_cut_before_counts_as_cut() -> None:
    assert giving(ToolResult(kind="ok", output="x", truncated=True))("").truncated


def test_own_time_is_kept() -> None:
    assert giving(ToolResult(kind="ok", elapsed_ms=7.5))("").elapsed_ms == 7.5


def test_cancellation_reaches_the_function() -> None:
    cancelled = threading.Event()
    seen = []

    def look(text: str, event: threading.Event) -> ToolResult:
        seen.append(event)
        return ToolResult(kind="cancelled" if event.is_set() else "ok")

    assert made(look)("x").kind == "ok"
    cancelled.set()
    assert made(look)("x", cancelled).kind == "cancelled"
    assert seen[1] is cancelled
