"""The dialogs that change how the conversation goes on; imported when the first one opens."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from tui.chat.session import Session
from tui.sampling import Sampling
from tui.screens.sampling_form import SamplingForm
from tui.screens.tool_bench import Lab, ToolBench
from tui.screens.tool_policies import ToolPolicies


def open_sampling(app: App[None], session: Session, changed: Callable[[], None]) -> None:
    """Change how answers are drawn, from the next one on."""

    def chosen(sampling: Sampling | None) -> None:
        if sampling is not None:
            session.sampling = sampling
            changed()

    title = "sampling · conversation"
    app.push_screen(SamplingForm(session.sampling, title, samples=False), chosen)


def open_policies(app: App[None], session: Session, changed: Callable[[], None]) -> None:
    """Say who decides about which tool's calls."""
    screen = ToolPolicies(session.tools, session.problems, session.policies)
    app.push_screen(screen, lambda _: changed())


def open_bench(app: App[None], session: Session, lab: Lab, tool: str = "", call: str = "") -> None:
    """Try the tools by hand, with the tokens of the conversation's model, if it is the lab's."""
    model = session.model
    name = model.asked_as if model is not None and model.server is None else ""
    app.push_screen(ToolBench(lab, session.tools, name, tool, call))
