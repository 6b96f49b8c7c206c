"""The clusters of near duplicates, read from disk some at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from engine.data.funnel.results import Cluster, ClusterPage
from tui.data.chunks import Chunks
from tui.data.looks import DIFFERENT, counted, padded, percent, short_address
from tui.data.page_text import marked
from tui.data.twins import differences
from tui.pieces import Piece
from tui.safe_text import one_line

if TYPE_CHECKING:
    from tui.data.listed import Folder


class Clusters(Chunks[Cluster]):
    """Reads a run's clusters as they are looked at."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(lambda: folder.n_clusters, folder.clusters)


def cluster_lines(clusters: Clusters) -> Callable[[int, int], Sequence[Piece] | None]:
    """Draws the clusters as ``DataRows`` asks for it: size, likeness, the kept page."""

    def draw(row: int, width: int) -> Sequence[Piece] | None:
        if row < 0:
            return [Piece("pages  likeness  kept", "$quiet")]
        found = clusters.at(row)
        if found is None:
            return None
        kept, copies = found.pages[0], found.pages[1:]
        least = min((page.similarity for page in copies), default=1.0)
        return [
            Piece(f"{len(found.pages):>5}  "),
            Piece(padded(percent(least), 8, right=True), "bold"),
            Piece(f"  {padded(one_line(short_address(kept.url or kept.id, 400)), width - 17)}"),
        ]

    return draw


def cluster_words(cluster: Cluster, copy: int) -> tuple[Content, Content]:
    """Which copy of how many is shown: its number, and what it is beside."""
    n_copies = len(cluster.pages) - 1
    page = cluster.pages[copy + 1]
    of = f"copy {copy + 1} of {n_copies}" if n_copies > 1 else "one copy"
    likeness = f"  {percent(page.similarity)} alike · cluster of {counted(n_copies + 1, 'page')}"
    return Content.styled(of, "bold"), Content.styled(likeness, "$quiet")


def compared(kept: ClusterPage, copy: ClusterPage) -> tuple[Content, Content]:
    """Both texts, the words that only one of them has marked; takes up to 0.1 s: in a thread."""
    found = differences(kept.text, copy.text)
    return (
        _side("kept", "$text-success", kept) + marked(kept.text, found.left, DIFFERENT),
        _side("gone", "$text-error", copy) + marked(copy.text, found.right, DIFFERENT),
    )


def _side(word: str, style: str, page: ClusterPage) -> Content:
    sign = "✓" if page.kept else "✗"
    return Content.assemble(
        (f"{sign} {word}", f"bold {style}"), (f"  {one_line(page.url or page.id)}\n\n", "$quiet")
    )
