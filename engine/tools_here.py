"""The built-in tools as this lab has them: its folders, its pocket web, its environment. No torch.

Making them is cheap: the jail starts with the first call, and the index of the pocket web is
written before the first search in it.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from types import TracebackType

from engine.data.world import NANO_WORLD, WorldConfig
from engine.errors import LabError
from engine.pocket_here import PocketHere, Say, search_folder
from tools.builtin import builtin_registry
from tools.python import Jail
from tools.registry import Registry
from tools.search import Search, open_search
from tools.search.provider import SearchUnavailable
from tools.settings import ToolSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Whether a tool works here, and how."""

    available: bool = True
    tier: str = ""
    """How its calls are contained; empty for tools that run no code."""
    detail: str = ""
    """Why it is not available, or why not better contained; else what it works with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTools:
    """The tools and what they stand on; a context manager that closes it."""

    registry: Registry
    jail: Jail
    search: Search
    pocket: PocketHere

    def prepare(self) -> None:
        """Do now what the first calls would wait for: write the pocket's index, start the jail.

        What fails here fails again, as a result, when it is called.
        """
        # First what takes longest: a search that comes meanwhile waits only as long as it likes,
        # and a program starts the jail by itself.
        with contextlib.suppress(SearchUnavailable):
            self.pocket.prepare()
        self.jail.run("")

    def standing(self, name: str) -> Standing:
        """How the tool ``name`` stands here; for ``python`` this starts the jail, in a second."""
        if name == "python":
            tier = self.jail.tier
            reasons = "; ".join(f"not {better.text}: {why}" for better, why in self.jail.refused)
            return Standing(
                available=tier is not None, tier=tier.text if tier else "", detail=reasons
            )
        if name == "search":
            parts = (f"asks {self.search.settings.provider}", self.search.cache_problem)
            return Standing(detail="; ".join(part for part in parts if part))
        return Standing()

    def close(self) -> None:
        """End the jail's processes and close the search's files."""
        self.jail.close()
        self.search.close()
        self.pocket.close()

    def __enter__(self) -> OpenTools:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def settings_here(*, unsafe_python: bool = False) -> ToolSettings:
    """Settings as this process's environment asks for.

    Raises:
        LabError: a variable names what there is not.
    """
    try:
        return ToolSettings.from_env(os.environ, unsafe_python=unsafe_python)
    except ValueError as error:
        raise LabError(f"{error} Mend the variable and try again.") from error


def open_tools(
    settings: ToolSettings | None = None,
    *,
    world: WorldConfig = NANO_WORLD,
    say: Say | None = None,
) -> OpenTools:
    """Open the tools; nothing is started or built yet.

    Args:
        settings: as the environment says, unless given.
        world: whose web the pocket search looks through.
        say: told when something takes long, such as writing the index.

    Raises:
        LabError: the environment asks for what there is not.
    """
    settings = settings or settings_here()
    jail = Jail(
        timeout_s=settings.python_timeout_s,
        memory_mb=settings.python_memory_mb,
        unsafe=settings.unsafe_python,
    )
    pocket = PocketHere(world, say)
    search = open_search(
        settings.search, pocket=pocket, cache_path=search_folder() / "cache.sqlite"
    )
    registry = builtin_registry(jail=jail, search=search)
    return OpenTools(registry=registry, jail=jail, search=search, pocket=pocket)
