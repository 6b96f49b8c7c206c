"""Text that the mouse marks in widgets that draw their own lines; ``ctrl+c`` and ``y`` copy it."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget


def with_marks(widget: Widget, strip: Strip, y: int) -> Strip:
    """A line on which the mouse finds its place, and that shows what is marked of it.

    Only the lines of the widget under the mouse can be marked: giving a line its places costs about
    as much as drawing it.

    Args:
        widget: that draws the line.
        strip: the line as it is drawn otherwise; it stays as it is.
        y: its number in the widget's text.
    """
    selection = widget.text_selection
    span = None if selection is None else selection.get_span(y)
    if span is not None:
        strip = _marked(widget, strip, *span)
    return strip.apply_offsets(0, y) if widget.mouse_hover else strip


def ends_marking(widget: Widget, event: events.Click) -> bool:
    """Whether a click is the end of a drag, which has marked text and chooses nothing."""
    if event.chain > 1:
        event.prevent_default()  # Textual would mark all of the text.
    return widget.text_selection is not None


def _marked(widget: Widget, strip: Strip, start: int, end: int) -> Strip:
    """The characters from ``start`` to ``end`` marked; -1 is the end of the line."""
    text, cells = strip.text, strip.cell_length
    first = cell_len(text[:start])
    last = cells if end < 0 else cell_len(text[:end])
    style = widget.screen.get_component_rich_style("screen--selection")
    before, chosen, after = (strip.crop(*each) for each in ((0, first), (first, last), (last,)))
    segments = Segment.apply_style(chosen, post_style=style)
    return Strip.join([before, Strip(segments, chosen.cell_length), after])
