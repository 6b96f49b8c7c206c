"""All keys in a list: each can be another one, and whose it is already is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.errors import LabError
from tui.background import in_background
from tui.keys.lab_keys import LabKeys, problem_words
from tui.keys.listing import Row, rows
from tui.keys.names import KeyNameError, shown_key
from tui.safe_text import one_line, visible
from tui.screens.dialog import Dialog, key_words
from tui.screens.press_key import PressKey

KEYS_WIDTH, WORDS_WIDTH = 16, 26


class KeysScreen(Dialog[None]):
    """Type to search, enter gives the line under the cursor another key.

    Args:
        keys: those of the app.
    """

    HELP = """
# Keys

Type to search by key, by words, by place or by id. **enter** asks for another key for the line
under the cursor; it is held against all others that can be reached in the same place, and what has
it already is said. What you choose is kept in `settings.toml`, section `[keys]`.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False, priority=True, id="keys.up"),
        Binding("down", "move(1)", "down", show=False, priority=True, id="keys.down"),
        Binding("pageup", "move(-10)", "up", show=False, priority=True, id="keys.page-up"),
        Binding("pagedown", "move(10)", "down", show=False, priority=True, id="keys.page-down"),
        Binding("ctrl+n", "change(True)", "one more key", id="keys.more"),
        Binding("ctrl+r", "reset", "as it was", id="keys.reset"),
    ]

    def __init__(self, keys: LabKeys) -> None:
        super().__init__(classes="keys-screen")
        self.keys = keys
        self._shown: Sequence[Row] = ()
        self._ready = False

    def compose(self) -> ComposeResult:
        """Search, list, what is known of the line, buttons."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("keys")
            box.border_subtitle = key_words(("esc closes", "cancel"))
            yield Input(placeholder="search: a key, words, a pane", id="filter", compact=True)
            yield OptionList()
            yield Static("", id="about")
            with Horizontal(classes="buttons"):
                yield Button("As it was ^r", id="reset", compact=True)
                yield Button("One more ^n", id="more", compact=True)
                yield Button("Change ⏎", id="change", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The list keeps its cursor while one types."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._say("Reading the keys of all panes ...", "$quiet")
        in_background(self, self._read, "read-keys")

    async def _read(self) -> None:
        await self.keys.bindings()  # It imports every pane, once.
        self._ready = True
        self._fill()

    def on_resize(self, event: events.Resize) -> None:
        """The rest of the box takes ten lines."""
        self.query_one(OptionList).styles.max_height = max(3, event.size.height - 12)

    @on(Input.Changed)
    def searched(self) -> None:
        """Fewer lines, or more."""
        self._fill()

    def action_move(self, by: int) -> None:
        """Up or down in the list."""
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = max(0, min((options.highlighted or 0) + by, len(self._shown) - 1))

    @on(OptionList.OptionHighlighted)
    def highlighted(self) -> None:
        """Say what is known of the line."""
        row = self._row
        if row is not None:
            default = " ".join(map(shown_key, row.bound.keys))
            own = f" · your own; from the start {default}" if row.own else ""
            self._say(f"{row.bound.id}{own}", "$quiet")

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def chosen(self) -> None:
        """Enter, or a click on a line."""
        self.action_change()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """By mouse."""
        if event.button.id == "reset":
            self.action_reset()
        else:
            self.action_change(event.button.id == "more")

    def action_change(self, more: bool = False) -> None:
        """Ask for another key, or for one more."""
        row = self._row
        if row is None:
            return

        def given(key: str | None) -> None:
            if key is not None:
                before = row.keys if more else ()
                self._choose(row, ",".join([*before, key]))

        self.app.push_screen(PressKey(f"{row.bound.words} ({row.bound.where})"), given)

    def action_reset(self) -> None:
        """Give the line back the keys of the code."""
        if self._row is not None:
            self._choose(self._row, None)

    def _choose(self, row: Row, text: str | None) -> None:
        async def work() -> None:
            try:
                await self.keys.choose(row.bound.id, text)
            except KeyNameError as error:
                self._say(f"✗ {one_line(problem_words(error))}", "$text-error")
                return
            except LabError as error:  # It holds, and is gone at the next start.
                self.notify(visible(str(error)), severity="error", timeout=10, markup=False)
            self._fill()
            self.highlighted()

        in_background(self, work, "keys")

    @property
    def _row(self) -> Row | None:
        place = self.query_one(OptionList).highlighted
        return self._shown[place] if place is not None and self._shown else None

    def _say(self, words: str, style: str) -> None:
        self.query_one("#about", Static).update(Content.styled(words, style))

    def _fill(self) -> None:
        if not self._ready:
            return
        wanted = self.query_one(Input).value.lower().split()
        before = self._row.bound.id if self._row else None
        found = [row for row in rows(self.keys.own) if all(word in _said(row) for word in wanted)]
        self._shown = found
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_drawn(row)) for row in found)
        ids = [row.bound.id for row in found]
        options.highlighted = (ids.index(before) if before in ids else 0) if found else None
        if not found:
            self._say("Nothing is called so.", "$quiet")


def _said(row: Row) -> str:
    """What a search looks through."""
    bound = row.bound
    return " ".join([row.shown, *row.keys, bound.words, bound.where, bound.id]).lower()


def _drawn(row: Row) -> Content:
    own = "•" if row.own else " "
    return Content.assemble(
        (f"{own} {row.shown:{KEYS_WIDTH}}", "bold"),
        f" {row.bound.words:{WORDS_WIDTH}} ",
        (row.bound.where, "$quiet"),
    )
