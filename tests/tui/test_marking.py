"""Marking with the mouse what widgets draw line by line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.tui.conftest import Lab, places, until
from tests.tui.tokens.tokenizing import go_to, opened
from tui.pieces import Piece
from tui.themes import lab_variables
from tui.widgets.data_rows import DataRows
from tui.widgets.token_chat import TokenChat


async def drag(pilot: Pilot[None], begin: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.hover(offset=begin)
    await pilot.mouse_down(offset=begin)
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end)


class Rows(App[None]):
    """A hundred numbered lines below a head."""

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        return {**variables, **lab_variables(self.current_theme, variables)}

    def compose(self) -> ComposeResult:
        yield DataRows("rows")

    def on_mount(self) -> None:
        self.query_one(DataRows).show(100, self.line)

    def line(self, row: int, width: int) -> Sequence[Piece]:
        return [Piece("number" if row < 0 else f"line {row}", "bold")]


async def test_lines_are_marked_where_they_were_scrolled_to() -> None:
    app = Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(DataRows)
        rows.go_to(60)
        await until(pilot, lambda: rows.scroll_offset.y == 52, "scrolled")
        (x, y), (end_x, end_y) = places(app, "line 53")[0], places(app, "line 55")[0]
        await drag(pilot, (x + 2, y), (end_x + 5, end_y))
        await until(pilot, lambda: rows.text_selection is not None, "marked")
        assert app.screen.get_selected_text() == "ne 53\n  line 54\n  line 5"
        assert rows.row == 60, "a drag chooses nothing"
        (x, y) = places(app, "number")[0]
        await drag(pilot, (x, y), (x + 2, y))
        assert app.screen.get_selected_text() == "num"
        await drag(pilot, (x, y), (end_x + 5, end_y))
        assert app.screen.get_selected_text() == (
            "number\n  line 52\n  line 53\n  line 54\n  line 5"
        )
        await pilot.click(offset=(end_x, end_y))
        await until(pilot, lambda: rows.row == 55, "a click chooses a line")
        assert rows.text_selection is None
        await pilot.click(rows, offset=(end_x, end_y), times=2)  # The rows begin at 0, 0.
        assert rows.text_selection is None, "a second click opens, and marks not all"
        await drag(pilot, (end_x, end_y), (end_x + 5, end_y))
        rows.show(3, app.line)
        assert rows.text_selection is None, "what was marked is no longer there"


async def test_a_conversation_in_tokens_is_marked_and_copied(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        await go_to(pilot, pane, "h", "chat")
        x, y = places(app, "2+2 = 4")[0]
        await drag(pilot, (x, y), (x + 6, y))
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == "2+2 = 4", "copied")
        assert isinstance(app.focused, TokenChat)
