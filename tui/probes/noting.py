"""Keeps what probes have found, as soon as the list shows that one has finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import LabError
from tui.safe_text import visible

if TYPE_CHECKING:
    from tui.probes.source import Listed
    from tui.remembering import Remembering
    from tui.services import Probes
    from tui.state.probes import ProbeResult

MOST_WORDS = 4
"""Of the headline figures those that the history shows."""


class Lab(Protocol):
    """What noting needs of the app."""

    @property
    def remembering(self) -> Remembering:
        """Holds the state, and says what goes wrong with it."""
        ...

    def probes(self) -> Probes:
        """The probes on disk."""
        ...


class ProbeNoter:
    """Notes each probe once; one that was resumed and has finished anew is noted anew.

    Args:
        lab: the app.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._noted: set[tuple[str, str]] = set()
        """Name and end of those that were seen here."""

    async def look(self, listed: Sequence[Listed]) -> None:
        """Keep the results of those that have finished since the last look."""
        ended = [each for each in listed if each.status.state == "done"]
        fresh = [each for each in ended if (each.key, _ended(each)) not in self._noted]
        state = self._lab.remembering.state
        try:
            for each in fresh:
                await state.do(self._note, each)
                self._noted.add((each.key, _ended(each)))
        except LabError as error:
            self._lab.remembering.say(error)

    def _note(self, listed: Listed) -> None:
        """In the state's thread: read the figures, write the headline."""
        state = self._lab.remembering.state
        if state.probes.finished(listed.key) != _ended(listed):
            result = result_of(listed, self._lab.probes().folder(listed).figures() or {})
            state.probes.note(result)


def result_of(listed: Listed, figures: Mapping[str, Any]) -> ProbeResult:
    """What is kept of a probe: its headline figures, and a line that says them."""
    from tui.state.probes import ProbeResult

    plan, headline = figures.get("plan"), figures.get("headline")
    against = plan.get("against") if isinstance(plan, dict) else None
    names = (against, listed.status.checkpoint)
    found = headline if isinstance(headline, dict) else {}
    words = list(_words(found))[:MOST_WORDS]
    return ProbeResult(
        name=listed.key,
        checkpoints=tuple(visible(name) for name in names if isinstance(name, str)),
        headline=" · ".join([f"probe {visible(listed.status.name)}", *words]),
        figures=found,
        finished=_ended(listed),
    )


def _ended(listed: Listed) -> str:
    ended = datetime.fromtimestamp(listed.status.heartbeat, UTC)
    return ended.isoformat(timespec="milliseconds")


def _words(headline: Mapping[str, Any]) -> Iterator[str]:
    for name, figure in headline.items():
        if isinstance(figure, int | float):
            yield f"{name.replace('_', ' ')} {figure:.2f}"
