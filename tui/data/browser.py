"""Reads the tables of the funnel's runs through a helper process (``engine.data.funnel.browsing``).

What reads parquet would take half of the memory that the app may have.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.funnel import browsing
from engine.data.funnel.results import Results
from engine.errors import DataError
from engine.helper import Words

if TYPE_CHECKING:
    from engine.data.funnel.document import SourcePage
    from engine.data.funnel.results import Cluster, DroppedRow
    from engine.helper import Helper

WORDS = Words(
    task="reads the tables of runs",
    undone="The tables cannot be read",
    closed="they were closed",
    again="choose the run again",
    error=DataError,
)


class BrowsedRun:
    """A run that is done (``tui.data.listed.Folder``): its report read here, its tables there.

    Raises:
        DataError: the folder holds none; the message says what is missing.
    """

    def __init__(self, folder: Path, browser: Helper) -> None:
        self.folder = folder
        self.report = Results(folder).report
        self._browser = browser

    def _ask(self, question: str, **which: Any) -> Any:
        return self._browser.ask(question, folder=str(self.folder), **which)

    @property
    def n_clusters(self) -> int:
        """How many clusters of near duplicates there are."""
        n: int = self._ask("n_clusters")
        return n

    def n_dropped(self, rule: str) -> int:
        """How many of the pages that a rule removed can be browsed."""
        n: int = self._ask("n_dropped", rule=rule)
        return n

    def dropped(self, rule: str, offset: int = 0, limit: int = 50) -> list[DroppedRow]:
        """Some of them, in the order of the crawl."""
        found = self._ask("dropped", rule=rule, offset=offset, limit=limit)
        return browsing.dropped_rows(found)

    def clusters(self, offset: int = 0, limit: int = 50) -> list[Cluster]:
        """Some of the clusters, in order."""
        return browsing.clusters(self._ask("clusters", offset=offset, limit=limit))

    def raw(self, page_id: str) -> SourcePage:
        """A page as it was found."""
        return browsing.source_page(self._ask("raw", page_id=page_id))
