"""Who decides about a tool's calls: the person each time, nobody, or they are not to be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo

Policy = Literal["ask", "always", "never"]
POLICIES: tuple[Policy, ...] = ("ask", "always", "never")

MEANINGS: Mapping[Policy, str] = {
    "ask": "each call waits for you",
    "always": "calls run at once",
    "never": "the tool is not offered",
}


@dataclass(slots=True)
class Policies:
    """One policy a tool; a tool for which nothing was chosen follows its trust."""

    chosen: dict[str, Policy] = field(default_factory=dict)

    def of(self, tool: ToolInfo) -> Policy:
        """What holds for a tool. What only computes runs at once; code and what leaves the machine
        asks first."""
        if not tool.available:
            return "never"
        return self.chosen.get(tool.name, "always" if tool.trust == "pure" else "ask")

    def turn(self, tool: ToolInfo) -> Policy:
        """Choose the next one for a tool."""
        following = POLICIES[(POLICIES.index(self.of(tool)) + 1) % len(POLICIES)]
        self.chosen[tool.name] = following
        return following

    def offered(self, tools: Iterable[ToolInfo], learned: Iterable[str]) -> tuple[str, ...]:
        """The tools to offer to a model that has ``learned`` some."""
        can = set(learned)
        return tuple(t.name for t in tools if t.name in can and self.of(t) != "never")

    def asked(self, tools: Iterable[ToolInfo], learned: Iterable[str]) -> tuple[str, ...]:
        """Those of the offered whose calls wait for the person."""
        can = set(learned)
        return tuple(t.name for t in tools if t.name in can and self.of(t) == "ask")
