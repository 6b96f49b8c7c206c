"""Tells the journal what comes of trainings: the app looks at them, whichever pane is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.journal import tell

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from engine.runs import RunStatus
    from tui.run_watch import RunWatch

MOST_OF_BEFORE = 20
"""Runs that were done when the lab was opened and are told of at its first look."""


class RunTeller:
    """Tells each thing once.

    Args:
        teller: who tells.
    """

    def __init__(self, teller: MessagePump) -> None:
        self._teller = teller
        self._steps: dict[str, int] = {}
        self._done: set[str] = set()

    def look(self, watch: RunWatch) -> None:
        """Tell what is new of the runs."""
        for run in watch.runs[:MOST_OF_BEFORE]:
            losses = watch.history(run.name).losses
            if losses and self._steps.get(run.name) != losses[-1][0]:
                self._steps[run.name] = int(losses[-1][0])
                self._tell_training(run, losses[0][1], losses[-1][1])
            if run.state == "done" and run.name not in self._done:
                self._done.add(run.name)
                made = watch.history(run.name).checkpoint or run.name
                tell(self._teller, "trained", **_run(run), step=run.step, checkpoint=made)

    def _tell_training(self, run: RunStatus, first: float, loss: float) -> None:
        tell(
            self._teller,
            "training",
            **_run(run),
            step=self._steps[run.name],
            first_loss=float(first),
            loss=float(loss),
            fall=1 - loss / first if first else 0.0,
        )


def _run(run: RunStatus) -> dict[str, str]:
    return {"run": run.name, "stage": run.stage, "preset": run.preset}
