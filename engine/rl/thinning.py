"""Which steps' rollouts a run keeps, so that a long run does not fill the disk. No torch.

A step of the preset ``nano`` is some 0.4 MB, and a thousand of them would outweigh all else in the
run's folder. People look at what is new, and back at how it was at some distance.
"""

from __future__ import annotations

from collections.abc import Mapping

NEWEST = 50
"""Steps up to the newest one that are all kept."""
EVERY = 10
"""Of those before them the multiples of this are kept, and the first."""
MOST_BYTES = 64_000_000
"""All of a run's rollouts together, unless its newest step alone is larger."""
RULE = f"of a run's older steps every {EVERY}th is kept, or fewer"
"""To be said where one is missing."""


def kept(sizes: Mapping[int, int], most_bytes: int = MOST_BYTES) -> set[int]:
    """The steps that stay.

    Where the room does not suffice, the roundest of the older steps stay (those of every 20th,
    40th ... rather than every 10th), so that what is left still spans the run.

    Args:
        sizes: bytes of each step that lies on disk.
        most_bytes: of all that stay.
    """
    if not sizes:
        return set()
    newest, first = max(sizes), min(sizes)
    recent = [step for step in sizes if step > newest - NEWEST]
    older = [step for step in sizes if step <= newest - NEWEST and step % EVERY == 0]
    by_worth = dict.fromkeys(
        [*sorted(recent, reverse=True), first, *sorted(older, key=_roundness, reverse=True)]
    )
    found, room = {newest}, most_bytes - sizes[newest]
    for step in list(by_worth)[1:]:
        room -= sizes[step]
        if room < 0:
            break
        found.add(step)
    return found


def _roundness(step: int) -> tuple[int, int]:
    """The largest power of two in its number of ``EVERY``; of equals the later step counts more."""
    n = step // EVERY
    return n & -n, step
