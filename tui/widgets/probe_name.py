"""The view of one name: what is typed, what can be asked of it, and the whole chain below."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.probes.chain import Chain
from tui.probes.chain_text import about_words, ask_words, chain_words
from tui.widgets.words import Words

EXAMPLE = "Orson Kovats"
"""What stands there at the start: an unseen person of the shipped world."""


class NameBox(Input):
    """Where the name is typed."""

    HELP = """
## One name

Type a name and press **enter**: below stand what the world has of it and on how many training
pages, what each stage's checkpoint says when asked, how far its samples agree, and what a search
finds.
Names that stand on no page work too, and so does any question that ends in **?**.

**escape** goes to the questions, where **↑ ↓ enter** ask another one.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", key_display="esc", id="name.leave"),
        Binding("down", "leave", "questions", show=False, id="name.down"),
    ]

    class Left(Message):
        """Escape was pressed."""

    def action_leave(self) -> None:
        """Hand the focus over."""
        self.post_message(self.Left())


class ProbeName(Vertical):
    """A line to type in, the questions there are, and what came of the one that was asked."""

    class Typed(Message):
        """A name, or a question."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Asked(Message):
        """Another of the questions."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__(id="probe-name")
        self.box = NameBox(EXAMPLE, id="name", compact=True, placeholder="a name, or a question?")
        self.asks = OptionList(id="asks", markup=False)
        self._about, self._chain = Words(id="about-name"), Words(id="chain")
        self._listed: Chain | None = None
        """Whose questions are listed."""

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.box
        yield self._about
        yield self.asks
        with VerticalScroll(id="chain-scroll"):
            yield self._chain

    def on_mount(self) -> None:
        """Before anything was asked."""
        self.draw(None)

    def on_resize(self) -> None:
        """A long question is cut to what a line has room for."""
        chain, self._listed = self._listed, None
        if chain is not None:
            self.draw(chain)

    @property
    def about(self) -> str:
        """What the world has of the name, in words."""
        return self._about.text

    @property
    def text(self) -> str:
        """The whole chain, in words."""
        return self._chain.text

    def draw(self, chain: Chain | None) -> None:
        """Show how far a chain has come."""
        self.asks.display = chain is not None and chain.about is not None
        if chain is None:
            self._about.say(Content.styled("enter follows the name through the lab", "$quiet"))
            self._chain.say(Content(""))
            return
        if chain.about is not None and chain is not self._listed:
            self._listed = chain
            self._about.say(about_words(chain.about))
            width = max(20, self.size.width - 6)
            options = [Option(ask_words(ask, width)) for ask in chain.about.asks]
            self.asks.clear_options()
            self.asks.add_options(options)
            self.asks.highlighted = chain.chosen
        elif chain.about is None:
            self._listed = None
            self._about.say(Content(""))
        self._chain.say(chain_words(chain))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Enter in the line."""
        event.stop()
        if event.value.strip():
            self.post_message(self.Typed(event.value.strip()))

    @on(NameBox.Left)
    def left(self) -> None:
        """To the questions, where letters are keys."""
        (self.asks if self.asks.display else self.query_one(VerticalScroll)).focus()

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click on a question."""
        event.stop()
        self.post_message(self.Asked(event.option_index))
