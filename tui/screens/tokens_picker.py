"""Choose a tokenizer: of a checkpoint, of OpenAI's, or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.format import squeezed
from tui.safe_text import one_line
from tui.screens.dialog import Dialog, key_words
from tui.tokens.names import Offered

_NAME_CELLS = 30


class TokenizerPicker(Dialog[str]):
    """Gives a name; typing filters, and what is typed can be a path as well.

    Args:
        offered: what there is without typing.
        current: the name to begin at.
        title: what it is chosen for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False, id="tokenizers.up", priority=True),
        Binding("down", "move(1)", "down", show=False, id="tokenizers.down", priority=True),
    ]

    def __init__(self, offered: Sequence[Offered], current: str, title: str) -> None:
        super().__init__()
        self.offered, self.current, self.heading = offered, current, title
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        """A filter, the list, and the keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.heading)
            yield Input(placeholder="filter, or a path", id="filter", compact=True)
            yield OptionList()
            yield Static(
                key_words(
                    "⏎ choose",
                    ("esc cancel", "cancel"),
                    "a path to a tokenizer.json or .gguf works too",
                ),
                id="keys",
            )

    def on_mount(self) -> None:
        """Begin at the one in use."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._refill()

    @on(Input.Changed)
    def filter_changed(self) -> None:
        """Fewer lines, or more."""
        self._refill()

    def _refill(self) -> None:
        typed = self.query_one(Input).value.strip()
        found = [each for each in self.offered if typed.lower() in each.name.lower()]
        lines = [
            Content.assemble(
                (set_cell_size(squeezed(one_line(name), _NAME_CELLS), _NAME_CELLS + 1), "bold"),
                (one_line(about), "$quiet"),
            )
            for name, about in found
        ]
        self._shown = [name for name, _ in found]
        if typed and typed not in self._shown:
            self._shown.append(typed)
            lines.append(Content.styled(f"open {squeezed(one_line(typed), 60)}", "$primary"))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(map(Option, lines))
        at = self._shown.index(self.current) if self.current in self._shown and not typed else 0
        options.highlighted = at if self._shown else None

    def action_move(self, by: int) -> None:
        """Up or down in the list."""
        options = self.query_one(OptionList)
        if self._shown:
            now = options.highlighted or 0
            options.highlighted = max(0, min(now + by, len(self._shown) - 1))

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter takes the highlighted line."""
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self.dismiss(self._shown[place])

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """By mouse."""
        self.dismiss(self._shown[event.option_index])
