"""The frame of the lab: top bar, panes, status line, footer; the engine behind them.

The first frame is painted before anything slow is imported or started; the rest follows from
``_after_first_paint``. Nothing here blocks: files are read in threads, tokens come over a socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from engine.errors import LabError
from tui.background import in_background
from tui.crash import Crashes
from tui.doors import Doors
from tui.engine_care import EngineCare
from tui.keys.frame_keys import BINDINGS
from tui.keys.lab_keys import LabKeys
from tui.lab_watch import LabWatch
from tui.leaving import draw_when_resumed, leave_when_asked
from tui.panes.compare import ComparePane
from tui.panes.pane import LabPane
from tui.remembering import Remembering
from tui.safe_text import visible
from tui.settings.live import LiveSettings
from tui.start import allocate_sparingly, settle
from tui.themes import lab_variables
from tui.widgets.prompt_box import PromptBox
from tui.widgets.status_line import StatusLine, engine_words
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.driver import Driver
    from textual.filter import LineFilter

    from engine.protocol import EngineStatus, Health
    from tui.course.desk import CourseDesk
    from tui.importing import ImportJob
    from tui.journal import Told
    from tui.panes.chat import ChatPane
    from tui.panes.data import DataPane
    from tui.panes.pipeline import PipelinePane
    from tui.panes.probes import ProbesPane
    from tui.panes.rl import RlPane
    from tui.panes.runs import RunsPane
    from tui.panes.tokens import TokensPane
    from tui.services import Engine, Funnels, Probes, Servers, Services, Source, Truth
    from tui.state.state import State

SMALL_WIDTH, SMALL_HEIGHT = 80, 24
"""Below these a notice says that something is cut (``tui.screens.small_terminal``)."""
NARROW_BELOW, LOW_BELOW = 100, 30


def _lab_commands() -> type[Provider]:
    from tui.commands import LabCommands

    return LabCommands


class LabApp(Doors):
    """The terminal lab.

    Args:
        services: what the app reaches for outside of itself; tests pass scripted ones.
        given: settings by key that the command line says for this visit.
    """

    TITLE = "llmlab"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_lab_commands}
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS
    BINDING_GROUP_TITLE = "Everywhere"

    def __init__(
        self, services: Services | None = None, given: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._given_services = services
        self.crashes = Crashes(self)
        self.remembering = Remembering(self)
        self.keys = LabKeys(self)
        self.lab_watch = LabWatch(self)
        self.watch_runs = self.lab_watch.runs
        self.shown_pane = "compare"
        self.small_is_fine = False
        """Whether somebody went on in a terminal that is too small."""
        self.top_bar, self.status_line = TopBar(), StatusLine()
        self.compare, self._panes = ComparePane(self), Container(id="panes")
        self.engine_care = EngineCare(self)
        self._truth: Truth | None = None
        self._funnels: Funnels | None = None
        self._servers: Servers | None = None
        self.import_job: ImportJob | None = None
        self.settings = LiveSettings(self, given or {})

    @property
    def state(self) -> State:
        """What is kept from one visit to the next."""
        return self.remembering.state

    @cached_property
    def course(self) -> CourseDesk:
        """The guided course; imported after the first paint."""
        from tui.course.desk import CourseDesk

        return CourseDesk(self)

    @cached_property
    def services(self) -> Services:
        """What is outside of the app; the real ones are imported when first asked for."""
        if self._given_services is not None:
            return self._given_services
        from tui.services import real_services

        return real_services()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What finished lines go through: no colours, or ASCII only."""
        return self.settings.filters(super().get_line_filters())

    def get_css_variables(self) -> dict[str, str]:
        """Textual's variables and the hues of the stages."""
        variables = super().get_css_variables()
        return {**variables, **lab_variables(self.current_theme, variables)}

    def get_driver_class(self) -> type[Driver]:
        """Textual's for this system; on Linux and macOS one that no input can end."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from tui.driver import LabDriver

        return LabDriver

    def compose(self) -> ComposeResult:
        """The frame with the first pane; the other is made when it is first gone to."""
        yield self.top_bar
        with self._panes:
            yield self.compare
        yield self.status_line
        yield Container(id="footer")

    def on_resize(self, event: events.Resize) -> None:
        """Mark narrow and low terminals for the stylesheet; say so where one is too small.

        Textual's breakpoints would do the same, but set a class at every size: that styles the
        whole tree a second time before the first paint. At common sizes these set none.
        """
        width, height = event.size
        frame = self.default_screen
        frame.set_class(width < NARROW_BELOW, "-narrow")
        frame.set_class(height < LOW_BELOW, "-low")
        if self.small_is_fine or width < SMALL_WIDTH or height < SMALL_HEIGHT:
            from tui.screens.small_terminal import mind_the_size

            mind_the_size(self, event.size)

    def on_mount(self) -> None:
        """Leave the slow part for after the first paint."""
        self.top_bar.pane = self.shown_pane
        self.settings.begin()
        if not self.is_headless:
            leave_when_asked(self)
            draw_when_resumed(self)
        self.call_after_refresh(self._after_first_paint)

    async def _after_first_paint(self) -> None:
        settle()
        if not self.is_headless:
            allocate_sparingly()
        from tui.widgets.key_line import KeyLine

        await self.query_one("#footer").mount(KeyLine())
        in_background(self, self.keys.read, "keys")
        in_background(self, self._bring_up, "start")

    async def _bring_up(self) -> None:
        await asyncio.to_thread(self.services.prepare)
        self.engine_care.begin()
        await self.remembering.begin()
        self.lab_watch.begin()
        self.revive()
        await self.lab_watch.look_first()
        await self.remembering.go_back()
        in_background(self, self._greet_servers, "servers", only=True)
        in_background(self, self.course.greet, "course")

    # The engine

    async def connected(self) -> Engine:
        """The client of the engine, once its imports are done."""
        return await self.engine_care.connected()

    def revive(self) -> None:
        """Start the engine, or start it again; harmless while it runs."""
        self.engine_care.revive()

    def engine_health(self, health: Health | None) -> None:
        """Show how the engine does; None: it was just found gone."""
        self.status_line.health = health
        self.summarise()
        if health is not None:
            self.compare.engine_health(health)

    def engine_changed(self, status: EngineStatus) -> None:
        """Show that it starts, answers or is lost."""
        self.status_line.status = status
        words = f"Waiting: {engine_words(status, None)}."
        self.compare.engine_words(words)
        chat = self.chat
        if chat is not None:
            chat.engine_words(words)

    def summarise(self) -> None:
        """Say to the right of the panes' names what runs on what."""
        health = self.status_line.health
        names = [c.lane.name for c in self.compare.columns.all if c.lane.server is None]
        words = [*dict.fromkeys(name.split("/")[0] for name in names if "/" in name)]
        if health is not None:
            words += [health.device, f"{health.threads} thread{'s' * (health.threads != 1)}"]
        self.top_bar.summary = " · ".join(words)

    # Other servers

    @property
    def servers(self) -> Servers:
        """The servers that are connected."""
        if self._servers is None:
            self._servers = self.services.servers()
        return self._servers

    async def source(self, server: str | None) -> Source:
        """Who answers for a server's models, or for the lab's own (None)."""
        return await self.connected() if server is None else self.servers.source(server)

    async def _greet_servers(self) -> None:
        try:
            await self.servers.refresh()
        except LabError as error:
            self.notify(visible(str(error)), severity="warning", markup=False)

    async def forget_server(self, name: str) -> None:
        """Disconnect a server; columns that show its models keep their text."""
        try:
            await self.servers.disconnect(name)
        except LabError as error:
            self.notify(visible(str(error)), severity="error", markup=False)

    # Imports

    def start_import(self, origin: str, name: str) -> ImportJob:
        """Begin to import a model as a process of its own."""
        from tui.importing import ImportJob, carry_out

        job = self.import_job = ImportJob(self.services.import_command, origin, name)
        in_background(self, partial(carry_out, self, job), "import")
        return job

    # What is on disk

    def truth(self) -> Truth:
        """Whoever knows what is true in the pocket web; started when first asked."""
        if self._truth is None:
            self._truth = self.services.truth()
        return self._truth

    def probes(self) -> Probes:
        """The probes on disk."""
        return self.services.probes()

    def funnels(self) -> Funnels:
        """The runs of the data funnel on disk."""
        if self._funnels is None:
            self._funnels = self.services.funnels()
        return self._funnels

    def build_command(self) -> tuple[str, ...]:
        """What writes the pocket web's crawl."""
        return self.services.build_command

    def whatif_command(self) -> tuple[str, ...]:
        """What holds a sample of a run's pages, but for the run's folder."""
        return self.services.whatif_command

    # Panes

    def look_again(self) -> None:
        """Read the runs now."""
        self.lab_watch.look_again()

    def _gone_to(self, pane: str) -> Any:
        """A pane, once it has been gone to: their modules are imported when they are made."""
        # Asked again and again: a query would walk through every widget there is.
        return next((each for each in self._panes.children if each.id == pane), None)

    @property
    def pipeline(self) -> PipelinePane | None:
        """Pane 1, once it has been gone to; so are the others."""
        return cast("PipelinePane | None", self._gone_to("pipeline"))

    @property
    def data_pane(self) -> DataPane | None:
        """Pane 2."""
        return cast("DataPane | None", self._gone_to("data"))

    @property
    def tokens_pane(self) -> TokensPane | None:
        """Pane 3."""
        return cast("TokensPane | None", self._gone_to("tokens"))

    @property
    def chat(self) -> ChatPane | None:
        """Pane 5."""
        return cast("ChatPane | None", self._gone_to("chat"))

    @property
    def probes_pane(self) -> ProbesPane | None:
        """Pane 6."""
        return cast("ProbesPane | None", self._gone_to("probes"))

    @property
    def rl_pane(self) -> RlPane | None:
        """Pane 7."""
        return cast("RlPane | None", self._gone_to("rl"))

    @property
    def runs_pane(self) -> RunsPane | None:
        """Pane 8."""
        return cast("RunsPane | None", self._gone_to("runs"))

    async def action_pane(self, name: str) -> None:
        """Go to a pane."""
        panes = self.query_one("#panes")
        if not panes.query(f"#{name}"):
            from tui.panes.making import new_pane

            pane = new_pane(self, name)
            await panes.mount(pane)
            await self.remembering.recall(pane)
        if self.default_screen.selections:
            self.default_screen.clear_selection()  # What is marked in a pane is of that pane.
        self.shown_pane = self.top_bar.pane = name
        shown = self.query_one(f"#{name}", LabPane)
        if shown not in getattr(self.default_screen.focused, "ancestors_with_self", ()):
            # Some panes take the focus only once they are laid out: until then keys are nobody's,
            # and not those of the pane that was left.
            self.default_screen.set_focus(None)
        for child in panes.children:
            child.display = child.id == name
        shown.focus_view()
        self.remembering.note()
        self.look_again()

    async def ask_in_compare(self, question: str) -> None:
        """Go to Compare with a question in its prompt; enter sends it."""
        self.compare.query_one(PromptBox).text = question
        await self.action_pane("compare")

    # The course

    def action_course(self, what: str = "open") -> None:
        """Open the course, or do what a click on its strip asks for."""
        self.course.act(what)

    def on_told(self, event: Told) -> None:
        """A pane tells what came true in it."""
        self.course.take(event.fact)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's way to end an app whose handler has failed; it has no public name."""
        ending = self.crashes.fatal(error)
        # Who drives the app without a terminal wants the error itself.
        super()._handle_exception(error if self.is_headless else ending)

    def on_exit_app(self) -> None:
        """The last moment at which panes can say where they are."""
        self.remembering.note()

    async def on_unmount(self) -> None:
        """Leave: the engine and the trainings stay."""
        # From the last to the first, and each of them whatever happens to the others.
        async with AsyncExitStack() as parts:
            if self._truth is not None:
                parts.push_async_callback(self._truth.close)
            if self._funnels is not None:
                parts.push_async_callback(asyncio.to_thread, self._funnels.close)
            if self._servers is not None:
                parts.push_async_callback(self._servers.close)
            parts.push_async_callback(self.engine_care.close)
            parts.push_async_callback(self.remembering.close)
