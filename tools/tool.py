"""A tool: a typed function with a docstring, the tokens around its calls, limits and a trust."""

from __future__ import annotations

import dataclasses
import inspect
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tools.result import Kind, ToolResult
from tools.sanitise import sanitised, sanitised_line

Trust = Literal["pure", "jailed", "network"]
"""``pure``: computes within bounds, in this process. ``jailed``: runs foreign code in a jail.
``network``: what the model wrote leaves the machine."""

Function = Callable[[str, threading.Event], ToolResult]

MAX_ERROR_CHARS = 500
"""Of an error, and of the name of a source."""


class ToolError(Exception):
    """A failure that the model is told of; ``str(error)`` is one sentence.

    Args:
        sentence: what to tell.
        kind: of the result, such as ``limit`` for what would cost too much.
    """

    def __init__(self, sentence: str, *, kind: Kind = "error") -> None:
        super().__init__(sentence)
        self.kind: Kind = kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """One tool. ``function`` is given the call's text and an event that is set when nobody waits
    for the result any more; it may be called from several threads at once.
    """

    name: str
    start: str
    """The special token that opens a call."""
    end: str
    """The special token that closes it: the engine dispatches on this one, when it was sampled."""
    trust: Trust
    doc: str
    function: Function
    max_input_chars: int = 4_000
    max_output_chars: int = 4_000

    def __call__(self, text: str, cancelled: threading.Event | None = None) -> ToolResult:
        """Run it. Never raises for what ``text`` says: a failure is a result the model can read."""
        if len(text) > self.max_input_chars:
            return ToolResult(
                kind="limit",
                error=f"{len(text)} characters, but {self.name} takes {self.max_input_chars}",
            )
        begun = time.perf_counter()
        try:
            result = _plain(self.function(text, cancelled or threading.Event()), self)
        except ToolError as error:
            result = _plain(ToolResult(kind=error.kind, error=str(error)), self)
        except (Exception, SystemExit) as error:
            # A tool may be anybody's: its fault must not end the engine.
            result = ToolResult(kind="crashed", error=f"{self.name}: {type(error).__name__}")
        elapsed_ms = result.elapsed_ms or (time.perf_counter() - begun) * 1000
        return dataclasses.replace(result, elapsed_ms=elapsed_ms)


def _plain(result: ToolResult, tool: Tool) -> ToolResult:
    """``result`` with all its texts sanitised, whoever made it.

    Raises:
        AttributeError: the function returned no result.
        TypeError: a text in it is none.
    """
    output, cut = sanitised(result.output, tool.max_output_chars)
    return dataclasses.replace(
        result,
        output=output,
        error=sanitised_line(result.error, MAX_ERROR_CHARS),
        tier=sanitised_line(result.tier, MAX_ERROR_CHARS),
        sources=tuple(sanitised_line(source, MAX_ERROR_CHARS) for source in result.sources),
        truncated=result.truncated or cut,
    )


def tool(
    *,
    start: str,
    end: str,
    trust: Trust,
    name: str | None = None,
    max_input_chars: int = 4_000,
    max_output_chars: int = 4_000,
) -> Callable[[Callable[[str], str]], Tool]:
    """Make a tool of a function from text to text; its docstring says what it does.

    The function raises ``ToolError`` with a sentence for what the model should read as a failure.

    Raises:
        TypeError: the function has no docstring or does not take exactly one argument.
    """

    def make(function: Callable[[str], str]) -> Tool:
        doc = inspect.getdoc(function)
        own_name = name or function.__name__
        if not doc:
            raise TypeError(f"the tool {own_name} has no docstring to say what it does")
        if len(inspect.signature(function).parameters) != 1:
            raise TypeError(f"the tool {own_name} must take one argument, the text of the call")

        def run(text: str, cancelled: threading.Event) -> ToolResult:
            return ToolResult(kind="ok", output=function(text))

        return Tool(
            name=own_name,
            start=start,
            end=end,
            trust=trust,
            doc=doc,
            function=run,
            max_input_chars=max_input_chars,
            max_output_chars=max_output_chars,
        )

    return make
