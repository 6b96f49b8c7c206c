"""The views of a run of the funnel, one of them shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from tui.clipboard import Piece
from tui.data.truth_text import truth_words
from tui.widgets.data_funnel import DataFunnel
from tui.widgets.data_head import View
from tui.widgets.data_removed import DataRemoved
from tui.widgets.data_sample import DataSample
from tui.widgets.data_twins import DataTwins
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.data.listed import Folder
    from tui.panes.pane import Contents


class DataViews(Vertical):
    """Draws what it is given of a run."""

    def __init__(self) -> None:
        super().__init__(id="data-views")
        self.view: View = "funnel"
        self.funnel, self.removed = DataFunnel(), DataRemoved()
        self.sample, self.twins = DataSample(), DataTwins()
        self._truth = Words(id="truth-words")
        self.truth = VerticalScroll(self._truth, id="data-truth")
        self._folder: Folder | None = None
        self._views: dict[View, Widget] = {
            "funnel": self.funnel,
            "removed": self.removed,
            "sample": self.sample,
            "twins": self.twins,
            "truth": self.truth,
        }

    def compose(self) -> ComposeResult:
        """All five."""
        yield from self._views.values()

    def on_mount(self) -> None:
        """The first view."""
        self.go_to(self.view)

    def on_resize(self) -> None:
        """The tables of the truth are as wide as there is room."""
        self._show_truth()

    def go_to(self, view: View) -> None:
        """Show a view."""
        self.view = view
        for name, widget in self._views.items():
            widget.display = name == view

    def show(self, folder: Folder) -> None:
        """Show another run in all of them."""
        self._folder = folder
        self.funnel.show(folder.report)
        self.removed.show(folder)
        self.twins.show(folder)
        self._show_truth()

    def _show_truth(self) -> None:
        if self._folder is not None:
            self._truth.say(truth_words(self._folder.report, min(100, self.size.width - 6)))

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        focused: dict[View, Widget] = {
            "funnel": self.funnel.rows,
            "removed": self.removed.rows,
            "sample": self.sample.rows,
            "twins": self.twins.rows,
            "truth": self.truth,
        }
        # Not before it is laid out: what is not shown cannot have the focus.
        self.call_after_refresh(focused[self.view].focus)

    def contents(self) -> Contents | None:
        """What the view shows."""
        from tui.export.data import of_funnel, of_truth

        if self._folder is None:
            return None
        match self.view:
            case "removed":
                return self.removed.contents()
            case "sample":
                return self.sample.contents()
            case "twins":
                return self.twins.contents()
            case "truth":
                return of_truth(self._folder.report, self._truth.text)
        return of_funnel(self._folder.report)

    def under_cursor(self) -> Piece | None:
        """The page or the line under the cursor."""
        match self.view:
            case "removed":
                return self.removed.under_cursor()
            case "sample":
                return self.sample.under_cursor()
            case "twins":
                return self.twins.under_cursor()
            case "truth":
                return Piece("the figures", self._truth.text)
        return Piece("the line", self.funnel.rows.line)

    def close(self) -> bool:
        """Close what is open in the view; whether anything was."""
        match self.view:
            case "removed":
                return self.removed.close()
            case "sample":
                return self.sample.close()
            case "twins":
                return self.twins.close()
        return False
