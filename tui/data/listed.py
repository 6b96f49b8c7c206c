"""A run of the funnel as lists show it, what one has left, and what a new one is to filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.data.funnel.document import SourcePage
    from engine.data.funnel.report import Report
    from engine.data.funnel.results import Cluster, DroppedRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A run as a list shows it."""

    name: str
    path: Path
    state: str
    message: str = ""
    stage: str = ""
    """What it is at: a key of ``head_text.STAGES``."""
    share: float = 0.0
    """Of the stage, 0 to 1, about."""
    pages: int = 0
    """Judged so far."""
    kept: int = 0
    """Of these."""
    started: str = ""
    shipped: bool = False

    @property
    def key(self) -> str:
        """Unique: a shipped run may be called as one of the person's."""
        return str(self.path)


class Folder(Protocol):
    """What a run has left (``tui.data.browser.BrowsedRun``); all but the report blocks.

    All of it raises LabError.
    """

    @property
    def report(self) -> Report:
        """Its figures."""
        ...

    @property
    def n_clusters(self) -> int:
        """How many clusters of near duplicates there are."""
        ...

    def n_dropped(self, rule: str) -> int:
        """How many of the pages that a rule removed can be browsed."""
        ...

    def dropped(self, rule: str, offset: int = 0, limit: int = 50) -> list[DroppedRow]:
        """Some of them, in the order of the crawl."""
        ...

    def clusters(self, offset: int = 0, limit: int = 50) -> list[Cluster]:
        """Some of the clusters, in order."""
        ...

    def raw(self, page_id: str) -> SourcePage:
        """A page as it was found."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a new run is to filter."""

    inputs: Sequence[str] = ()
    """Files and folders; none is the pocket web's crawl."""
    name: str | None = None
    """None numbers it."""
