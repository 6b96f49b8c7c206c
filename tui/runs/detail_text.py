"""The run under the cursor, in words: what the table has no room for."""

from __future__ import annotations

from textual.content import Content

from tui.folding import folded
from tui.format import fitted
from tui.runs.looks import state_sign
from tui.runs.row import DAMAGED, Row
from tui.runs.table import figure_words, size_words, steps_words, time_words
from tui.safe_text import one_line, visible
from tui.stages import hue

NOTHING = "No run yet: 1, then t trains one. What comes with the lab stands here as well."


def detail_words(row: Row | None, width: int) -> Content:
    """Its facts, what it says of itself, and the note as far as that fits in a line."""
    if row is None:
        return Content.styled("No run is called so: escape ends the filter.", "$quiet")
    glyph, style = state_sign(row.state)
    head = Content.assemble(
        (one_line(row.name), f"bold {hue(row.stage)}" if row.stage else "bold"),
        (f"  {glyph} {row.state}  ", style),
    )
    if row.state == DAMAGED:
        return head + Content.styled(fitted(one_line(row.message), width * 3), "$quiet")
    facts = [row.stage, row.preset, f"{steps_words(row)} steps", figure_words(row), time_words(row)]
    if row.extra is not None:
        facts.append(size_words(row.extra.size))
    first, *others = filter(None, facts)
    words = folded([head + first, *map(Content, others)], " · ", width)
    origin = f"from {one_line(row.parent)}" if row.parent else "from nothing"
    said = (row.started[:16].replace("T", " "), origin)
    words += Content.styled(f"\n{fitted(' · '.join(filter(None, said)), width)}", "$quiet")
    if row.message:
        words += Content.styled(f"\n{fitted(one_line(row.message), 2 * width)}", style)
    if row.note:
        words += Content.styled(f"\n{fitted(one_line(row.note), width)}", "italic")
    return words


def note_title(row: Row) -> str:
    """What the dialog for a note is called."""
    return f"note · {visible(row.name)}"
