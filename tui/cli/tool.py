"""``llmlab tool``: call a tool by hand, as a model would."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import LabError
from tools.result import ToolResult
from tui.cli.output import emit_json, narrate, printable

if TYPE_CHECKING:
    from engine.tools_here import OpenTools

MATHS = {
    "solve": "The solutions of an equation, such as 'x**2 - 4 = 0'.",
    "simplify": "An expression in its simplest form.",
    "equal": "Whether two expressions are equal.",
}
"""Symbolic maths: no tools of a model, but run in the same jail."""
_OPTIONS: dict[str, tuple[str, ...]] = {
    "provider": ("search",),
    "timeout": ("python", *MATHS),
    "unsafe_python": ("python", *MATHS),
}
"""The tools that each option means something to."""


def run(arguments: argparse.Namespace) -> int:
    """Run one call and print its result.

    Returns:
        0 if the tool did what it was asked to, 1 if it failed.

    Raises:
        LabError: there is no such tool, an option means nothing to it, or it takes more texts.
    """
    from engine.tools_here import open_tools, settings_here
    from tools.python.keeper import MAX_SECONDS

    _check_options(arguments)
    settings = settings_here(unsafe_python=arguments.unsafe_python)
    if arguments.timeout is not None:
        if not 0 < arguments.timeout <= MAX_SECONDS:
            raise LabError(
                f"--timeout {arguments.timeout:g} is outside 0 to {MAX_SECONDS} seconds. "
                "Choose another one."
            )
        settings = replace(settings, python_timeout_s=arguments.timeout)
    with open_tools(settings, say=narrate) as tools:
        for problem in tools.registry.problems:
            narrate(problem)
        result = _call(arguments, tools)
    _show(result, as_json=arguments.json)
    return 0 if result.ok else 1


def _check_options(arguments: argparse.Namespace) -> None:
    """Refuse what would otherwise be ignored without a word."""
    for option, names in _OPTIONS.items():
        value = getattr(arguments, option)
        if value is not None and value is not False and arguments.name not in names:
            raise LabError(
                f"--{option.replace('_', '-')} means nothing to {arguments.name}. "
                f"Leave it out, or use it with {', '.join(names)}."
            )


def _call(arguments: argparse.Namespace, tools: OpenTools) -> ToolResult:
    name, texts = arguments.name, arguments.text
    tool = tools.registry.get(name)
    if tool is None and name not in MATHS:
        there = ", ".join((*tools.registry.names, *MATHS))
        raise LabError(f"There is no tool {name!r}. There are: {there}.")
    wanted = 2 if name == "equal" else 1
    if len(texts) != wanted:
        raise LabError(
            f"{name} takes {'two texts' if wanted == 2 else 'one text'}, not {len(texts)}. "
            "Put quotation marks around each; '-' reads one from stdin."
        )
    texts = [_stdin() if text == "-" else text for text in texts]
    if tool is None:
        return _maths(name, texts, tools)
    if arguments.provider is not None:
        return _search(texts[0], arguments.provider, tools)
    return tool(texts[0])


def _maths(name: str, texts: list[str], tools: OpenTools) -> ToolResult:
    from tools.maths import Maths

    maths = Maths(tools.jail)
    if name == "equal":
        return maths.compare(*texts)
    return (maths.solve if name == "solve" else maths.simplify)(texts[0])


def _search(query: str, provider: str, tools: OpenTools) -> ToolResult:
    try:
        tools.search.provider(provider)
    except ValueError as error:
        raise LabError(str(error)) from error
    return tools.search.search(query, provider=provider)


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabError(f"stdin is not UTF-8 (byte {error.start}). Send UTF-8.") from error


def _show(result: ToolResult, *, as_json: bool) -> None:
    if as_json:
        emit_json(
            {
                "ok": result.ok,
                "output": result.output,
                "error": result.error,
                "kind": result.kind,
                "elapsed_ms": round(result.elapsed_ms, 3),
                "tier": result.tier,
                "truncated": result.truncated,
                "sources": list(result.sources),
            }
        )
        return
    if result.output:
        print(printable(result.output))
    if result.error:
        narrate(f"{result.kind}: {result.error}")
