"""Which tiers this machine has: found by trying each, never by guessing from its name."""

from __future__ import annotations

import os
import sys

from tools.python.cell import Cell, ZygoteCell
from tools.python.keeper import PACKAGES
from tools.python.monty import MontyCell
from tools.python.tier import Tier, TierError

_PLATFORMS = {Tier.NAMESPACES: "linux", Tier.LANDLOCK: "linux", Tier.MACOS: "darwin"}


def open_cell(
    tier: Tier,
    *,
    memory_mb: int,
    ahead: int,
    unsafe: bool,
    packages: tuple[str, ...] = PACKAGES,
) -> Cell:
    """A cell of that tier, started, in which a first child could not get out.

    Raises:
        TierError: this machine does not have it, and why.
    """
    platform = _PLATFORMS.get(tier, sys.platform)
    if sys.platform != platform:
        raise TierError(f"it is for {platform}, this is {sys.platform}")
    if tier is Tier.LIMITS and not unsafe:
        raise TierError("it contains no hostile code and is used with --unsafe-python only")
    if tier is Tier.MONTY:
        cell: Cell = MontyCell(memory_mb=memory_mb)
    elif hasattr(os, "fork"):
        cell = ZygoteCell(tier, memory_mb=memory_mb, ahead=ahead, packages=packages)
    else:
        raise TierError(f"it needs processes that fork, which {sys.platform} has not")
    cell.start()
    return cell


def probe(*, unsafe: bool = False) -> list[tuple[Tier, str | None]]:
    """Each tier, with None if this machine has it, else with the sentence why not.

    Tries with a zygote that imports no packages: some 0.1 s a tier.
    """
    return [(tier, _refusal(tier, unsafe)) for tier in Tier]


def _refusal(tier: Tier, unsafe: bool) -> str | None:
    try:
        open_cell(tier, memory_mb=64, ahead=0, unsafe=unsafe, packages=()).close()
    except TierError as error:
        return str(error)
    return None
