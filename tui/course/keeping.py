"""Keeps how far somebody is in a course: the steps that are done, and the one that is on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.background import in_background
from tui.course.facts import Fact

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.app import LabApp
    from tui.course.guide import Guide

RETRY_S = 5.0
"""How long what could not be written waits for another try."""
_OFFERED, _AT = "course.offered", "course.at"
"""Under which names it is kept whether the course was offered, and which step of it is on."""


@dataclass(frozen=True, slots=True)
class Place:
    """The step that is on, and what has come true of it.

    None is on before one was begun, and once it is done.
    """

    step: str | None = None
    found: Mapping[str, Fact] = field(default_factory=dict)
    """By the names of its checks."""

    @staticmethod
    def of(guide: Guide | None) -> Place:
        """Where somebody is."""
        if guide is None or guide.step is None or guide.complete:
            return Place()
        return Place(guide.step.id, dict(guide.found))


class CourseKeeper:
    """Gives what came true to the state.

    Args:
        app: the app; its workers write.
        kept: called when all is written that could not be at first.
    """

    def __init__(self, app: LabApp, kept: Callable[[], None]) -> None:
        self._app, self._kept = app, kept
        self._done: dict[str, Mapping[str, Any]] = {}
        """By the ids of steps that are done, what is not written yet."""
        self._written: Place | None = None
        self._retrying: Timer | None = None

    @property
    def has_kept_done(self) -> bool:
        """Whether all steps that are done are on the disk."""
        return not self._done and self._app.state.on_disk

    def has_kept(self, guide: Guide) -> bool:
        """Whether all that can be seen of where somebody is is on the disk."""
        return self.has_kept_done and self._written == Place.of(guide)

    def note_done(self, guide: Guide) -> None:
        """Take what came true as it is now: another step may be begun before it is written."""
        if guide.complete and guide.step is not None:
            said = guide.said[guide.step.id]
            self._done[guide.step.id] = {"said": said, "facts": guide.evidence}

    async def keep(self, guide: Guide | None, folder: str) -> None:
        """Write the steps that are done, and where somebody is in the course of a folder."""
        state, place = self._app.state, Place.of(guide)
        kept = True
        if guide is not None:
            for id_, evidence in list(self._done.items()):
                kept &= await self._do(state.course.note, guide.course.id, id_, "done", evidence)
                if kept and self._done.get(id_) is evidence:
                    del self._done[id_]
        found = {name: asdict(fact) for name, fact in place.found.items()}
        at = {"folder": folder, "step": place.step, "found": found}
        if kept and await self._do(state.kept.put, _AT, at):
            self._written = place
        else:
            self._retry_later(guide, folder)

    async def offered(self) -> None:
        """Write that nobody has to be asked about the course any more."""
        await self._do(self._app.state.kept.put, _OFFERED, True)

    async def was_offered(self) -> bool:
        """Whether somebody was asked, or has begun a course unasked. Raises StateError."""
        state = self._app.state
        at = await state.do(state.kept.get, _AT)
        return at is not None or bool(await state.do(state.kept.get, _OFFERED))

    async def place(self, folder: str) -> Place:
        """Where somebody was in the course of a folder. Raises StateError."""
        state = self._app.state
        at = await state.do(state.kept.get, _AT)
        if not isinstance(at, dict) or at.get("folder") != folder or at.get("step") is None:
            return Place()
        return Place(str(at["step"]), _facts(at.get("found")))

    def _retry_later(self, guide: Guide | None, folder: str) -> None:
        async def again() -> None:
            await self.keep(guide, folder)
            if guide is not None and self.has_kept(guide):
                self._kept()

        def retry() -> None:
            self._retrying = None
            in_background(self._app, again, "course-keep")

        if self._retrying is None:
            self._retrying = self._app.set_timer(RETRY_S, retry)

    async def _do(self, call: Callable[..., Any], *args: Any) -> bool:
        """Whether a call of the state's could be done; why not is said."""
        try:
            await self._app.state.do(partial(call, *args))
        except LabError as error:
            self._app.remembering.say(error)
            return False
        return True


def _facts(found: Any) -> dict[str, Fact]:
    """What was kept of them; a damaged one costs only itself."""
    table = found if isinstance(found, dict) else {}
    return {
        str(name): Fact(str(fact.get("kind")), fact["values"])
        for name, fact in table.items()
        if isinstance(fact, dict) and isinstance(fact.get("values"), dict)
    }
