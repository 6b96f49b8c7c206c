"""A line in which one types what is looked for in the conversation above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tui.chat.finding import Spot, spots
from tui.widgets.chat_block import Place
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.widgets.chat_blocks import Blocks


def find_in(blocks: Blocks) -> None:
    """Open the line below the conversation, or go to it."""
    pane = blocks.parent
    assert isinstance(pane, Widget)
    there = pane.query(FindBar)
    if there:
        there.first().query_one(FindBox).focus()
    else:
        pane.mount(FindBar(blocks), after=blocks)


class FindBox(Input):
    """Where the words are typed."""

    HELP = """
## Find

What you type is looked for in the open conversation: questions, answers, calls and what they gave
back. **enter** and **↓** go to the next hit, **↑** to the one before, **escape** closes the line
and stays at the hit. **F6** looks through all conversations.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "turn(1)", "next hit", show=False, id="find.next"),
        Binding("up", "turn(-1)", "hit before", show=False, id="find.last"),
        Binding("escape", "close", "close", key_display="esc", id="find.close"),
    ]

    class Turned(Message):
        """Another hit is wanted: the next one, or with -1 the one before."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """It is wanted no longer."""

    def action_turn(self, by: int) -> None:
        """Ask for another hit."""
        self.post_message(self.Turned(by))

    def action_close(self) -> None:
        """Leave."""
        self.post_message(self.Left())


class FindBar(Horizontal):
    """Searches as one types, from the newest hit on; goes away when it is left by escape.

    Args:
        blocks: the conversation.
    """

    def __init__(self, blocks: Blocks) -> None:
        super().__init__(id="find")
        self._blocks = blocks
        self._spots: list[Spot] = []
        self._at = 0
        self._count = Words(id="find-count")

    def compose(self) -> ComposeResult:
        """The words, and which hit it is."""
        yield FindBox(placeholder="find in this conversation", compact=True)
        yield self._count

    def on_mount(self) -> None:
        """Ready to type."""
        self.query_one(FindBox).focus()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Other words: the newest hit."""
        conversation = self._blocks.conversation
        self._spots = spots(conversation, event.value) if conversation is not None else []
        self._at = len(self._spots) - 1
        self._show()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter goes on."""
        self._turn(1)

    @on(FindBox.Turned)
    def turned(self, event: FindBox.Turned) -> None:
        """The next hit or the one before, around the end."""
        self._turn(event.by)

    def _turn(self, by: int) -> None:
        if self._spots:
            self._at = (self._at + by) % len(self._spots)
            self._show()

    @on(FindBox.Left)
    async def left(self) -> None:
        """Back to the conversation."""
        self._blocks.focus()
        await self.remove()

    def _show(self) -> None:
        if self._spots:
            self._blocks.reveal(Place(*self._spots[self._at]))
            words = f"{self._at + 1} of {len(self._spots)} · ↑ ↓ · esc"
        else:
            words = "no hit · esc" if self.query_one(FindBox).value.strip() else "esc"
        self._count.say(Content.styled(words, "$quiet"))
