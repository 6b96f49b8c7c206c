"""Commands of the Probes pane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.commands.command import Command

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.panes.probes import ProbesPane


def commands(app: LabApp) -> Iterator[Command]:
    """Begin a probe, look at others, steer the one that is shown."""

    def command(name: str, about: str, run: Callable[[], Any], key: str) -> Command:
        return Command(name, about, run, f"probes.{key}", "probes")

    yield command("New probe ...", "", partial(_on_pane, app, lambda p: p.action_new()), "new")
    yield command(
        "Follow a name through the lab",
        "pages, answers of each stage, search",
        partial(_on_pane, app, lambda p: p.action_view("name")),
        "name",
    )
    pane = app.probes_pane
    if pane is None:
        return
    yield command("Probes of before ...", "", pane.action_list, "list")
    shown = pane.probes.shown
    if shown is None:
        return
    name = shown.listed.status.name
    if pane.prober.possible("halt"):
        yield command(f"Stop the probe {name}", "it keeps its answers", pane.action_halt, "stop")
    if pane.prober.possible("resume"):
        yield command(f"Resume the probe {name}", "", pane.action_resume, "resume")
    if pane.prober.possible("export"):
        formats = "Markdown, CSV, JSONL"
        yield command(f"Export the probe {name} ...", formats, pane.action_export, "export")


async def _on_pane(app: LabApp, act: Callable[[ProbesPane], None]) -> None:
    await app.action_pane("probes")
    assert app.probes_pane is not None
    act(app.probes_pane)
