"""Clusters of near duplicates: the list, and the kept page beside one of its copies."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from engine.errors import LabError
from tui.background import in_background
from tui.clipboard import Piece
from tui.data.clusters import Clusters, cluster_lines, cluster_words, compared
from tui.safe_text import one_line
from tui.widgets.data_bar import DataBar
from tui.widgets.data_rows import DataRows
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.data.funnel.results import Cluster
    from tui.data.listed import Folder
    from tui.panes.pane import Contents

BESIDE_FROM = 120
"""Cells from which on the pages stand beside the list."""
NO_CLUSTERS = "No two pages that got so far are nearly alike, or the run was made without MinHash."


class ClusterRows(DataRows):
    """The clusters of a run."""

    HELP = """
## Duplicates

A line is a cluster of pages that MinHash holds for the same text: how many there are, how alike
the least alike of them is to the page that stays, and that page. Beside or below stand it and one
of its copies; words that only one of the two has are **underlined**. **,** and **.** turn to
another copy.
"""


class DataTwins(Vertical):
    """Draws the clusters of a run."""

    def __init__(self) -> None:
        super().__init__(id="data-twins")
        self.rows = ClusterRows("twins-rows")
        self.bar = DataBar(id="twins-bar")
        self.clusters: Clusters | None = None
        self.copy = 0
        self._sides = (Words(classes="side"), Words(classes="side"))
        self.pages_view = VerticalScroll(Horizontal(*self._sides), id="twins-pages")
        self._folder: Folder | None = None
        self._cluster: Cluster | None = None

    def compose(self) -> ComposeResult:
        """The list, and two pages side by side."""
        with Horizontal():
            yield self.rows
            with Vertical(id="twins-opened"):
                yield self.bar
                yield self.pages_view

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside each other depends on the width."""
        self.set_class(event.size.width >= BESIDE_FROM, "-beside")

    def show(self, folder: Folder) -> None:
        """Show the clusters of another run."""
        self._folder, self._cluster = folder, None
        self.clusters = clusters = Clusters(folder)
        self.rows.show(0, cluster_lines(clusters), row=0)
        in_background(self, partial(self._open, clusters), "data-twins", only=True)

    async def _open(self, clusters: Clusters) -> None:
        try:
            await clusters.count()
        except LabError as error:
            self._say_nothing(f"✗ {one_line(str(error))}", "$text-error")
            return
        if clusters is self.clusters:
            self.rows.show(clusters.n, cluster_lines(clusters), row=0)
            self._show_cluster()

    def _say_nothing(self, words: str, style: str) -> None:
        self.bar.say(Content(""))
        self._sides[0].say(Content.styled(words, style))
        self._sides[1].say(Content(""))

    @on(DataRows.Scrolled)
    def scrolled(self) -> None:
        """Read the lines that have come in sight."""
        clusters = self.clusters
        if clusters is not None and clusters.n:
            in_background(self, partial(self._fill, clusters), "data-fill")

    async def _fill(self, clusters: Clusters) -> None:
        try:
            while clusters is self.clusters and await clusters.read(self.rows.in_sight()):
                self.rows.changed()
                self._show_cluster()
        except LabError as error:
            self._say_nothing(f"✗ {one_line(str(error))}", "$text-error")

    @on(DataRows.Moved)
    def _show_cluster(self) -> None:
        cluster = self.clusters.at(self.rows.row) if self.clusters is not None else None
        if cluster is None:
            self._say_nothing(NO_CLUSTERS if not self.rows.n_rows else "…", "$quiet")
        elif cluster is not self._cluster:
            self._cluster, self.copy = cluster, 0
            self._show_pair()

    def _show_pair(self) -> None:
        cluster = self._cluster
        if cluster is None or len(cluster.pages) < 2:
            return
        self.bar.turn_among(*cluster_words(cluster, self.copy))
        self.pages_view.scroll_home(animate=False)
        in_background(self, partial(self._compare, cluster, self.copy), "data-pair", only=True)

    async def _compare(self, cluster: Cluster, copy: int) -> None:
        sides = await asyncio.to_thread(compared, cluster.pages[0], cluster.pages[copy + 1])
        if cluster is self._cluster and copy == self.copy:
            for words, side in zip(self._sides, sides, strict=True):
                words.say(side)

    def contents(self) -> Contents | None:
        """The pair that is compared, and all clusters."""
        from tui.export.data import of_twins

        left, right = (side.text for side in self._sides)
        return of_twins(self.clusters, self.bar.text, (left, right)) if self.clusters else None

    def under_cursor(self) -> Piece | None:
        """The page that stays and the copy beside it."""
        if self._cluster is None:
            return None
        return Piece("both pages", "\n\n".join(side.text for side in self._sides))

    def turn_copy(self, by: int) -> None:
        """Another copy of the same page, around the ends."""
        if self._cluster is not None and len(self._cluster.pages) > 1:
            self.copy = (self.copy + by) % (len(self._cluster.pages) - 1)
            self._show_pair()

    @on(DataBar.Turned)
    def turned(self, event: DataBar.Turned) -> None:
        """An arrow was clicked."""
        self.turn_copy(event.by)

    @on(DataRows.Opened)
    def open(self) -> None:
        """Give the pages the keys, and on a small screen the list's place."""
        self.add_class("-opened")
        self.call_after_refresh(self.pages_view.focus)

    def close(self) -> bool:
        """Back to the list; whether the pages had the keys."""
        was_open = self.has_class("-opened")
        self.remove_class("-opened")
        if was_open:
            self.call_after_refresh(self.rows.focus)
        return was_open
