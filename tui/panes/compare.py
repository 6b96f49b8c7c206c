"""Pane 4: one prompt, two to four models, their answers side by side, token by token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from engine.errors import RequestError
from tui.background import every
from tui.clipboard import Piece
from tui.lane import Lane
from tui.notes import Note
from tui.panes.answer_keeping import HALF_EVERY_S, AnswerKeeper
from tui.panes.answer_keeping import Lab as KeepingLab
from tui.panes.choosing import Chooser
from tui.panes.choosing import Lab as ChoosingLab
from tui.panes.compare_keys import BINDINGS, HELP
from tui.panes.pane import Contents, LabPane
from tui.panes.streaming import Lab as StreamingLab
from tui.panes.streaming import Streamer
from tui.safe_text import one_line
from tui.sampling import OF_COMPARE, Sampling
from tui.widgets.column import Column
from tui.widgets.columns import LEAST_COLUMNS, MOST_COLUMNS, Columns
from tui.widgets.inspector import Inspector
from tui.widgets.prompt_box import PromptBox
from tui.widgets.sampling_strip import SamplingStrip

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.protocol import Health
    from tui.answers import Answer
    from tui.models import Model

EXAMPLE = "Where was Mira Veklon born?"
"""The prompt that stands there at the start; a head fact of the shipped world."""


class Lab(ChoosingLab, StreamingLab, KeepingLab, Protocol):
    """What the pane needs of the app."""


class ComparePane(LabPane):
    """Prompt, settings, columns, and the token under the cursor."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="compare")
        self.lab = lab
        self.sampling = Sampling().as_set(OF_COMPARE)
        self.own_sampling: Sampling | None = None
        """See ``tui.lending``."""
        self.checkpoints: Sequence[CheckpointInfo] = ()
        self.prompt_at_start = EXAMPLE
        self._whole_prompt: bool | None = None
        self._memory: Mapping[str, Any] = {}

    def compose(self) -> ComposeResult:
        """The columns are empty until ``show_checkpoints``."""
        prompt = PromptBox(EXAMPLE, compact=True, highlight_cursor_line=False)
        prompt.border_title = "prompt"
        yield prompt
        yield SamplingStrip()
        yield Columns()
        yield Inspector()

    def on_mount(self) -> None:
        """Set what compose cannot."""
        self.columns = self.query_one(Columns)
        self.strip = self.query_one(SamplingStrip)
        self.inspector = self.query_one(Inspector)
        self.keeper = AnswerKeeper(self, self.lab, self.columns, self.columns.label)
        self.streamer = Streamer(
            self,
            self.lab,
            lambda: self.columns.all,
            self.columns.label,
            lambda column, stream: self.keeper.asked(column, stream, self.sampling),
            self.keeper.keep,
            self._all_finished,
        )
        self.chooser = Chooser(
            self.app, self.lab, self._models_here, self._choosing_for, self._put_in_column
        )
        self.strip.sampling, self.strip.chat = self.sampling, self.columns.chat
        prompt = self.query_one(PromptBox)
        prompt.move_cursor(prompt.document.end)
        prompt.focus()
        every(self, HALF_EVERY_S, self.keeper.keep_halves, "halves")

    async def on_unmount(self) -> None:
        """What has come last is kept as well."""
        await self.keeper.keep_halves()

    # Checkpoints and columns

    async def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are; those that fill a column are asked at once."""
        self.checkpoints = checkpoints
        if self._memory:
            await self._restore()
        for column in self.columns.fill(checkpoints):
            self._ask(column)
        offered = await self.columns.offer(checkpoints)
        if offered is not None:
            # All columns have other widths now, and no words on their borders fit before that.
            self.call_after_refresh(self._ask_offered, offered)

    def memory(self) -> dict[str, Any]:
        """Prompt, settings, columns, and which answers stand in them."""
        from tui.panes.compare_memory import memory_of  # Not before the first paint.

        return dict(self._memory) or memory_of(self)

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Be as it was, as soon as the checkpoints are known."""
        self._memory = memory

    async def _restore(self) -> None:
        from tui.panes.compare_memory import read, restore

        found, self._memory = read(self._memory), {}
        if found is not None:
            await restore(self, found, self.checkpoints)

    def _ask_offered(self, column: Column) -> None:
        self.columns.relabel()
        self._ask(column)

    async def action_add(self) -> None:
        """One more column, of the first checkpoint that none shows yet."""
        from tui.models import Model  # Not before the first paint.

        if len(self.columns.all) >= MOST_COLUMNS:
            self.notify(f"{MOST_COLUMNS} columns are the most. Remove one with -.")
            return
        shown = {column.lane.name for column in self.columns.all}
        unseen = [info for info in self.checkpoints if info.name not in shown]
        left = unseen or list(self.checkpoints)
        if not left:
            self.notify("There is no checkpoint to add. Train one in 1 Pipeline.")
            return
        await self.columns.add(Lane.of(Model.of_checkpoint(left[0])))

    async def action_remove(self) -> None:
        """Take the current column away; two stay."""
        if len(self.columns.all) <= LEAST_COLUMNS:
            self.notify("Two columns are the least: comparing takes two.")
            return
        self.streamer.stop(self.columns.current)
        await self.columns.take_away(self.columns.current)

    def action_choose(self) -> None:
        """Choose the current column's model from a list."""
        self.chooser.open()

    def _models_here(self) -> list[Model]:
        from tui.models import Model  # Not before the first paint.

        return [Model.of_checkpoint(info) for info in self.checkpoints]

    def _choosing_for(self) -> tuple[Model | None, str]:
        return self.columns.current.lane.model, f"model of column {self.columns.active + 1}"

    def _put_in_column(self, model: Model) -> None:
        column = self.columns.current
        if model.name != column.lane.name:
            self.streamer.stop(column)
            column.lane = Lane.of(model, own=column.lane.own)
            column.show(None, show_prompt=True)
            self.columns.label(column)
            self._ask(column)

    def put_beside(self, names: Sequence[str]) -> list[str]:
        """Show checkpoints in the first columns, unless there is none of one of the names.

        Returns:
            The names that there is no checkpoint of.
        """
        models = {model.name: model for model in self._models_here()}
        missing = [name for name in names if name not in models]
        for column, name in zip(self.columns.all, () if missing else names, strict=False):
            self.columns.go_to(column)
            self._put_in_column(models[name])
        return missing

    @on(Column.ChoiceWanted)
    def choice_wanted(self, event: Column.ChoiceWanted) -> None:
        """By mouse, on a column's name."""
        self.columns.go_to(event.column)
        self.action_choose()

    def action_column(self, by: int) -> None:
        """Go to the next or previous column."""
        self.columns.step(by)

    def column_names(self) -> list[str]:
        """The models on screen."""
        return [column.lane.name for column in self.columns.all]

    # Asking

    @on(PromptBox.Sent)
    def action_send(self) -> None:
        """Send the prompt to every column."""
        self.keeper.send()
        for column in self.columns.all:
            self._ask(column)

    def action_reseed(self) -> None:
        """Ask again with the next seed, own settings included."""
        self.use(self.sampling.reseeded())
        for column in self.columns.all:
            if column.lane.own is not None:
                column.lane.own = column.lane.own.reseeded()
        self.action_send()

    def action_stop(self) -> None:
        """Stop every answer that is on its way."""
        for column in self.columns.all:
            self.streamer.stop(column)

    @on(SamplingStrip.ModeClicked)
    def action_mode(self) -> None:
        """Switch between raw text and chat, for what is sent from now on."""
        self.columns.chat = self.strip.chat = not self.columns.chat
        self.columns.relabel()

    def _ask(self, column: Column) -> None:
        from tui.answers import Answer  # Not before the first paint.

        if column.lane.model is None:
            return  # It says that there is none, and how to make one.
        prompt = self.query_one(PromptBox).text
        if not prompt.strip():
            column.say(Note("dim", "The prompt is empty. Type something to go on from."))
            return
        try:
            request = column.lane.request(prompt, chat=self.columns.chat, shared=self.sampling)
        except RequestError as error:
            column.show(None, show_prompt=True)
            column.say(Note("error", f"✗ {error}"))
            return
        self._start(column, Answer(request))

    def _start(self, column: Column, answer: Answer) -> None:
        whole = not answer.chat if self._whole_prompt is None else self._whole_prompt
        self.streamer.start(column, answer, show_prompt=whole)

    def engine_words(self, words: str) -> None:
        """Say in the columns that wait for the engine what is being waited for."""
        for column in self.columns.all:
            if column.lane.is_waiting() and column.lane.server is None:
                column.say(Note("dim", words))

    def engine_health(self, health: Health) -> None:
        """Take what the engine says of itself, every few seconds."""
        if self.columns.device != health.device:
            self.columns.device = health.device
            self.columns.relabel()
        own = [c for c in self.columns.all if c.lane.is_live() and c.lane.server is None]
        others = health.active_requests - len(own)
        if others > 0:
            requests = "1 other request" if others == 1 else f"{others} other requests"
            self.engine_words(f"Waiting: the engine has {requests} to answer as well.")

    # Settings

    @on(SamplingStrip.Clicked)
    def action_sampling(self) -> None:
        """Change the settings that all columns share."""
        from tui.screens.sampling_form import SamplingForm

        def chosen(sampling: Sampling | None) -> None:
            if sampling is not None:
                self.use(sampling)
                self.action_send()

        self.app.push_screen(SamplingForm(self.sampling, "sampling · all columns"), chosen)

    def action_own(self) -> None:
        """Give the current column settings of its own, or take them away again."""
        from tui.screens.sampling_form import SamplingForm

        column = self.columns.current

        def chosen(sampling: Sampling | None) -> None:
            if sampling is not None:
                column.lane.own = sampling
                self._ask(column)

        if column.lane.own is None:
            heading = f"sampling · only {one_line(column.lane.name)}"
            self.app.push_screen(SamplingForm(self.sampling, heading), chosen)
        else:
            column.lane.own = None
            self._ask(column)

    def use(self, sampling: Sampling) -> None:
        """Draw by these settings from now on."""
        self.sampling = self.strip.sampling = sampling

    # Tokens

    @on(Column.Selected)
    def selected(self, event: Column.Selected) -> None:
        """Show the token under the cursor."""
        if event.column is self.columns.current or event.column.cursor is not None:
            self._inspect(event.column)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The token of the column that has the focus."""
        if isinstance(event.widget, Column):
            self._inspect(event.widget)

    def _inspect(self, column: Column) -> None:
        place, server = "", column.lane.server or ""
        if column.cursor is not None and column.transcript is not None:
            index = column.transcript.answer_index(column.cursor)
            number = "prompt" if index is None else f"token {index[1] + 1}"
            place = f"{one_line(column.lane.name)} · {number}"
        self.inspector.inspect(column.token, place, server)

    @on(Column.AlternativesWanted)
    def open_alternatives(self) -> None:
        """Go to the list of alternatives (on a low screen it appears now)."""
        if self.columns.current.token is not None:
            self.add_class("-inspecting")
            self._inspect(self.columns.current)
            self.inspector.focus()

    @on(Inspector.Left)
    def close_alternatives(self) -> None:
        """Back to the text."""
        self.remove_class("-inspecting")
        self.columns.current.focus()

    @on(Inspector.Chosen)
    def go_on_from(self, event: Inspector.Chosen) -> None:
        """Write the current answer again with another token in the cursor's place."""
        column = self.columns.current
        answer, cursor, transcript = column.answer, column.cursor, column.transcript
        index = transcript.answer_index(cursor) if transcript and cursor else None
        if answer is None or index is None:
            return
        if column.lane.server is not None:
            self.notify(
                f"{column.lane.server} takes text, not tokens: only the lab's own engine can go on "
                "from another token.",
                severity="warning",
                markup=False,
            )
            return
        self.close_alternatives()
        self._start(column, answer.branch(*index, event.alternative))

    def action_prompt(self) -> None:
        """Show or hide the prompt as the model saw it, special tokens included."""
        self._whole_prompt = not self.columns.current.show_prompt
        for column in self.columns.all:
            column.show(column.answer, show_prompt=self._whole_prompt)

    def under_cursor(self) -> Piece | None:
        """The current answer."""
        column = self.columns.current
        text = "\n\n".join(row.text for row in column.answer.rows) if column.answer else ""
        return Piece(column.lane.name, text)

    def contents(self) -> Contents | None:
        """The prompt and what each column says."""
        from tui.export.compare import contents_of  # Not before the first paint.

        return contents_of([column.lane for column in self.columns.all])

    def _all_finished(self) -> None:
        """Nobody has chosen a token yet: show where the last column was least certain."""
        columns = self.columns.all
        answer, transcript = columns[-1].answer, columns[-1].transcript
        if answer is None or transcript is None or any(c.cursor for c in columns):
            return
        tokens = answer.rows[0].tokens
        if answer.state == "done" and tokens:
            index = max(range(len(tokens)), key=lambda i: tokens[i].entropy or 0.0)
            columns[-1].select(transcript.address_of(0, index))

    # Focus

    def action_edit(self) -> None:
        """Go to the prompt."""
        self.query_one(PromptBox).focus()

    @on(PromptBox.Left)
    def leave_prompt(self) -> None:
        """Escape in the prompt: stop what runs, and go to the columns.

        Both at once: an answer may end at any moment, and where keys go must not hang on it.
        """
        self.action_stop()
        self.columns.current.focus()
