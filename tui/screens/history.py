"""Everything said and asked: searched as one types, opened again, deleted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.errors import LabError
from tui.background import in_background
from tui.history_text import found_lines, words_of
from tui.safe_text import one_line, visible
from tui.screens.dialog import Dialog
from tui.state.history import Found, Removed
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.state.state import State


class HistorySearch(Dialog[Found]):
    """Type to search, ↓ goes to the list, enter opens, x deletes, ctrl+z brings back."""

    HELP = """
## History

Prompts, answers, conversations, tool calls and probe results, the newest first. Every word that you
type has to occur, in any order; case does not matter. **enter** opens what is highlighted where it
was: a conversation in Chat, a prompt with its answers in Compare, a probe in Probes.
**x** in the list deletes it, **ctrl+z** brings it back while this is open.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "to_list", "list", show=False, id="history.list"),
        Binding("slash", "to_words", "search", show=False, id="history.words"),
        Binding("x,delete", "delete", "delete", id="history.delete"),
        Binding("ctrl+z", "undo", "bring back", priority=True, id="history.undo"),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._found: list[Found] = []
        self._removed: list[Removed] = []

    def compose(self) -> ComposeResult:
        """The words, what holds them, and the keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("history")
            yield Input(placeholder="words that were said or asked", id="filter", compact=True)
            yield OptionList()
            yield Static("", id="mistake")
            yield Words(id="keys")

    def on_mount(self) -> None:
        """Begin with the newest."""
        self.query_one("#mistake").display = False
        self.query_one(Input).focus()
        self._search()

    def on_resize(self, event: events.Resize) -> None:
        """The list takes what room there is."""
        self.query_one(OptionList).styles.max_height = max(4, event.size.height - 10)
        self._show()

    @on(Input.Changed)
    def words_changed(self) -> None:
        """Other words."""
        self._search()

    def _search(self) -> None:
        in_background(self, self._look, "history", only=True)

    async def _look(self) -> None:
        try:
            words = self.query_one(Input).value
            self._found = await self._state.do(self._state.history.search, words)
        except LabError as error:
            self._say(error)
        else:
            self._show()

    def _show(self) -> None:
        options = self.query_one(OptionList)
        before, words = options.highlighted, words_of(self.query_one(Input).value)
        width = max(20, options.size.width - 2) if options.size.width else 70
        options.clear_options()
        options.add_options(Option(found_lines(each, words, width)) for each in self._found)
        if self._found:
            options.highlighted = min(before or 0, len(self._found) - 1)
        self._say_keys()

    def _say_keys(self) -> None:
        if not self._found:
            asked = bool(self.query_one(Input).value.strip())
            nothing = "Nothing holds these words." if asked else "Nothing was said or asked yet."
        words = "⏎ open · ↓ then [@click=screen.delete]x delete[/]" if self._found else nothing
        if self._removed:
            words += " · [@click=screen.undo]^z bring back[/]"
        self.query_one("#keys", Words).say(
            Content.from_markup(f"{words} · [@click=screen.cancel]esc close[/]")
        )

    def action_to_list(self) -> None:
        """From the words to what holds them."""
        self.query_one(OptionList).focus()

    def action_to_words(self) -> None:
        """Back to the words."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter opens what is highlighted."""
        found = self._highlighted()
        if found is not None:
            self.dismiss(found)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list, or a click."""
        self.dismiss(self._found[event.option_index])

    def action_delete(self) -> None:
        """What is highlighted."""
        found = self._highlighted()
        if found is not None:
            in_background(self, partial(self._delete, found), "history-change")

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        if self._removed:
            in_background(self, self._put_back, "history-change")

    async def _delete(self, found: Found) -> None:
        try:
            history = self._state.history
            removed = await self._state.do(history.remove, found.subject, found.key)
        except LabError as error:
            self._say(error)
            return
        self._removed.append(removed)
        self.notify(f"Deleted “{one_line(found.title)[:50]}”: ctrl+z brings it back.", markup=False)
        await self._look()

    async def _put_back(self) -> None:
        removed = self._removed.pop()
        try:
            await self._state.do(self._state.history.put_back, removed)
        except LabError as error:
            self._removed.append(removed)
            self._say(error)
            return
        await self._look()

    def _highlighted(self) -> Found | None:
        place = self.query_one(OptionList).highlighted
        return self._found[place] if place is not None and place < len(self._found) else None

    def _say(self, error: LabError) -> None:
        mistake = self.query_one("#mistake", Static)
        mistake.display = True
        mistake.update(Content(f"✗ {visible(str(error))}"))
