"""The form of what is looked for: what a screen says is kept, and what is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tui.bench.kill.person import Use
from tui.bench.kill.screen import Lines
from tui.state.state import State

Items = frozenset[str]
NOTHING: Items = frozenset()


@dataclass(frozen=True, slots=True)
class Home:
    """What lies on the disk, to be read as the next start would read it."""

    path: Path
    state: State


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that a person is shown as kept, told apart by numbers.

    Args:
        name: in the plural.
        shown: what of it stands on a screen, and without the sign that it is not kept.
        kept: what of it is on the disk, and what it has taken the place of.
        after_s: how long after it was shown it has to be there.
        stands: whether it has to stand on the last screen too, as somebody may take it away.
    """

    name: str
    shown: Callable[[Lines], Items]
    kept: Callable[[Home], Items]
    after_s: float = 0.0
    stands: bool = False


class Going(NamedTuple):
    """Work that goes on over the app's end, and that the next start has to show going on.

    Args:
        key: of the pane that shows it.
        mark: on the screen of that pane.
        place: how far it is by a screen, None where it is not shown as going on.
    """

    key: str
    mark: str
    place: Callable[[Lines], int | None]


class Subject(NamedTuple):
    """What a person does, and what of it is looked for.

    Args:
        uses: one of which is done at a time; twice in it, it is done twice as often.
        watched: what is looked for.
    """

    uses: tuple[Use, ...]
    watched: tuple[Watched, ...]


def up_to(number: int) -> Items:
    """All that a number has taken the place of, and itself."""
    return frozenset(map(str, range(number + 1)))
