"""Commands of the Data pane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.commands.command import Command

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.panes.data import DataPane


def commands(app: LabApp) -> Iterator[Command]:
    """Begin a run of the funnel, look at others, steer the one that is shown."""

    def command(name: str, about: str, run: Callable[[], Any], key: str) -> Command:
        return Command(name, about, run, f"data.{key}", "data")

    new = partial(_on_pane, app, lambda p: p.action_new())
    yield command("Filter a crawl ...", "a run of the funnel", new, "new")
    pane = app.data_pane
    shown = pane.watch_data.shown if pane is not None else None
    if pane is None or shown is None:
        return
    yield command("Runs of the funnel ...", "", pane.action_list, "list")
    if shown.report is not None:
        see = partial(_on_pane, app, lambda p: p.action_view("sample"))
        about = "move a threshold, and see what falls"
        yield command("What if a threshold were another", about, see, "what-if")
    if pane.runner.possible("halt"):
        yield command(f"Stop the funnel {shown.listed.name}", "", pane.action_halt, "stop")
    if pane.runner.possible("resume"):
        yield command(f"Resume the funnel {shown.listed.name}", "", pane.action_resume, "resume")


async def _on_pane(app: LabApp, act: Callable[[DataPane], None]) -> None:
    await app.action_pane("data")
    assert app.data_pane is not None
    act(app.data_pane)
