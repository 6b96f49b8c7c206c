"""The steps of a run before it trains, and the rows of the one that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.pipeline_text import run_sign
from tui.steps_text import WORDS_FROM, step_list, step_strip, table_words
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.runs import RunStatus
    from tui.run_history import RunHistory


class RunSteps(Words):
    """Follows the step the run is in, unless another one was chosen.

    Once the run trains, the steps fold into a line, and rows are shown of a chosen step only.
    """

    def __init__(self) -> None:
        super().__init__(id="steps")
        self.chosen: int | None = None
        self._run: RunStatus | None = None
        self._history: RunHistory | None = None

    def follow(self, run: RunStatus, history: RunHistory) -> None:
        """Show how far ``run`` is."""
        if self._run is None or self._run.name != run.name:
            self.chosen = None
        self._run, self._history = run, history
        self._draw()

    def turn(self, by: int) -> None:
        """Look at the next or previous step that has rows; behind the last one, follow again."""
        if self._history is None:
            return
        choices = [None, *sorted(self._history.tables)]
        at = choices.index(self.chosen) if self.chosen in choices else 0
        self.chosen = choices[(at + by) % len(choices)]
        self._draw()

    def action_choose(self, number: int) -> None:
        """A click on a step; on the one that is looked at, follow again."""
        self.chosen = None if self.chosen == number else number
        self._draw()

    def on_resize(self) -> None:
        """The columns are as wide as there is room."""
        self._draw()

    def _draw(self) -> None:
        run, history, width = self._run, self._history, self.size.width
        if run is None or history is None or not width:
            return
        folded = history.has_begun
        table = history.tables.get(self.chosen or 0)
        if table is None and not folded:
            table = history.table
        number = table.number if table else 0
        sign = run_sign(run.state)
        if folded:
            parts = [step_strip(history, sign, width, number)]
        else:
            parts = [step_list(history, sign, width, number)]
        if table is not None:
            parts.append(table_words(table, width))
        self.say(Content("\n\n" if width >= WORDS_FROM else "\n").join(parts))
