"""The view of merges: one word, from its bytes to its tokens, step by step."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tui.tokens.merging import Merging, head_words, pairs_content, parts_content, step_line
from tui.widgets.token_word import WordBox
from tui.widgets.words import Words


class StepList(VerticalScroll):
    """The steps; arrows go from one to the next."""

    HELP = """
## Merges

A word begins as its bytes. Of all neighbours, the pair that was learned first in training (the
lowest rank) is merged, and so on until no neighbours were ever merged: what is left are the tokens.

**←** and **→** go a step back and on, **home** and **end** to the bytes and the tokens. **e** types
another word; in the text, the word under the cursor is taken.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "step(1)", "step", key_display="← →", id="merges.next"),
        Binding("down,space", "step(1)", "step", show=False, id="merges.down"),
        Binding("left,up", "step(-1)", "step back", show=False, id="merges.before"),
        Binding("home", "step(-9999)", "bytes", show=False, id="merges.first"),
        Binding("end", "step(9999)", "tokens", show=False, id="merges.last"),
        Binding("e,enter,slash", "word", "word", key_display="e", id="merges.word"),
    ]

    class Stepped(Message):
        """So many steps on."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Asked(Message):
        """Another word is wanted."""

    def action_step(self, by: int) -> None:
        """Go some steps on."""
        self.post_message(self.Stepped(by))

    def action_word(self) -> None:
        """Type a word."""
        self.post_message(self.Asked())


class TokenMerges(Vertical):
    """The word, its steps, and what could be merged next."""

    class Typed(Message):
        """Another word."""

        def __init__(self, word: str) -> None:
            super().__init__()
            self.word = word

    def __init__(self) -> None:
        super().__init__(id="token-merges")
        self.box = WordBox("merge-word", "a word; begin with a blank if one stands before it")
        self.list = StepList(id="merge-steps")
        self._head, self._big = Words(id="merge-head"), Words(id="merge-big")
        self._steps, self._pairs = Words(id="merge-list"), Words(id="merge-pairs")
        self.merging: Merging | None = None

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.box
        yield self._head
        yield self._big
        with self.list:
            yield self._steps
        yield self._pairs

    def on_mount(self) -> None:
        """Nothing is typed yet."""
        self.box.display = False

    def on_resize(self) -> None:
        """How much of a word fits depends on the width."""
        self._draw()

    def show(self, merging: Merging | None, words: str = "") -> None:
        """Show a word, or say why there is none."""
        self.merging = merging
        if merging is None:
            for each in (self._big, self._steps, self._pairs):
                each.say(Content(""))
            self._head.say(Content(words))
        self._draw()

    @property
    def text(self) -> str:
        """The steps as they stand there."""
        return self._steps.text

    def _draw(self) -> None:
        merging = self.merging
        if merging is None:
            return
        flat = self.app.no_color or self.app.current_theme.ansi
        width = max(20, self.size.width - 6)
        self._head.say(head_words(merging))
        self._big.say(parts_content(merging.step, width, flat=flat))
        lines = (step_line(merging, n, width, flat=flat) for n in range(len(merging.steps)))
        self._steps.say(Content("\n").join(lines))
        self._pairs.say(pairs_content(merging))
        self.list.scroll_to(y=merging.at - self.list.size.height // 2, animate=False)

    @on(StepList.Stepped)
    def stepped(self, event: StepList.Stepped) -> None:
        """Another step."""
        event.stop()
        if self.merging is not None:
            self.merging.go_to(self.merging.at + event.by)
            self._draw()

    @on(StepList.Asked)
    def asked(self, event: StepList.Asked) -> None:
        """Show where a word is typed."""
        event.stop()
        self.box.value = self.merging.word if self.merging else ""
        self.box.display = True
        self.call_after_refresh(self.box.focus)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """The word."""
        event.stop()
        self._close()
        self.post_message(self.Typed(event.value))

    @on(WordBox.Left)
    def left(self, event: WordBox.Left) -> None:
        """Back to the steps."""
        event.stop()
        self._close()

    def _close(self) -> None:
        self.box.display = False
        self.list.focus()
