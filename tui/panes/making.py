"""Panes are made, and what they are made of is imported, when they are first gone to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.panes.pane import LabPane


def new_pane(app: LabApp, name: str) -> LabPane:
    """A pane by its id; Compare is there from the start."""
    checkpoints = app.compare.checkpoints
    if name == "pipeline":
        from tui.panes.pipeline import PipelinePane

        pane = PipelinePane(app)
        pane.checkpoints = checkpoints
        return pane
    if name == "data":
        from tui.panes.data import DataPane

        return DataPane(app)
    if name == "chat":
        from tui.panes.chat import ChatPane

        return ChatPane(app, checkpoints)
    if name == "probes":
        from tui.panes.probes import ProbesPane

        return ProbesPane(app, checkpoints)
    if name == "tokens":
        from tui.panes.tokens import TokensPane

        return TokensPane(app, checkpoints)
    if name == "runs":
        from tui.panes.runs import RunsPane

        return RunsPane(app)
    assert name == "rl"
    from tui.panes.rl import RlPane

    return RlPane(app, checkpoints)
