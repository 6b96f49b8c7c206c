"""Pane 4: one prompt, two to four checkpoints, their answers side by side, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from engine.errors import RequestError
from tui.answers import Answer
from tui.lane import Lane
from tui.panes.streaming import Lab, Streamer
from tui.sampling import Sampling
from tui.screens.picker import CheckpointPicker
from tui.screens.sampling_form import SamplingForm
from tui.transcript import Note
from tui.widgets.column import Column
from tui.widgets.inspector import Inspector
from tui.widgets.prompt_box import PromptBox
from tui.widgets.sampling_strip import SamplingStrip

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo

EXAMPLE = "Where was Mira Veklon born?"
"""The prompt that stands there at the start; a head fact of the shipped world."""

MOST_COLUMNS = 4
LEAST_CELLS = 36
"""A column narrower than this reads badly: then one column is shown at a time."""


class ComparePane(Vertical):
    """Prompt, settings, columns, and the token under the cursor."""

    HELP = """
# Compare

One prompt goes to all columns at once. In **chat** mode an assistant gets it as a conversation and
a base model, which has never seen one, as raw text; the head of each column says which.

A question about the pocket web has a known answer: under the text stands whether it was met, and on
how many pages the fact stood.

Move to a column, then pick any token with the arrow keys or the mouse.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", id="compare.stop"),
        Binding("ctrl+r,n", "reseed", "another seed", key_display="^r", id="compare.reseed"),
        Binding("ctrl+t,m", "mode", "raw/chat", key_display="^t", id="compare.mode"),
        Binding("f2,s", "sampling", "sampling", key_display="F2", id="compare.sampling"),
        Binding("o", "own", "own sampling", id="compare.own"),
        Binding("c", "choose", "checkpoint", id="compare.choose"),
        Binding("plus", "add", "add column", show=False, id="compare.add"),
        Binding("minus", "remove", "remove column", show=False, id="compare.remove"),
        Binding("right_square_bracket", "column(1)", "next column", key_display="]", id="compare.next"),
        Binding("left_square_bracket", "column(-1)", "previous column", show=False, id="compare.previous"),
        Binding("v", "prompt", "show the prompt's tokens", show=False, id="compare.prompt"),
        Binding("y", "copy", "copy the answer", show=False, id="compare.copy"),
        Binding("slash,p", "edit", "edit the prompt", show=False, id="compare.edit"),
    ]  # fmt: skip

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="compare")
        self.lab = lab
        self.sampling = Sampling()
        self.chat = True
        self.checkpoints: Sequence[CheckpointInfo] = ()
        self.active = 0
        self._whole_prompt: bool | None = None

    def compose(self) -> ComposeResult:
        """Two empty columns; ``show_checkpoints`` fills them."""
        prompt = PromptBox(EXAMPLE, show_line_numbers=False, compact=True, highlight_cursor_line=False)
        prompt.border_title = "prompt"
        yield prompt
        yield SamplingStrip()
        with Horizontal(id="columns"):
            for name in ("base", "sft"):
                column = Column(Lane(name))
                column.say(Note("dim", "Looking for checkpoints."))
                yield column
        yield Inspector()

    def on_mount(self) -> None:
        """Set what compose cannot."""
        self.streamer = Streamer(
            self, self.lab, lambda: self.columns, self._label, self._all_finished
        )
        self.query_one(SamplingStrip).sampling = self.sampling
        prompt = self.query_one(PromptBox)
        prompt.move_cursor(prompt.document.end)
        prompt.focus()
        self._arrange()

    @property
    def columns(self) -> list[Column]:
        """From left to right."""
        return list(self.query(Column))

    @property
    def current(self) -> Column:
        """The column that had the focus last."""
        return self.columns[min(self.active, len(self.columns) - 1)]

    # Checkpoints and columns

    def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are; at the first time, fill the columns and ask."""
        first = not self.checkpoints
        self.checkpoints = checkpoints
        by_name = {info.name: info for info in checkpoints}
        for column in self.columns:
            if first:
                stage = column.lane.name
                named = [i for i in checkpoints if i.stage == stage and i.preset == "nano"]
                found = named or [i for i in checkpoints if i.stage == stage]
                column.lane = Lane(found[0].name, found[0]) if found else Lane(stage)
            column.lane.checkpoint = by_name.get(column.lane.name, column.lane.checkpoint)
            self._label(column)
        if first and checkpoints:
            self.action_send()
        elif not checkpoints:
            for column in self.columns:
                column.say(
                    Note("dim", f"There is no {column.lane.name} checkpoint yet."),
                    Note("dim", "Train one in 1 Pipeline: press 1, choose the stage, press t."),
                )

    async def action_add(self) -> None:
        """One more column, of the first checkpoint that none shows yet."""
        if len(self.columns) >= MOST_COLUMNS:
            self.notify(f"{MOST_COLUMNS} columns are the most. Remove one with −.")
            return
        shown = {column.lane.name for column in self.columns}
        left = [info for info in self.checkpoints if info.name not in shown] or list(self.checkpoints)
        if not left:
            self.notify("There is no checkpoint to add. Train one in 1 Pipeline.")
            return
        column = Column(Lane(left[0].name, left[0]))
        column.say(Note("dim", "Press enter in the prompt to ask this one too."))
        await self.query_one("#columns").mount(column)
        self._arrange()
        column.focus()

    async def action_remove(self) -> None:
        """Take the current column away; two stay."""
        if len(self.columns) <= 2:
            self.notify("Two columns are the least: comparing takes two.")
            return
        self.streamer.stop(self.current)
        await self.current.remove()
        self.active = min(self.active, len(self.columns) - 1)
        self._arrange()
        self.current.focus()

    def action_choose(self) -> None:
        """Choose the current column's checkpoint from a list."""
        column = self.current

        def chosen(name: str | None) -> None:
            if name is not None and name != column.lane.name:
                self.streamer.stop(column)
                infos = [info for info in self.checkpoints if info.name == name]
                column.lane = Lane(name, infos[0] if infos else None, own=column.lane.own)
                column.show(None, show_prompt=True)
                self._label(column)
                self._ask(column)

        heading = f"checkpoint of column {self.active + 1}"
        self.app.push_screen(CheckpointPicker(self.checkpoints, column.lane.name, heading), chosen)

    # Asking

    def action_send(self) -> None:
        """Send the prompt to every column."""
        for column in self.columns:
            self._ask(column)

    def action_reseed(self) -> None:
        """Ask again with the next seed, own settings included."""
        self._use(self.sampling.reseeded())
        for column in self.columns:
            if column.lane.own is not None:
                column.lane.own = column.lane.own.reseeded()
        self.action_send()

    def action_stop(self) -> None:
        """Stop every answer that is on its way."""
        for column in self.columns:
            self.streamer.stop(column)

    def action_mode(self) -> None:
        """Switch between raw text and chat."""
        self.chat = not self.chat
        self.query_one(SamplingStrip).chat = self.chat
        for column in self.columns:
            self._label(column)

    def _ask(self, column: Column) -> None:
        prompt = self.query_one(PromptBox).text
        if not prompt.strip():
            self.notify("The prompt is empty. Type something to go on from.", severity="warning")
            return
        try:
            request = column.lane.request(prompt, chat=self.chat, shared=self.sampling)
        except RequestError as error:
            column.say(Note("error", f"✗ {error}"))
            return
        self._start(column, Answer(request))

    def _start(self, column: Column, answer: Answer) -> None:
        whole = not answer.chat if self._whole_prompt is None else self._whole_prompt
        self.streamer.start(column, answer, show_prompt=whole)

    # Settings

    def action_sampling(self) -> None:
        """Change the settings that all columns share."""

        def chosen(sampling: Sampling | None) -> None:
            if sampling is not None:
                self._use(sampling)
                self.action_send()

        self.app.push_screen(SamplingForm(self.sampling, "sampling · all columns"), chosen)

    def action_own(self) -> None:
        """Give the current column settings of its own, or take them away again."""
        column = self.current
        if column.lane.own is not None:
            column.lane.own = None
            self._label(column)
            self._ask(column)
            return

        def chosen(sampling: Sampling | None) -> None:
            if sampling is not None:
                column.lane.own = sampling
                self._label(column)
                self._ask(column)

        heading = f"sampling · only {column.lane.name}"
        self.app.push_screen(SamplingForm(self.sampling, heading), chosen)

    def _use(self, sampling: Sampling) -> None:
        self.sampling = self.query_one(SamplingStrip).sampling = sampling

    # Tokens

    @on(Column.Selected)
    def selected(self, event: Column.Selected) -> None:
        """Show the token under the cursor."""
        column = event.column
        if column in self.columns and (column is self.current or column.cursor is not None):
            self._inspect(column)

    def _inspect(self, column: Column) -> None:
        place = ""
        if column.cursor is not None and column.transcript is not None:
            index = column.transcript.answer_index(column.cursor)
            place = f"{column.lane.name} · " + ("prompt" if index is None else f"token {index[1] + 1}")
        self.query_one(Inspector).inspect(column.token, place)

    @on(Column.AlternativesWanted)
    def open_alternatives(self) -> None:
        """Go to the list of alternatives (on a low screen it appears now)."""
        if self.current.token is not None:
            self.add_class("-inspecting")
            self._inspect(self.current)
            self.query_one(Inspector).focus()

    @on(Inspector.Left)
    def close_alternatives(self) -> None:
        """Back to the text."""
        self.remove_class("-inspecting")
        self.current.focus()

    @on(Inspector.Chosen)
    def go_on_from(self, event: Inspector.Chosen) -> None:
        """Write the current answer again with another token in the cursor's place."""
        column = self.current
        answer, cursor, transcript = column.answer, column.cursor, column.transcript
        index = transcript.answer_index(cursor) if transcript and cursor else None
        if answer is None or index is None:
            self.notify("The prompt's tokens were not drawn. Edit the prompt instead.")
            return
        self.close_alternatives()
        self._start(column, answer.branch(*index, event.alternative))

    def action_prompt(self) -> None:
        """Show or hide the prompt as the model saw it, special tokens included."""
        answer = self.current.answer
        shown = self.current.show_prompt if answer is not None else True
        self._whole_prompt = not shown
        for column in self.columns:
            column.show(column.answer, show_prompt=self._whole_prompt)

    def action_copy(self) -> None:
        """Copy the current answer (through the terminal, so also over SSH)."""
        answer = self.current.answer
        text = "\n\n".join(row.text for row in answer.rows) if answer else ""
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {len(text)} characters of {self.current.lane.name}.")

    # Focus and layout

    def action_column(self, by: int) -> None:
        """Go to the next or previous column."""
        self.active = (self.active + by) % len(self.columns)
        self._arrange()
        self.current.focus()

    def action_edit(self) -> None:
        """Go to the prompt."""
        self.query_one(PromptBox).focus()

    @on(PromptBox.Sent)
    def send(self) -> None:
        """Enter in the prompt."""
        self.action_send()

    @on(PromptBox.Left)
    def leave_prompt(self) -> None:
        """Escape in the prompt: stop what runs, else go to the columns."""
        if self.streamer.running:
            self.action_stop()
        else:
            self.current.focus()

    @on(SamplingStrip.Clicked)
    def strip_clicked(self) -> None:
        """By mouse."""
        self.action_sampling()

    @on(SamplingStrip.ModeClicked)
    def mode_clicked(self) -> None:
        """By mouse."""
        self.action_mode()

    @on(Column.ChoiceWanted)
    def choice_wanted(self, event: Column.ChoiceWanted) -> None:
        """By mouse, on a column's name."""
        self.active = self.columns.index(event.column)
        self._arrange()
        self.action_choose()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The column that has the focus is the current one."""
        if isinstance(event.widget, Column):
            self.active = self.columns.index(event.widget)
            self._arrange()
            self._inspect(event.widget)

    def on_resize(self) -> None:
        """Side by side where there is room, else one column at a time."""
        self._arrange()

    def _arrange(self) -> None:
        columns = self.columns
        tabbed = bool(self.size.width) and self.size.width // len(columns) < LEAST_CELLS
        self.set_class(tabbed, "-tabs")
        for column in columns:
            column.set_class(column is self.current, "-current")
            self._label(column)

    def _label(self, column: Column) -> None:
        columns = self.columns
        if column in columns:
            number = f"{columns.index(column) + 1}/{len(columns)} " if self.has_class("-tabs") else ""
            column.label(chat=self.chat, number=number)

    def _all_finished(self) -> None:
        """Nobody has chosen a token yet: show where the last column was least certain."""
        column = self.columns[-1]
        answer, transcript = column.answer, column.transcript
        if answer is None or transcript is None or any(c.cursor for c in self.columns):
            return
        tokens = answer.rows[0].tokens
        if answer.state == "done" and tokens and self.app.focused is not column:
            index = max(range(len(tokens)), key=lambda i: tokens[i].entropy or 0.0)
            column.select(transcript.address_of(0, index))

    def engine_words(self, words: str) -> None:
        """Say in the waiting columns what is being waited for."""
        for column in self.columns:
            stream = column.lane.stream
            if stream is not None and stream.answer.state == "waiting" and stream.live:
                column.say(Note("dim", words))

    def title_of(self) -> Content:
        """For the top bar: the checkpoints side by side."""
        return Content(" | ".join(column.lane.name for column in self.columns))
