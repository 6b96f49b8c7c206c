"""How a run is found in the table of the Runs pane: filtered as one types, sorted by a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.widgets import Input

from tui.runs.row import Row
from tui.runs.table import BY_KEY, COLUMNS, Order, filtered, sorted_rows

_OPEN = "-open"
_MOST_TYPED = 200


class RunsFinder(Input):
    """The line that filters; it is there while it is typed in or holds something."""

    def __init__(self) -> None:
        hint = "words of name, stage, state, parent or note"
        super().__init__(placeholder=hint, id="runs-filter", compact=True)
        self.order = Order()

    @property
    def is_open(self) -> bool:
        """Whether it is there."""
        return self.has_class(_OPEN)

    def open(self) -> None:
        """Be there, with the focus."""
        self.add_class(_OPEN)
        self.focus()

    def close(self, *, clear: bool) -> None:
        """Leave the keys to the table; what was typed goes on to filter, unless it is cleared."""
        if clear:
            self.value = ""
        self.set_class(bool(self.value), _OPEN)

    def found(self, rows: Sequence[Row]) -> list[Row]:
        """The rows to show."""
        return sorted_rows(filtered(rows, self.value), self.order)

    @property
    def title(self) -> str:
        """Of the column that is sorted by."""
        return BY_KEY[self.order.key].title

    def next_column(self) -> None:
        """Sort by the column behind the current one."""
        keys = [column.key for column in COLUMNS]
        key = keys[(keys.index(self.order.key) + 1) % len(keys)]
        self.order = Order(key, BY_KEY[key].falls)

    def turn(self) -> None:
        """The other way round."""
        self.order = Order(self.order.key, not self.order.reverse)

    def sort_by(self, key: str) -> None:
        """Sort by a column; by the one that is sorted by, the other way round."""
        if key == self.order.key:
            self.turn()
        else:
            self.order = Order(key, BY_KEY[key].falls)

    # Between two starts

    def memory(self) -> dict[str, Any]:
        """As the pane's."""
        return {"sort": self.order.key, "reverse": self.order.reverse, "filter": self.value}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """As the pane's: what makes no sense is left out."""
        key, typed = memory.get("sort"), memory.get("filter")
        if isinstance(key, str) and key in BY_KEY:
            self.order = Order(key, memory.get("reverse") is True)
        if isinstance(typed, str):
            self.value = typed[:_MOST_TYPED]
            self.close(clear=False)
