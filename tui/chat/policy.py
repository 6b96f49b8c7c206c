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
    """By name and trust: a search that was free while it stayed on this machine asks again when it
    leaves it."""

    @staticmethod
    def of_remembered(found: Mapping[str, str]) -> Policies:
        """Those that a file has kept; what it says that is no policy is left out."""
        return Policies({key: p for key, said in found.items() for p in POLICIES if p == said})

    def of(self, tool: ToolInfo) -> Policy:
        """What holds for a tool. What only computes runs at once; code and what leaves the machine
        asks first."""
        if not tool.available:
            return "never"
        return self.chosen.get(_key(tool), "always" if tool.trust == "pure" else "ask")

    def choose(self, tool: ToolInfo, policy: Policy) -> None:
        """Choose one for a tool."""
        self.chosen[_key(tool)] = policy

    def turn(self, tool: ToolInfo) -> Policy:
        """Choose the next one for a tool."""
        following = POLICIES[(POLICIES.index(self.of(tool)) + 1) % len(POLICIES)]
        self.choose(tool, following)
        return following

    def offered(self, tools: Iterable[ToolInfo], learned: Iterable[str]) -> tuple[str, ...]:
        """The tools to offer to a model that has ``learned`` some."""
        can = set(learned)
        return tuple(t.name for t in tools if t.name in can and self.of(t) != "never")

    def asked(self, tools: Iterable[ToolInfo], offered: Iterable[str]) -> tuple[str, ...]:
        """Those of the offered whose calls wait for the person: all that may not run at once.

        A turn that goes on may have been offered what has been forbidden since.
        """
        free = {tool.name for tool in tools if self.of(tool) == "always"}
        return tuple(name for name in offered if name not in free)


def _key(tool: ToolInfo) -> str:
    return f"{tool.name} ({tool.trust})"
