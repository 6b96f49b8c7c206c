"""Commands of the Compare pane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.commands.command import Command
from tui.widgets.columns import LEAST_COLUMNS, MOST_COLUMNS

if TYPE_CHECKING:
    from tui.app import LabApp


def commands(app: LabApp) -> Iterator[Command]:
    """Ask, change what is asked, change the columns."""
    pane = app.compare

    def command(name: str, about: str, run: Callable[[], Any], key: str = "") -> Command:
        return Command(name, about, run, f"compare.{key}" if key else "", "compare")

    if pane.streamer.running:
        yield command("Stop the answers", "", pane.action_stop, "stop")
    yield command("Ask all columns", "enter in the prompt", pane.action_send)
    yield command("Repeat with another seed", "", pane.action_reseed, "reseed")
    other = "raw text" if pane.columns.chat else "chat"
    yield command(f"Send the prompt as {other}", "", pane.action_mode, "mode")
    yield command("Sampling of all columns", "", pane.action_sampling, "sampling")
    name = pane.columns.current.lane.name
    own = "Take back the own sampling of" if pane.columns.current.lane.own else "Own sampling for"
    yield command(f"{own} {name}", "", pane.action_own, "own")
    yield command(f"Another model in place of {name}", "", pane.action_choose, "choose")
    if len(pane.columns.all) < MOST_COLUMNS:
        yield command("Add a column", "", pane.action_add, "add")
    if len(pane.columns.all) > LEAST_COLUMNS:
        yield command(f"Remove the column of {name}", "", pane.action_remove, "remove")
    if pane.columns.current.answer is not None:
        copy = f"Copy the answer of {name}"
        yield Command(copy, "", pane.action_copy, "pane.copy", "compare")
    servers = "Ollama, vLLM, llama.cpp, OpenAI"
    yield command("Connect a server ...", servers, pane.chooser.connect)
    formats = "hf:ORG/NAME, a folder, .gguf"
    yield command("Import a model ...", formats, pane.chooser.import_model)
    for state in app.servers.states:
        server = state.server.name
        forget = partial(app.forget_server, server)
        yield command(f"Forget the server {server}", state.server.url, forget)
