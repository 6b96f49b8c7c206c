"""The settings: every line comes from the schema, so a new setting is here by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from rich.cells import set_cell_size
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from engine.errors import LabError
from tui.format import squeezed
from tui.safe_text import one_line, visible
from tui.screens.dialog import Dialog
from tui.settings.rows import Row, about, mistake, rows, turned
from tui.settings.store import Settings

LOW_BELOW = 30
# Our own constants: nothing from outside is ever markup.
_KEYS = (
    '[@click="screen.turn(-1)"]←[/] [@click="screen.turn(1)"]→[/] '
    "[@click=screen.choose]⏎ change[/] · "
    "[@click=screen.reset]^r default[/] · [@click=screen.cancel]esc close[/]"
)
_KEYS_TYPING = "⏎ keep · [@click=screen.cancel]esc back[/]"
_TITLE_CELLS, _ORIGIN_CELLS = 22, 10


class Holder(Protocol):
    """Who lets a change hold (``tui.settings.live.LiveSettings``)."""

    opened: Settings

    def change(self, key: str, value: object, kept: Callable[[], None]) -> None:
        """Let a value hold and keep it; then say so by ``kept``. Raises SettingError."""
        ...


class SettingsScreen(Dialog[None]):
    """Type to search; ← and → turn a value, enter turns or types it, ctrl+r resets it.

    Args:
        holder: whose settings they are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False, id="settings.up", priority=True),
        Binding("down", "move(1)", "down", show=False, id="settings.down", priority=True),
        Binding("pageup", "move(-8)", "up", show=False, id="settings.page-up", priority=True),
        Binding("pagedown", "move(8)", "down", show=False, id="settings.page-down", priority=True),
        Binding("left", "turn(-1)", "value before", id="settings.less", priority=True),
        Binding("right", "turn(1)", "next value", id="settings.more", priority=True),
        Binding("ctrl+r", "reset", "default", id="settings.reset", priority=True),
    ]
    HELP = """
# Settings

Type some letters to find a setting. **Left** and **right** turn a value that has few; **enter**
turns it too, or lets you type one. **ctrl+r** takes a value back to its default. What is chosen is
kept in `settings.toml`; a value that a variable of the environment fixes cannot be chosen here.
"""

    def __init__(self, holder: Holder) -> None:
        super().__init__(classes="settings")
        self.holder, self.settings = holder, holder.opened
        self._rows: list[Row] = []
        self._typing = ""
        """The key of the setting whose value is being typed."""

    def compose(self) -> ComposeResult:
        """A line to search in, the settings, what the one under the cursor does."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("settings")
            box.border_subtitle = Content(squeezed(one_line(str(self.settings.path)), 44))
            yield Input(placeholder="type to search", id="filter", compact=True)
            yield OptionList()
            yield Static("", id="about")
            with Horizontal(classes="field", id="typing"):
                yield Label("", classes="name")
                yield Input(id="value", compact=True)
            yield Static("", id="mistake")
            yield Static("", id="keys")

    def on_mount(self) -> None:
        """Begin with all of them."""
        self.query_one(OptionList).can_focus = False
        self.query_one("#typing").display = False
        self._refill()
        self.query_one("#filter").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a value is typed, arrows move in it."""
        return not (self._typing and action in ("move", "turn", "reset"))

    # The list

    @on(Input.Changed, "#filter")
    def searched(self) -> None:
        """Fewer lines, or more."""
        self._refill()

    def action_move(self, by: int) -> None:
        """Up or down, past the headings."""
        places = [place for place, row in enumerate(self._rows) if row.key]
        now = self.query_one(OptionList).highlighted
        if places:
            index = places.index(now) if now in places else 0
            self._highlight(places[max(0, min(len(places) - 1, index + by))])

    @on(OptionList.OptionHighlighted)
    def highlighted(self) -> None:
        """Say what the line does."""
        self._describe()

    @on(OptionList.OptionSelected)
    async def clicked(self, event: OptionList.OptionSelected) -> None:
        """By mouse: the same as enter."""
        self._stop_typing()
        self._highlight(event.option_index)
        await self.action_choose()

    def on_screen_resume(self) -> None:
        """Back from another screen, which may have changed some."""
        if self.is_mounted:
            self._refill()

    def on_resize(self, event: events.Resize) -> None:
        """The values end where the dialog does; a low terminal has no room for margins."""
        self.set_class(event.size.height < LOW_BELOW, "-low")
        self.call_after_refresh(self._refill)

    def _refill(self) -> None:
        options, before = self.query_one(OptionList), self._key
        self._rows = rows(self.settings, self.query_one("#filter", Input).value)
        lines = [Option(self._line(row), disabled=not row.key) for row in self._rows]
        problems = [Content.styled(f"! {visible(p)}", "$text-warning") for p in self._problems]
        options.clear_options()
        options.add_options(lines)
        options.add_options(Option(words, disabled=True) for words in problems)
        keys = [row.key for row in self._rows]
        if any(keys):
            target = before if before in keys and before else next(filter(None, keys))
            self._highlight(keys.index(target))
        self._describe()

    @property
    def _problems(self) -> list[str]:
        searching = bool(self.query_one("#filter", Input).value)
        return [] if searching else self.settings.problems

    def _line(self, row: Row) -> Content:
        if not row.key:
            return Content.styled(one_line(row.title), "bold $primary")
        room = self.query_one(OptionList).size.width - _TITLE_CELLS - 4
        origin = row.origin if len(row.origin) <= _ORIGIN_CELLS else "fixed"
        value = max(8, room - _ORIGIN_CELLS)
        shown = one_line(row.value) or ("" if row.door else "–")
        return Content.assemble(
            f"  {set_cell_size(one_line(row.title), _TITLE_CELLS)}",
            (set_cell_size(shown, value), "bold" if row.origin else "$quiet"),
            (f"{origin:>{_ORIGIN_CELLS}}", "$quiet"),
        )

    def _highlight(self, place: int) -> None:
        self.query_one(OptionList).highlighted = place

    @property
    def _row(self) -> Row | None:
        """The line under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self._rows[place] if place is not None and place < len(self._rows) else None

    @property
    def _key(self) -> str:
        """Of the line under the cursor; empty where none is."""
        row = self._row
        return row.key if row is not None else ""

    def _describe(self) -> None:
        key = self._key
        words, bounds = about(self.settings, key) if key else ("Nothing of that name.", "")
        parts = [Content(visible(words)), Content.styled(visible(bounds), "$quiet")]
        self.query_one("#about", Static).update(Content("\n").join(parts if bounds else parts[:1]))
        keys = _KEYS_TYPING if self._typing else _KEYS
        self.query_one("#keys", Static).update(Content.from_markup(keys))

    # Values

    def action_turn(self, by: int) -> None:
        """The next value, or the one before it, of a setting that has few."""
        setting = self.settings.catalog.by_key.get(self._key)
        following = turned(setting, self.settings.value(setting), by) if setting else None
        if following is not None:
            self._change(self._key, following)

    def action_reset(self) -> None:
        """The default again."""
        if self._row is not None and not self._row.door:
            self._change(self._key, self.settings.catalog.default(self._key))

    @on(Input.Submitted, "#filter")
    async def action_choose(self) -> None:
        """Turn the value, or type another one; or go where the line leads."""
        row, key = self._row, self._key
        setting = self.settings.catalog.by_key.get(key)
        if row is None:
            return
        if row.door:
            await self.app.run_action(f"app.{row.door}")
        elif self.settings.fixed_by(key):
            self._say(f"{key} is fixed by the environment variable {self.settings.fixed_by(key)}.")
        elif setting is not None and turned(setting, self.settings.value(setting), 1) is not None:
            self.action_turn(1)
        else:
            self._type(key)

    def _type(self, key: str) -> None:
        self._typing = key
        setting, value = self.settings.catalog.by_key.get(key), self.settings.held(key)
        line = self.query_one("#value", Input)
        line.value = setting.text(value) if setting is not None else str(value)
        line.cursor_position = len(line.value)
        row = next(row for row in self._rows if row.key == key)
        self.query_one("#typing Label", Label).update(Content(one_line(row.title)))
        self.query_one("#typing").display = True
        line.focus()
        self._describe()

    @on(Input.Changed, "#value")
    def typed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with it."""
        if self._typing:
            self._say(mistake(self.settings, self._typing, event.value))

    @on(Input.Submitted, "#value")
    def keep(self, event: Input.Submitted) -> None:
        """What was typed holds, if it can."""
        key = self._typing
        if key and not mistake(self.settings, key, event.value):
            self._stop_typing()
            self._change(key, self.settings.catalog.parsed(key, event.value))

    def action_cancel(self) -> None:
        """Back to the list first, where a value is being typed."""
        if self._typing:
            self._stop_typing()
        else:
            super().action_cancel()

    def _stop_typing(self) -> None:
        self._typing = ""
        self._say("")
        self.query_one("#typing").display = False
        self.query_one("#filter").focus()
        self._describe()

    def _change(self, key: str, value: object) -> None:
        try:
            self.holder.change(key, value, self._kept)
        except LabError as error:
            self._say(str(error))
        else:
            self._say("")
            self._refill()

    def _kept(self) -> None:
        if self.is_attached:
            self._refill()

    def _say(self, words: str) -> None:
        line = self.query_one("#mistake", Static)
        line.update(Content(f"✗ {visible(words)}" if words else ""))
        line.display = bool(words)
