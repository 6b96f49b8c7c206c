"""The tools that come with the lab, put together, and those that other packages add."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint

from tools.calculator import calc_tool
from tools.python import Jail, python_tool
from tools.registry import Registry
from tools.search import Search, search_tool


def builtin_registry(
    *, jail: Jail, search: Search, installed: Iterable[EntryPoint] | None = None
) -> Registry:
    """``calc``, ``python`` and ``search``, then the tools of installed packages.

    Args:
        jail: where ``python`` runs; its owner closes it.
        search: what ``search`` asks; its owner closes it.
        installed: entry points to look at instead of those of this environment.
    """
    registry = Registry((calc_tool(), python_tool(jail), search_tool(search)))
    registry.add_installed(installed)
    return registry
