"""What the lab takes of the disk, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.runs.table import size_words
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.disk_use import DiskUse
    from engine.trash import Trashed

_BAR = 24
_MOST_LISTED = 100
Part = Content | str | tuple[str, str]


def disk_words(use: DiskUse | None, deleted: Sequence[Trashed]) -> Content:
    """A line each, the largest first; then what is in the trash."""
    if use is None:
        return Content.styled("The folders are measured …", "$quiet")
    parts: list[Part] = []
    most = max(use.total, 1)
    for share in sorted(use.shares, key=lambda share: -share.size):
        cells = round(share.size / most * _BAR)
        things = f"{share.things:6}" if share.things else " " * 6
        parts += [
            f"{share.name:20}{size_words(share.size):>9}{things}  ",
            ("█" * cells, "$primary"),
            ("░" * (_BAR - cells) + "\n", "$quiet"),
        ]
    parts += [
        (f"{'all of it':20}{size_words(use.total):>9}\n", "bold"),
        f"{'free on the disk':20}{size_words(use.free):>9}",
        (f"  of {size_words(use.capacity)}\n\n", "$quiet"),
    ]
    return Content.assemble(*parts, *_trash(deleted))


def _trash(deleted: Sequence[Trashed]) -> list[Part]:
    if not deleted:
        return [("The trash is empty: what is deleted here goes there first.", "$quiet")]
    parts: list[Part] = [("In the trash", "bold"), ("  u brings back the first\n", "$quiet")]
    for entry in deleted[:_MOST_LISTED]:
        when = entry.deleted[:16].replace("T", " ")
        parts.append(f"  {one_line(entry.name):28}{when}\n")
    if len(deleted) > _MOST_LISTED:
        parts.append((f"  and {len(deleted) - _MOST_LISTED} more\n", "$quiet"))
    return parts
