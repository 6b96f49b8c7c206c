"""The line of the course above the status line: what to do now, and what came of it.

On a tall terminal it is a card with the step's text; else a line or two, and F5 shows the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.course.words import with_keys
from tui.notes import NOT_KEPT
from tui.safe_text import visible

if TYPE_CHECKING:
    from tui.course.guide import Guide
    from tui.course.steps import Step

CARD_FROM = (100, 36)
"""Cells and lines of a terminal from which on there is room for the step's text."""


class CourseStrip(Horizontal):
    """Says a step in the words that there is room for; its words in reverse are clicked."""

    DEFAULT_CSS: ClassVar[str] = """
    CourseStrip {
        height: auto;
        max-height: 7;
        width: 1fr;
        background: $surface;
        border-left: thick $accent;
        &.-closed {
            display: none;
        }
        #course-words {
            width: 1fr;
            height: auto;
            padding: 0 1;
        }
        #course-close {
            width: 3;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="course-strip")
        self._words = Static(id="course-words")
        self._guide: Guide | None = None
        self._key_of: Callable[[str], str] = str
        self._hinting, self._is_kept = False, True
        self._height: int | None = None
        """Of the card before its step was done; None while it is not."""

    def compose(self) -> ComposeResult:
        """The words, and what closes them at their right."""
        yield self._words
        yield Static(_clickable("×", "leave"), id="course-close")

    def offer(self) -> None:
        """To who has opened the lab for the first time."""
        words = "A guided course walks through the lab. "
        self._words.update(
            Content.assemble(("New here? ", "bold"), words, _clickable("F5 opens it", "open"))
        )

    def guide(self, guide: Guide, key_of: Callable[[str], str], *, is_kept: bool) -> None:
        """Show where somebody is, and whether the next start will know it."""
        if not guide.complete:
            self._height = None
        elif self._height is None:
            self._height = self.size.height
        self._guide, self._key_of, self._hinting = guide, key_of, False
        self._is_kept = is_kept
        self.remove_class("-closed")
        self._draw()

    def close(self) -> None:
        """Make room. A class, as a small screen hides it too: that is for the stylesheet to say."""
        self.add_class("-closed")

    def hint(self) -> None:
        """It takes a while: help."""
        self._hinting = True
        self._draw()

    def on_resize(self) -> None:
        """There may be room for the text now, or no longer."""
        self._draw()

    def _draw(self) -> None:
        guide = self._guide
        if guide is None or guide.step is None:
            return
        size = self.app.size
        tall = size.width >= CARD_FROM[0] and size.height >= CARD_FROM[1]
        # A card keeps its height when its step is done: the pane above would be laid out anew
        # under the eyes of whoever has just done something in it.
        self.styles.min_height = self._height if tall and guide.complete else None
        self._words.update(
            self._card(guide, guide.step) if tall else self._brief(guide, guide.step)
        )

    def _brief(self, guide: Guide, step: Step) -> Content:
        parts = [_number(guide, step), self._sign, Content(" ")]
        if guide.complete:
            return Content("").join([*parts, *self._done(guide, step)])
        parts += [self._action(step), *_so_far(guide), Content(" ")]
        more = "F5:hint" if self._hinting and step.hint else "F5:text"  # One word: never broken.
        return Content("").join([*parts, _clickable(more, "open")])

    def _card(self, guide: Guide, step: Step) -> Content:
        title = Content.assemble(
            _number(guide, step), " ", (visible(step.title), "bold"),
            (f" · {visible(step.part)}", "$quiet"), self._sign, "  ",
            _clickable("F5 course", "open"),
        )  # fmt: skip
        if guide.complete:
            return Content("\n").join([title, Content("").join(self._done(guide, step))])
        lines = [title, Content(visible(step.text))]
        lines.append(Content("").join([Content("→ "), self._action(step), *_so_far(guide)]))
        if self._hinting and step.hint:
            hint = visible(with_keys(step.hint, self._key_of))
            lines[1] = Content.styled(hint, "italic")  # The text has been read by now.
        return Content("\n").join(lines)

    @property
    def _sign(self) -> Content:
        return Content.styled("" if self._is_kept else NOT_KEPT, "$quiet")

    def _action(self, step: Step) -> Content:
        return Content.styled(visible(with_keys(step.action, self._key_of)), "bold")

    def _done(self, guide: Guide, step: Step) -> list[Content]:
        parts = [
            Content.styled("✓ ", "bold $text-success"),
            Content(visible(guide.said[step.id])),
        ]
        if guide.n_done < len(guide.course.steps):
            following = visible(guide.proposed.title)
            parts += [Content("\n"), _clickable(f"F5 enter: {following}", "next")]
        else:
            parts.append(Content.styled("\nThat was the whole course.", "bold"))
        return parts


def _number(guide: Guide, step: Step) -> Content:
    place, of = guide.course.place(step), len(guide.course.steps)
    return Content.styled(f"{place}/{of}", "$quiet")


def _so_far(guide: Guide) -> list[Content]:
    """How much has come true of a step that wants more than one thing."""
    step = guide.step
    if step is None or len(step.checks) < 2 or not guide.found:
        return []
    return [Content.styled(f" ✓ {len(guide.found)} of {len(step.checks)}", "$text-success")]


def _clickable(words: str, what: str) -> Content:
    click = Style.from_meta({"@click": f"app.course('{what}')"})
    return Content.styled(f" {words} ", click).stylize("reverse")
