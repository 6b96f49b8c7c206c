"""Pane 3: what a model sees instead of letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from engine.errors import LabError
from tui import telling
from tui.background import in_background
from tui.clipboard import Piece
from tui.format import grouped
from tui.panes.pane import Contents, LabPane
from tui.panes.tokens_keys import BINDINGS, HELP
from tui.panes.tokens_opening import Opener
from tui.panes.tokens_working import Learner, Replayer, Talker
from tui.safe_text import visible
from tui.tokens.about_text import seat_words, title
from tui.tokens.buffer import MOST_CHARACTERS
from tui.tokens.desk import MOST_SEATS, Desk, Seat
from tui.tokens.examples import EXAMPLES
from tui.tokens.names import FIRST, offered, trained
from tui.widgets.token_chat import TokenChat
from tui.widgets.token_head import TokenHead, View
from tui.widgets.token_merges import TokenMerges
from tui.widgets.token_pad import TokenPad
from tui.widgets.token_spelling import TokenSpelling
from tui.widgets.token_views import OF_TEXT, TokenViews

if TYPE_CHECKING:
    from engine.conversation import Turn
    from engine.manifest import CheckpointInfo
    from engine.vocab.incremental import Change
    from tui.services import Services


MOST_REMEMBERED = 20_000
"""Characters of a text that is brought back at the next start; a longer one came from a file."""


class Lab(Protocol):
    """What the pane needs of the app."""

    @property
    def services(self) -> Services:
        """What is outside of the app."""
        ...

    async def ask_in_compare(self, question: str) -> None:
        """Go to Compare with a question in its prompt."""
        ...


class TokensPane(LabPane):
    """A head and the views."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("tokens.tcss").read_text("utf-8")
    SCOPED_CSS = False
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab, checkpoints: Sequence[CheckpointInfo]) -> None:
        super().__init__(id="tokens")
        self.lab, self.checkpoints = lab, checkpoints
        self.desk = desk = Desk(EXAMPLES[0].text, FIRST)
        self.head, self.views = TokenHead(), TokenViews(desk)
        self.opener = Opener(self, desk, lab.services.tokenizer, self._changed, self._edited)
        self.replayer = Replayer(self, desk, self.views.merges)
        self.talker = Talker(self, desk, self.views.chat, self._show_head)
        self.learner = Learner(self, desk, self.views.train, self._learning_is_seen)
        self._example = 0

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.head
        yield self.views

    def on_mount(self) -> None:
        """Open the tokenizers that are there at the start."""
        self.views.go_to("text")
        self._show_head()
        for seat in self.desk.seats:
            self.opener.open(seat)

    def on_resize(self) -> None:
        """How much of the title fits depends on the width."""
        self._show_head()

    def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are."""
        self.checkpoints = checkpoints

    # What is shown

    @property
    def view(self) -> View:
        """The one that is shown."""
        return self.views.view

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        self.views.focus_view()

    def _learning_is_seen(self) -> bool:
        return self.view == "train" and self.display

    def _changed(self, seat: Seat) -> None:
        """A seat has another state, or another cut."""
        if seat in self.desk.seats and self.is_attached:  # Else it was taken away meanwhile.
            self.views.show_seat(seat)
            if seat is self.desk.seat:
                self._show_beside()
                telling.cut(self, self.desk)
            self._show_head()

    def _edited(self, seat: Seat, change: Change) -> None:
        """Some of a seat's tokens have changed."""
        self.views.edited(seat, change)
        if seat is self.desk.seat:
            telling.cut(self, self.desk)
        self._show_head()

    def _show(self) -> None:
        """Draw the view anew."""
        self.views.show()
        self._show_beside()
        self._show_head()

    def _show_beside(self) -> None:
        """What is not the text follows the chosen tokenizer as well."""
        if self.view == "merges":
            self.replayer.again()
        elif self.view == "chat":
            self.talker.show()

    @on(TokenViews.Turned)
    def _show_head(self) -> None:
        desk, views = self.desk, self.views
        notes = ["ids"] if desk.as_ids else ["blanks shown"] if desk.blanks else []
        if self.view in OF_TEXT:
            line = title(desk, (self.size.width or 80) - 3)
            notes += ["writing"] if views.focused_pad.writing else []
        else:
            line, notes = seat_words(desk.seat), []
        if self.view == "chat" and views.chat.written:
            n = len(views.chat.written)
            n_counted = sum(each.counted is True for each in views.chat.written)
            line += Content(f"   {grouped(n)} tokens, ")
            line += Content(f"of which the loss counts {grouped(n_counted)}, {n_counted / n:.0%}")
        self.head.show(line, self.view, notes)

    @on(TokenPad.Turned)
    def turned(self) -> None:
        """Writing begins or ends."""
        self._show_head()

    @on(TokenPad.Overfull)
    def overfull(self) -> None:
        """More was pasted than there is room for."""
        self.notify(
            f"The text is full: it can have {grouped(MOST_CHARACTERS)} characters, and what was "
            "beyond them was left out. llmlab tokenize takes longer ones.",
            severity="warning",
            timeout=10,
            markup=False,
        )

    # Views

    @on(TokenHead.Clicked)
    def head_clicked(self, event: TokenHead.Clicked[View]) -> None:
        """A view's name."""
        self.action_view(event.view)

    def action_view(self, view: View) -> None:
        """Go to a view."""
        self.views.go_to(view)
        if view == "merges":
            self.replayer.at_cursor()
        elif view == "chat":
            self.talker.show()
        elif view == "train":
            self.learner.begin()
        self._show_head()
        self.refresh_bindings()
        self.focus_view()

    def action_back(self) -> None:
        """Escape: back to the text."""
        if self.view != "text":
            self.action_view("text")

    def action_blanks(self) -> None:
        """Show blanks as dots, or not."""
        self.desk.blanks, self.desk.as_ids = not self.desk.blanks, False
        self.desk.redraw()
        self._show()

    def action_ids(self) -> None:
        """Show ids in place of text, or not."""
        self.desk.as_ids = not self.desk.as_ids
        self.desk.redraw()
        self._show()

    def action_example(self) -> None:
        """Another text, or conversation; ctrl+z brings the text before back."""
        if self.view == "chat":
            self.notify(self.talker.next_example(), markup=False)
            return
        self._example = (self._example + 1) % len(EXAMPLES)
        example = EXAMPLES[self._example]

        async def work() -> None:
            text = await asyncio.to_thread(example.make) if example.make else example.text
            self.desk.buffer.replace(text)
            self.views.focused_pad.show_cursor()

        self.notify(example.shows, markup=False)
        in_background(self, work, "example", only=True)

    def contents(self) -> Contents | None:
        """What the view shows."""
        return self.views.contents()

    def under_cursor(self) -> Piece | None:
        """What the cursor stands on in the view."""
        return self.views.under_cursor()

    # Tokenizers

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not in the footer."""
        if action == "add":
            return self.view == "compare" and len(self.desk.seats) < MOST_SEATS
        if action == "remove":
            return self.view == "compare" and len(self.desk.seats) > 1
        if action in ("blanks", "open"):
            return self.view in OF_TEXT
        if action in ("ids", "example"):
            return self.view in (*OF_TEXT, "chat")
        if action in ("choose", "turn"):
            return self.view != "train"
        return True

    def action_choose(self) -> None:
        """Another tokenizer in place of the chosen one."""
        self._ask("tokenizer", lambda name: self.desk.replace(name))

    def action_add(self) -> None:
        """One more beside the others."""
        self._ask("one more tokenizer", lambda name: self.desk.add(name))

    def action_remove(self) -> None:
        """The chosen one leaves."""
        self.desk.remove()
        self.opener.let_go()
        self._show()
        self.focus_view()

    def action_turn(self, by: int) -> None:
        """The next tokenizer."""
        self.desk.turn(by)
        self._show()
        self.focus_view()

    def _ask(self, heading: str, seat_for: Callable[[str], Seat]) -> None:
        from tui.screens.tokens_picker import TokenizerPicker

        def chosen(name: str | None) -> None:
            if name is not None:
                self.opener.open(seat_for(name))
                self._show()

        async def work() -> None:
            own: Sequence[str] = ()
            try:
                own = await asyncio.to_thread(trained)
            except LabError as error:
                self.notify(visible(str(error)), severity="warning", markup=False)
            names = offered(self.checkpoints, own)
            self.app.push_screen(TokenizerPicker(names, self.desk.seat.name, heading), chosen)

        in_background(self, work, "tokenizers", only=True)

    def action_open(self) -> None:
        """The text of a file."""
        from tui.screens.tokens_file import TokensFile

        def opened(text: str | None) -> None:
            if text is not None:
                left_out = self.desk.buffer.replace(text)
                if left_out:
                    self.overfull()

        self.app.push_screen(TokensFile(), opened)

    # Beside the text

    @on(TokenMerges.Typed)
    def typed(self, event: TokenMerges.Typed) -> None:
        """Another word to replay."""
        self.replayer.replay(event.word)

    @on(TokenChat.Editing)
    def editing(self) -> None:
        """Edit the conversation."""
        from tui.screens.tokens_talk import TokensTalk

        def edited(turns: Sequence[Turn] | None) -> None:
            if turns is not None:
                self.talker.take(turns)

        self.app.push_screen(TokensTalk(self.talker.text), edited)

    @on(TokenSpelling.ToModels)
    async def ask_models(self, event: TokenSpelling.ToModels) -> None:
        """Put the question into Compare, where enter sends it."""
        await self.lab.ask_in_compare(event.question)

    # For the frame

    def memory(self) -> dict[str, Any]:
        """The view, the text unless it is long, the tokenizers, and which of them is chosen."""
        text = self.desk.buffer.text
        return {
            "view": self.view,
            "text": text if len(text) <= MOST_REMEMBERED else None,
            "tokenizers": [seat.name for seat in self.desk.seats],
            "place": self.desk.place,
        }

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Be as it was; a tokenizer that is gone says so where it stood."""
        text, names, place = (memory.get(name) for name in ("text", "tokenizers", "place"))
        if isinstance(text, str) and text != self.desk.buffer.text:
            self.desk.buffer.replace(text)
        known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        if known and known != [seat.name for seat in self.desk.seats]:
            self.desk.seats[:] = [Seat(name) for name in known[:MOST_SEATS]]
            self.desk.place = 0
            for seat in self.desk.seats:
                self.opener.open(seat)
        if isinstance(place, int):
            self.desk.place = max(0, min(place, len(self.desk.seats) - 1))
        view = next((each for each in get_args(View) if each == memory.get("view")), None)
        if view is not None:
            self.action_view(view)
