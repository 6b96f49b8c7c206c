"""Finds text that the screen has no room for: what a widget would say beside what can be seen.

Four looks, as there are four ways to lose words. A widget may stand beyond the edge of what holds
it, where nothing scrolls to it. A widget that renders a text knows how wide and
high it would be. A line that fills its place to the last cell may end within a word: then the
same words stand whole on a larger screen. And a border shortens a title that it has no room for.
What the lab itself ended in an ellipsis, or what can be scrolled to, was meant.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from textual.errors import NoWidget
from textual.widget import Widget

from tests.tui.snapshots.picture import Shot
from tui.app import LabApp

_WORD = re.compile(r"[^\W\d_]{2,}")


def cut_texts(app: LabApp, here: Shot, wide: Shot) -> list[str]:
    """A sentence for each text that is cut on the screen ``here``; ``wide`` is a larger one."""
    whole = set(_WORD.findall("\n".join(wide.lines)))
    found = []
    for widget in app.screen.query("*").results(Widget):
        what = widget.id or type(widget).__name__
        if _is_shown(widget) and _out_of_reach(app, widget):
            found.append(f"{what}: stands where nobody can see it")
        if not _in_sight(app, widget):
            continue
        found += [f"{what}: {said}" for said in itertools.chain(
            _without_room(widget), _broken(widget, here, whole), _border(widget, here)
        )]  # fmt: skip
    return found


def _is_shown(widget: Widget) -> bool:
    """Whether it is a leaf that is meant to be seen."""
    if not widget.visible or any(child.display for child in widget.children):
        return False
    return all(each.display for each in widget.ancestors_with_self)


def _out_of_reach(app: LabApp, widget: Widget) -> bool:
    """Whether some of a widget is hidden, in a direction in which nothing around it scrolls."""
    try:
        shown = app.screen.find_widget(widget)
    except NoWidget:
        return False
    region, clip = shown.region, shown.clip
    around = [each for each in widget.ancestors if isinstance(each, Widget)]
    beside = region.x < clip.x or region.right > clip.right
    below = region.y < clip.y or region.bottom > clip.bottom
    return bool(region) and (
        (beside and not any(each.allow_horizontal_scroll for each in around))
        or (below and not any(each.allow_vertical_scroll for each in around))
    )


def _in_sight(app: LabApp, widget: Widget) -> bool:
    """Whether all of a leaf is shown: what is half scrolled away is not cut."""
    if not _is_shown(widget):
        return False
    try:
        shown = app.screen.find_widget(widget)
    except NoWidget:
        return False
    return bool(shown.region) and shown.visible_region == shown.region


def _without_room(widget: Widget) -> Iterator[str]:
    if type(widget).render_line is not Widget.render_line:
        return  # It draws its lines itself.
    size, styles, visual = widget.content_size, widget.styles, widget._render()
    rules = styles.get_rules()
    wraps = styles.text_wrap != "nowrap"
    if wraps and visual.get_height(rules, size.width) > size.height:
        yield f"has {visual.get_height(rules, size.width)} lines in {size.height}: {visual}"
    wide = visual.get_optimal_width(rules, size.width)
    if not wraps and styles.text_overflow != "ellipsis" and wide > size.width:
        yield f"is {wide} cells wide in {size.width}: {visual}"


def _broken(widget: Widget, here: Shot, whole: set[str]) -> Iterator[str]:
    region = widget.content_region
    rows = [_cells(here.lines[y], region.x, region.right) for y in range(region.y, region.bottom)]
    for row, below in itertools.zip_longest(rows, rows[1:], fillvalue=""):
        end = re.search(r"[^\W\d_]{2,}$", row)
        if end is None or cell_len(row) < region.width or end[0] in whole:
            continue
        rest = re.match(r"\s*([^\W\d_]*)", below)
        if rest is not None and rest[1] and end[0] + rest[1] in whole:
            continue  # It goes on in the next line: longer than a line, or a model's token.
        longer = next((word for word in whole if word.startswith(end[0])), None)
        if longer is not None:
            yield f"{end[0]!r} may be {longer!r} in {row!r}"


def _cells(line: str, start: int, end: int) -> str:
    """The cells of a line from ``start`` on, before ``end``."""
    padded = set_cell_size(line, max(end, cell_len(line)))
    return set_cell_size(padded, end)[len(set_cell_size(padded, start)) :]


def _border(widget: Widget, here: Shot) -> Iterator[str]:
    for title, y in (
        (widget._border_title, widget.region.y),
        (widget._border_subtitle, widget.region.bottom - 1),
    ):
        if title is None or not title.plain.strip():
            continue
        row = _cells(here.lines[y], widget.region.x, widget.region.right)
        if title.plain.strip() not in row:
            yield f"{title.plain!r} does not stand in {row!r}"
