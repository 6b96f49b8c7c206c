"""What the terminal and the engine say to each other about tools: records. No torch.

``GET /lab/tools`` answers with a :class:`ToolList`. ``POST /lab/tool`` takes a
:class:`ToolRequest`, runs the call as if a model had sampled it, and answers with a
:class:`ToolAnswer`: the ids to go on from with ``continue_ids``. A client that leaves cancels it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import RequestError
from tools.result import ToolResult
from tools.tool import Trust

MAX_TOOL_CHARS = 20_000
"""Longest call, or output written by hand. A tool may take less and say so in its result."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolInfo:
    """One tool as a list shows it."""

    name: str
    start: str
    """The special token that opens a call."""
    end: str
    """The special token that closes it."""
    trust: Trust
    doc: str
    tier: str
    """How its calls are contained now; empty for tools that run no code."""
    available: bool
    detail: str
    """Why it is not available, or why not better contained; else what it works with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolList:
    """All tools of an engine; ``problems`` says of each that was left out why, a sentence each."""

    tools: tuple[ToolInfo, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolRequest:
    """A call by a person: ``text`` as a model would write it, without the leading space.

    ``output`` is written by hand instead of asking the tool. ``run`` False says no to the call: its
    result is of the kind "denied", and the model reads that.

    Raises:
        RequestError: an output and a refusal at once, or too much text.
    """

    model: str
    tool: str
    text: str
    output: str | None = None
    run: bool = True

    def __post_init__(self) -> None:
        if self.output is not None and not self.run:
            raise RequestError(
                "A call cannot be denied and have an output written by hand. Leave one of them out."
            )
        for param, text in (("text", self.text), ("output", self.output or "")):
            if len(text) > MAX_TOOL_CHARS:
                raise RequestError(
                    f"{param} has {len(text):,} characters, but at most {MAX_TOOL_CHARS:,} are "
                    "read. Shorten it.",
                    param=param,
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolAnswer:
    """A call and its output as ids of the model, and the display text of each id.

    ``output_ids`` holds the output as far as the model is to read it.
    """

    call_ids: tuple[int, ...]
    call_tokens: tuple[str, ...]
    output_ids: tuple[int, ...]
    output_tokens: tuple[str, ...]
    result: ToolResult
