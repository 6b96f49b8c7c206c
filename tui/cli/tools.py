"""``llmlab tools``: what a model or a person can call."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.cli.output import emit_json, narrate, table
from tui.cli.tool import MATHS

if TYPE_CHECKING:
    from engine.tools_here import OpenTools


def run(arguments: argparse.Namespace) -> int:
    """List the tools, how each is contained, and what it does; one JSON line each with ``--json``.

    Raises:
        LabError: the environment asks for a search provider that there is not.
    """
    from engine.tools_here import open_tools

    with open_tools() as tools:
        for problem in tools.registry.problems:
            narrate(problem)
        found = _tools(tools)
    if arguments.json:
        for each in found:
            emit_json(each)
        return 0
    rows = [("name", "trust", "here", "")]
    for each in found:
        how = (each["tier"] or each["detail"]) if each["available"] else "unavailable"
        first_line = str(each["doc"]).partition("\n")[0]
        rows.append((str(each["name"]), str(each["trust"]), str(how), first_line))
    table(rows)
    return 0


def _tools(tools: OpenTools) -> list[dict[str, object]]:
    """The registry's, then symbolic maths, which stands as Python does."""
    found = [
        (tool.name, tool.trust, tool.doc, tools.standing(tool.name)) for tool in tools.registry
    ]
    python = tools.standing("python")
    found += [(name, "jailed", doc, python) for name, doc in MATHS.items()]
    return [
        {
            "name": name,
            "trust": trust,
            "doc": doc,
            "available": standing.available,
            "tier": standing.tier,
            "detail": standing.detail,
        }
        for name, trust, doc, standing in found
    ]
