"""What stands in the pane before anything was asked: questions, and what each will show."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.chat.examples import examples


class EmptyChat(Vertical):
    """A list of questions; enter or a click asks one."""

    def __init__(self) -> None:
        super().__init__(id="empty")
        self._examples = examples()

    def compose(self) -> ComposeResult:
        """A sentence and the list."""
        yield Static(
            Content.styled(
                "Ask something below, or begin with one of these (esc, ↑ ↓, ⏎):", "$quiet"
            )
        )
        yield OptionList(
            *(
                Option(
                    Content.assemble(
                        (example.question, "bold"), "\n", (f"  {example.shows}", "$quiet")
                    )
                )
                for example in self._examples
            )
        )

    def question(self, number: int) -> str:
        """The question on a line."""
        return self._examples[number].question
