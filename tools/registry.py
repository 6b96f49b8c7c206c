"""Which tools there are: the built-in ones and those of installed packages.

A package adds a tool by an entry point of the group ``llmlab.tools`` that names a ``tools.Tool``.
One that cannot be loaded, or that takes a name or a token that is taken, is left out and named in
``problems``: somebody else's mistake must not close the lab.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points

from tools.sanitise import sanitised_line
from tools.tool import Tool

ENTRY_POINTS = "llmlab.tools"


class Registry:
    """Tools by name, in the order they were added."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        self.problems: list[str] = []
        for each in tools:
            self.add(each)

    def add(self, tool: Tool) -> None:
        """Add a tool.

        Raises:
            ValueError: its name or one of its tokens is taken.
        """
        if tool.name in self._tools:
            raise ValueError(f"there is a tool {tool.name!r} already")
        taken = {token for each in self for token in (each.start, each.end)}
        if tool.start == tool.end or taken & {tool.start, tool.end}:
            raise ValueError(f"the tokens of {tool.name!r} are not its own")
        self._tools[tool.name] = tool

    def add_installed(self, found: Iterable[EntryPoint] | None = None) -> None:
        """Add the tools of other packages; what cannot be added is said in ``problems``."""
        for entry in entry_points(group=ENTRY_POINTS) if found is None else found:
            try:
                tool = entry.load()
                if not isinstance(tool, Tool):
                    raise TypeError(f"{entry.value} is no tools.Tool")
                self.add(tool)
            except (Exception, SystemExit) as error:
                # Importing a stranger's package may raise anything.
                why = sanitised_line(str(error) or type(error).__name__, 300)
                self.problems.append(f"The tool {entry.name!r} was left out: {why}.")

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def get(self, name: str) -> Tool | None:
        """The tool of that name, None where there is none."""
        return self._tools.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return tuple(self._tools)
