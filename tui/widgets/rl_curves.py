"""The curves of a run: how often it is right, how long its answers are, and its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui.rl.figures_text import held_out_table, step_figures
from tui.widgets.curve import Axis, Curve, Series
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.rl.watch import Shown

_SHARE = Axis("right", linear=True, high=1.0)
_TOKENS = Axis("tokens", linear=True)


class RlCurves(VerticalScroll):
    """Two curves over the steps, and the figures of the last one below them."""

    def __init__(self) -> None:
        super().__init__(id="rl-curves")
        self.accuracy = Curve(_SHARE, css_id="rl-accuracy")
        self.lengths = Curve(_TOKENS, css_id="rl-lengths")
        self._held_out, self._figures = Words(id="rl-held-out"), Words(id="rl-figures")

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.accuracy
        yield self._held_out
        yield self.lengths
        yield self._figures

    @property
    def text(self) -> str:
        """The figures, in words."""
        return f"{self._held_out.text}\n\n{self._figures.text}".strip()

    def show(self, shown: Shown) -> None:
        """Draw what there is of a run."""
        history = shown.history
        cold = shown.plan.cold_start if shown.plan else 0
        begun = cold if history.steps else 0  # a long cold start would leave attempts no room
        k = max(
            (score.k for each in history.evals[-1:] for score in each.tasks.values()), default=0
        )
        self.accuracy.plot(
            (
                Series("held-out", history.held_out("pass_at_1"), "$primary"),
                Series("train", history.series("pass_at_1"), "$stage-rl", "dashed"),
                Series(f"pass@{k or 'k'}", history.held_out("pass_at_k"), "$primary", "dotted"),
            ),
            shown.run.total_steps,
            x_min=begun,
        )
        self.lengths.plot(
            (
                Series("right", history.series("length_correct"), "$text-success"),
                Series("wrong", history.series("length_wrong"), "$text-error", "dotted"),
            ),
            shown.run.total_steps,
            x_min=begun,
        )
        self._held_out.say(held_out_table(history))
        self._figures.say(step_figures(history))
