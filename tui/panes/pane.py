"""What every pane is to the frame: something to give the focus to, to leave and find again as it
was, and to take away as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.clipboard import Piece, copy
from tui.widgets.prompt_box import PromptBox


@dataclass(frozen=True, slots=True)
class Contents:
    """What a pane shows now, as it would be written to a file.

    It is taken on the event loop, at once, and gone through in a thread, maybe more than once: what
    it holds is never changed any more, and what takes time is made then (``tui.export.made``).

    Args:
        title: a line.
        blocks: all of it to be read, without the title: Markdown, block by block.
        rows: the same as records, one a line of JSONL and of CSV; their keys are the columns.
        card: a file in Markdown that belongs below it, read when it is written.
    """

    title: str
    blocks: Iterable[str]
    rows: Iterable[Mapping[str, Any]] = ()
    card: Path | None = None


class LabPane(Vertical):
    """A subject of the lab; its id is its name in ``top_bar.PANES``."""

    BINDING_GROUP_TITLE = "Every pane"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy", show=False, id="pane.copy"),
    ]

    def focus_view(self) -> None:
        """Give the focus to what is shown: the prompt, else the first that takes it."""
        prompts = self.query(PromptBox).results()
        others = (widget for widget in self.query("*") if widget.focusable and widget.display)
        first = next(prompts, None) or next(others, None)
        if first is not None:
            first.focus()

    def memory(self) -> dict[str, Any]:
        """What to come back to at the next start: small, and JSON."""
        return {}

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Be as ``memory`` says.

        It may be of an older llmlab, and what it names may be gone: what cannot be had is left out.
        """

    def contents(self) -> Contents | None:
        """What stands here, None when that is nothing."""
        return None

    def under_cursor(self) -> Piece | None:
        """What ``y`` copies: an answer, a page, a line; None where the cursor stands on nothing."""
        return None

    def action_copy(self) -> None:
        """Copy what the mouse has marked, else what is under the cursor.

        Through the terminal, so also over SSH.
        """
        marked = self.screen.get_selected_text()
        copy(self.app, Piece("the marked text", marked) if marked else self.under_cursor())
