"""The view of a training: merges as they come, and a slider for the size of the vocabulary."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.tokens.buffer import Buffer
from tui.tokens.learning import MOST, Learning, figures, merge_lines, slider_size, slider_words
from tui.widgets.token_pad import TokenPad
from tui.widgets.words import Words


class SizeSlider(Widget, can_focus=True):
    """How many entries the vocabulary has."""

    ALLOW_SELECT = False
    """The mouse drags it."""
    HELP = """
## Training

Byte-pair encoding, learned from the text while you watch: the pair of neighbours that stands most
often becomes a token, again and again. **←** and **→** move the slider by a merge, **page up** and
**page down** by 128, **home** and **end** to the bytes alone and to all that is learned; the merges
of a small vocabulary are the first ones of a large one, so nothing is learned anew.

**tab** goes to the text, where arrows look at tokens. It is edited in the view **t**.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,down", "size(-1)", "smaller", key_display="← →", id="slider.less"),
        Binding("right,up", "size(1)", "larger", show=False, id="slider.more"),
        Binding("pagedown,shift+left", "size(-128)", "smaller", show=False, id="slider.page-less"),
        Binding("pageup,shift+right", "size(128)", "larger", show=False, id="slider.page-more"),
        Binding("home", "size(-9999)", "bytes", show=False, id="slider.first"),
        Binding("end", "size(9999)", "all", show=False, id="slider.last"),
    ]

    class Moved(Message):
        """The size is another one."""

        def __init__(self, by: int = 0, to: int | None = None) -> None:
            super().__init__()
            self.by, self.to = by, to

    def __init__(self) -> None:
        super().__init__(id="size-slider")
        self.learning: Learning | None = None

    def render(self) -> Content:
        """The line."""
        return slider_words(self.learning, self.size.width) if self.learning else Content("")

    def action_size(self, by: int) -> None:
        """So many entries more."""
        self.post_message(self.Moved(by))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click sets it, and dragging moves it."""
        self.capture_mouse()
        self._to(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Dragging."""
        if self.app.mouse_captured is self:
            self._to(event)

    def on_mouse_up(self) -> None:
        """Dragging ends."""
        self.release_mouse()

    def _to(self, event: events.MouseEvent) -> None:
        column = event.get_content_offset_capture(self).x
        self.post_message(self.Moved(to=slider_size(column, self.size.width)))


class TokenTrain(Vertical):
    """A slider, figures, the merges, and the text as it is cut now."""

    def __init__(self) -> None:
        super().__init__(id="token-train")
        self.slider = SizeSlider()
        self.pad = TokenPad("train-pad", Buffer(), writes=False)
        self._figures, self._merges = Words(id="train-figures"), Words(id="train-merges")
        self.learning: Learning | None = None

    def compose(self) -> ComposeResult:
        """From the top down, merges beside the text."""
        yield self.slider
        yield self._figures
        with Horizontal():
            yield self._merges
            yield self.pad

    def show(self, learning: Learning | None, words: str = "") -> None:
        """Show how far a training is, or say why there is none."""
        self.learning = self.slider.learning = learning
        if learning is None:
            self._figures.say(Content(words))
            self._merges.say(Content(""))
            self.pad.show(None, None)
        self._draw()

    @property
    def figures(self) -> str:
        """What the text takes, in words."""
        return self._figures.text

    def on_resize(self) -> None:
        """More merges fit on a higher screen."""
        self._draw()

    def _draw(self) -> None:
        learning = self.learning
        self.slider.refresh()
        if learning is None:
            return
        self._figures.say(figures(learning))
        size = self._merges.size
        self._merges.say(merge_lines(learning, size.height, size.width))
        cut, glyphs = learning.cut()
        self.pad.buffer.text = cut.live.text
        self.pad.show(cut, glyphs)

    @on(SizeSlider.Moved)
    def moved(self, event: SizeSlider.Moved) -> None:
        """Another size."""
        event.stop()
        learning = self.learning
        if learning is not None:
            to = learning.entries + event.by if event.to is None else event.to
            # At its right end the slider goes with what is learned.
            learning.resize(MOST if to >= learning.learned else to)
            self._draw()
