"""The runs as lines to choose from; a click on a title sorts by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events

from tui.runs.row import Row
from tui.runs.table import Order, column_at, head_pieces, layout, row_pieces
from tui.widgets.data_rows import DataRows, Pieces


class RunsTable(DataRows):
    """Space marks a run, so that its curve is drawn beside those of others."""

    HELP = """
# Runs

All trainings, live and past, and those of the checkpoints that come with the lab. **space** marks
the run under the cursor: the curves of marked runs are drawn together, each with its letter; **k**
takes all marks away. **s** sorts by the next column, **S** turns the order round, **/** filters by
what is typed: words of the name, stage, state, parent or note.

**n** writes a note, kept in the run's folder. **delete** moves a run to the trash, **u** brings
back what was deleted last. **p** pauses, **r** goes on, **x** stops. **enter** shows the curves
alone.
"""

    class Sorted(DataRows.Told):
        """A click on a column's title."""

        def __init__(self, rows: DataRows, key: str) -> None:
            super().__init__(rows)
            self.key = key

    def __init__(self) -> None:
        super().__init__("runs-rows")
        self.order = Order()
        self._rows: Sequence[Row] = ()
        self._letters: Mapping[str, tuple[str, str]] = {}
        self._widths: dict[str, int] = {}

    @property
    def chosen(self) -> Row | None:
        """The run under the cursor."""
        return self._rows[self.row] if self.row < len(self._rows) else None

    @property
    def seen(self) -> Sequence[Row]:
        """Runs that are on the screen."""
        return [self._rows[number] for number in self.in_sight() if number < len(self._rows)]

    def fill(
        self, rows: Sequence[Row], letters: Mapping[str, tuple[str, str]], order: Order
    ) -> None:
        """Show other rows; the cursor stays on its run.

        Args:
            rows: sorted and filtered.
            letters: of the marked runs, by name: the letter of the curve and its colour.
            order: how they are sorted.
        """
        if (self._rows, self._letters, self.order) == (rows, letters, order):
            return
        chosen = self.chosen
        names = [row.name for row in rows]
        place = self.row
        if chosen is not None and chosen.name in names:
            place = names.index(chosen.name)
        self._rows, self._letters, self.order = rows, letters, order
        self.show(len(rows), self._line, row=min(place, max(0, len(rows) - 1)))

    def choose(self, name: str) -> bool:
        """Put the cursor on a run; whether it is there."""
        names = [row.name for row in self._rows]
        if name not in names:
            return False
        self.go_to(names.index(name))
        return True

    def _line(self, number: int, width: int) -> Pieces:
        self._widths = layout(width)
        if number < 0:
            return head_pieces(self._widths, self.order)
        row = self._rows[number]
        return row_pieces(row, self._widths, *self._letters.get(row.name, ("", "")))

    def on_click(self, event: events.Click) -> None:
        """A click on a title sorts by its column; one on a line is the rows' own affair."""
        offset = event.get_content_offset(self)
        if self.text_selection is not None or offset is None or offset.y >= 1:
            return
        key = column_at(self._widths, offset.x - 2)  # behind the cursor's column
        if key is not None:
            self.post_message(self.Sorted(self, key))
