"""The course in the app: opened, gone through, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui import settings
from tui.background import in_background
from tui.course.keeping import CourseKeeper
from tui.safe_text import visible
from tui.settings.schema import COURSE, OFFER_COURSE

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.course.facts import Fact
    from tui.course.guide import Guide
    from tui.course.steps import Course, Step
    from tui.widgets.course_strip import CourseStrip

HINT_AFTER_S = 60.0
MOST_EARLY = 50
"""Facts that are kept for a course that is not open yet."""


class CourseDesk:
    """Holds the guide, shows its strip, and does what a person asks of it.

    Args:
        app: where it all takes place.
    """

    def __init__(self, app: LabApp) -> None:
        self._app = app
        self.guide: Guide | None = None
        """None until the course was opened in this visit, or is gone on with."""
        self.key_of: Callable[[str], str] = str
        """Says a binding's key."""
        self.greeted = False
        """Whether it is settled that the course is offered, gone on with, or neither."""
        self._early: list[Fact] = []
        """What was told before there was a guide, the newest last."""
        self._strip: CourseStrip | None = None
        self._keeper = CourseKeeper(app, self._show_kept)
        self._turn = asyncio.Lock()

    # Beginning

    async def greet(self) -> None:
        """Go on with the step that was on, or offer the course to who has not been asked yet."""
        await self._greet()
        self.greeted = True

    async def _greet(self) -> None:
        try:
            place = await self._keeper.place(str(self._folder()))
            offered = await self._keeper.was_offered()
        except LabError as error:
            self._app.remembering.say(error)
            return
        if place.step is not None:
            guide = await self._opened()
            step = guide.course.named(place.step) if guide is not None else None
            if guide is not None and step is not None:
                from tui.course.stage import lend_sampling

                lend_sampling(self._app, step)
                await self._is_on(guide, step, place.found)
        elif not offered and settings.value(OFFER_COURSE):
            strip = await self._mounted()
            strip.offer()

    @staticmethod
    def _folder() -> Path:
        from tui.course.reading import LECTURE

        chosen = settings.value(COURSE)
        return Path(chosen).expanduser() if chosen else LECTURE

    async def _opened(self) -> Guide | None:
        """The guide, with the course and what was done of it; None where that cannot be read."""
        async with self._turn:
            if self.guide is not None:
                return self.guide
            try:
                course = await asyncio.to_thread(self._read)
                steps = await self._app.state.do(self._app.state.course.steps, course.id)
            except LabError as error:
                self._say(error)
                return None
            from tui.course.guide import Guide
            from tui.course.keys import key_word

            self.key_of = partial(key_word, self._app.keys)
            done = {id_: str(each.evidence.get("said", "")) for id_, each in steps.items()}
            self.guide = Guide(course, done)
            self.guide.recent.extend(self._early)
            self._early.clear()
            return self.guide

    def _read(self) -> Course:
        from tui.course.reading import read_course

        return read_course(self._folder(), self._app.keys)

    # What a person asks for

    def act(self, what: str) -> None:
        """``open`` the list, ``next`` step, or ``leave``: a key, a click or the palette."""
        acts = {"open": self._choose, "next": self._next, "leave": self._leave}
        in_background(self._app, acts[what], "course", only=True)

    async def _choose(self) -> None:
        from tui.screens.course import CourseScreen

        guide = await self._opened()
        if guide is None:
            return

        def chosen(choice: str | None) -> None:
            step = guide.course.named(choice) if choice else None
            if step is not None:
                in_background(self._app, partial(self._begin, guide, step), "course", only=True)
            elif choice == CourseScreen.LEAVE:
                self.act("leave")

        screen = CourseScreen(guide, self.key_of, is_kept=self._keeper.has_kept_done)
        await self._app.push_screen(screen, chosen)
        await self._keeper.offered()
        if self._strip is not None and guide.step is None:
            self._strip.close()  # It has offered what is open now.

    async def _next(self) -> None:
        guide = await self._opened()
        if guide is not None:
            await self._begin(guide, guide.proposed)

    async def _begin(self, guide: Guide, step: Step) -> None:
        from tui.course.stage import lend_sampling, set_up

        try:
            await set_up(self._app, step)
        except LabError as error:
            lend_sampling(self._app, guide.step)
            self._say(error)
            return
        await self._is_on(guide, step)

    async def _is_on(
        self, guide: Guide, step: Step, found: Mapping[str, Fact] | None = None
    ) -> None:
        """Show a step that is set up; what came true already may be all that it asks."""
        guide.begin(step, found)
        self._keeper.note_done(guide)
        await self._keep_and_show()

    async def _leave(self) -> None:
        from tui.course.stage import lend_sampling

        if self.guide is not None:
            self.guide.leave()
        lend_sampling(self._app, None)
        if self._strip is not None:
            self._strip.close()
        await self._keeper.offered()
        await self._keeper.keep(self.guide, str(self._folder()))

    # What comes true

    def take(self, fact: Fact) -> None:
        """A pane has told something."""
        guide = self.guide
        if guide is None:
            self._early = [*self._early, fact][-MOST_EARLY:]
            return
        if guide.take(fact):
            self._keeper.note_done(guide)  # Before another step is begun.
            in_background(self._app, self._keep_and_show, "course-strip")

    # The strip

    async def _mounted(self) -> CourseStrip:
        from tui.widgets.course_strip import CourseStrip

        if self._strip is None:
            self._strip = CourseStrip()
            await self._app.default_screen.mount(self._strip, before=self._app.status_line)
        return self._strip

    async def _keep_and_show(self) -> None:
        """What the strip says is on the disk by then, or the strip says that it is not."""
        await self._keeper.keep(self.guide, str(self._folder()))
        await self._show()

    def _show_kept(self) -> None:
        in_background(self._app, self._show, "course-strip")

    async def _show(self) -> None:
        guide = self.guide
        if guide is None or guide.step is None:
            return
        step = guide.step
        strip = await self._mounted()
        strip.guide(guide, self.key_of, is_kept=self._keeper.has_kept(guide))
        if not guide.complete:
            self._app.set_timer(HINT_AFTER_S, partial(self._hint, step))

    def _hint(self, step: Step) -> None:
        guide = self.guide
        if guide is not None and guide.step is step and not guide.complete and self._strip:
            self._strip.hint()

    def _say(self, error: LabError) -> None:
        sentence = visible(str(error))
        self._app.notify(sentence, severity="error", timeout=15, markup=False)
