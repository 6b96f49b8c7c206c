"""What the command palette offers now: the list follows the state of the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from tui.panes.compare import ComparePane
from tui.panes.pipeline import PipelinePane
from tui.safe_text import visible
from tui.stages import TRAINED
from tui.widgets.rl_head import LATEST
from tui.widgets.top_bar import PANES

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.panes.chat import ChatPane
    from tui.panes.data import DataPane
    from tui.panes.deciding import Action
    from tui.panes.probes import ProbesPane
    from tui.panes.rl import RlPane
    from tui.widgets.token_head import View

_DECISIONS: dict[Action, tuple[str, str]] = {
    "approve": ("Approve the call", "a"),
    "deny": ("Deny the call", "d"),
    "edit": ("Edit the call ...", "e: it then runs as it was edited"),
    "inject": ("Write the call's output by hand ...", "i: the tool does not run"),
    "rerun": ("Write the answer anew from the chosen block", "r: with another seed"),
    "without": ("Ask the same question with tools off", "o"),
}


_TOKEN_VIEWS: dict[View, tuple[str, str]] = {
    "text": ("A text as tokens", "t"),
    "compare": ("Compare tokenizers", "c"),
    "merges": ("Watch a word being merged", "m"),
    "chat": ("A conversation as tokens", "h: special tokens and the loss mask,"),
    "train": ("Train a small tokenizer live", "r"),
    "spelling": ("Why a model can't spell", "s"),
}


class Command(NamedTuple):
    """A line of the palette."""

    name: str
    help: str
    run: Callable[[], Any]


def available(app: LabApp) -> Iterator[Command]:
    """The commands that would do something now."""
    for pane, (key, title) in PANES.items():
        if app.shown_pane != pane:
            yield Command(f"Go to {title}", f"Pane {key}", partial(app.action_pane, pane))
    yield from _training(app)
    for compare in app.query(ComparePane):
        yield from _comparing(app, compare)
    if app.chat is not None:
        yield from _chatting(app.chat)
    yield from _tokenizing(app)
    yield from _probing(app)
    yield from _reinforcing(app.rl_pane)
    yield from _filtering(app)


def _training(app: LabApp) -> Iterator[Command]:
    async def on_entry(entry: str, action: str) -> None:
        await app.action_pane("pipeline")
        pane = app.query_one(PipelinePane)
        await pane.go_to(entry)
        await pane.run_action(action)

    for stage in TRAINED:
        start = partial(on_entry, f"stage:{stage}", "train")
        yield Command(f"Train {stage}", "Start a training run", start)
    run = app.watch_runs.training
    if run is not None:
        entry = f"run:{run.name}"
        if run.state == "paused":
            yield Command(f"Resume {run.name}", "It waits", partial(on_entry, entry, "resume"))
        else:
            yield Command(f"Pause {run.name}", "It keeps all", partial(on_entry, entry, "pause"))
        yield Command(f"Stop {run.name}", "It saves itself", partial(on_entry, entry, "halt"))


def _comparing(app: LabApp, pane: ComparePane) -> Iterator[Command]:
    if pane.streamer.running:
        yield Command("Stop the answers", "escape", pane.action_stop)
    yield Command("Ask all columns", "enter in the prompt", pane.action_send)
    yield Command("Repeat with another seed", "ctrl+r", pane.action_reseed)
    other = "raw text" if pane.columns.chat else "chat"
    yield Command(f"Send the prompt as {other}", "ctrl+t", pane.action_mode)
    yield Command("Sampling of all columns", "F2", pane.action_sampling)
    name = pane.columns.current.lane.name
    own = "Take back the own sampling of" if pane.columns.current.lane.own else "Own sampling for"
    yield Command(f"{own} {name}", "o", pane.action_own)
    yield Command(f"Another model in place of {name}", "c", pane.action_choose)
    if len(pane.columns.all) < 4:
        yield Command("Add a column", "+", pane.action_add)
    if len(pane.columns.all) > 2:
        yield Command(f"Remove the column of {name}", "-", pane.action_remove)
    yield Command(f"Copy the answer of {name}", "y", pane.action_copy)
    yield Command("Connect a server ...", "Ollama, vLLM, llama.cpp, OpenAI", pane.chooser.connect)
    yield Command("Import a model ...", "hf:ORG/NAME, a folder, .gguf", pane.chooser.import_model)
    for state in app.servers.states:
        server = state.server.name
        forget = partial(app.forget_server, server)
        yield Command(f"Forget the server {server}", state.server.url, forget)


def _chatting(pane: ChatPane) -> Iterator[Command]:
    yield Command("New conversation", "ctrl+n: the old one is kept", pane.action_new)
    yield Command("Conversations of before ...", "ctrl+l: open, delete", pane.action_past)
    yield Command("Tool bench ...", "F3: call a tool by hand", pane.action_bench)
    yield Command("Tools and who decides ...", "F4: ask, always, never", pane.action_policies)
    yield Command("Sampling of the conversation", "F2 in Chat & Tools", pane.action_sampling)
    yield Command("Whom to talk to ...", "c in Chat & Tools", pane.action_choose)
    if pane.talker.running:
        yield Command("Stop the conversation's answer", "escape", pane.action_stop)
    if pane.session.conversation.exchanges:
        yield Command("Export the conversation ...", "x: Markdown or JSONL", pane.action_export)
    for what, (name, key) in _DECISIONS.items():
        if pane.decider.possible(what):
            yield Command(name, key, partial(pane.action_decide, what))


def _tokenizing(app: LabApp) -> Iterator[Command]:
    async def go_to(view: View) -> None:
        await app.action_pane("tokens")
        assert app.tokens_pane is not None
        app.tokens_pane.action_view(view)

    for view, (name, key) in _TOKEN_VIEWS.items():
        yield Command(name, f"{key} in Tokens", partial(go_to, view))
    pane = app.tokens_pane
    if pane is not None and app.shown_pane == "tokens":
        yield Command("Another tokenizer ...", "k in Tokens", pane.action_choose)
        yield Command("Open a text as tokens ...", "o in Tokens", pane.action_open)


def _probing(app: LabApp) -> Iterator[Command]:
    async def on_pane(act: Callable[[ProbesPane], None]) -> None:
        await app.action_pane("probes")
        assert app.probes_pane is not None
        act(app.probes_pane)

    yield Command("New probe ...", "n in Probes", partial(on_pane, lambda p: p.action_new()))
    yield Command(
        "Follow a name through the lab",
        "w in Probes: pages, answers of each stage, search",
        partial(on_pane, lambda p: p.action_view("name")),
    )
    pane = app.probes_pane
    if pane is None:
        return
    yield Command("Probes of before ...", "p in Probes", pane.action_list)
    shown = pane.probes.shown
    if shown is None:
        return
    name = shown.listed.status.name
    if pane.prober.possible("halt"):
        yield Command(f"Stop the probe {name}", "x: it keeps its answers", pane.action_halt)
    if pane.prober.possible("resume"):
        yield Command(f"Resume the probe {name}", "r in Probes", pane.action_resume)
    if pane.prober.possible("export"):
        yield Command(f"Export the probe {name} ...", "Markdown, CSV, JSONL", pane.action_export)


def _reinforcing(pane: RlPane | None) -> Iterator[Command]:
    """Starting, pausing and stopping are those of all trainings."""
    shown = pane.watch_rl.shown if pane is not None else None
    if pane is None or shown is None:
        return
    yield Command("Runs of reinforcement learning ...", "o in RL", pane.action_list)
    if shown.step is not None:
        latest, before = partial(pane.action_step, LATEST), partial(pane.action_view, "before")
        yield Command("Follow the newest step", "l in RL", latest)
        yield Command("Ask the problem before and after", "b in RL", before)


def _filtering(app: LabApp) -> Iterator[Command]:
    async def on_pane(act: Callable[[DataPane], None]) -> None:
        await app.action_pane("data")
        assert app.data_pane is not None
        act(app.data_pane)

    new, what_if = partial(on_pane, lambda p: p.action_new()), "threshold, and see what falls"
    yield Command("Filter a crawl ...", "n in Data: a run of the funnel", new)
    pane = app.data_pane
    shown = pane.watch_data.shown if pane is not None else None
    if pane is None or shown is None:
        return
    yield Command("Runs of the funnel ...", "o in Data", pane.action_list)
    if shown.report is not None:
        see = partial(on_pane, lambda p: p.action_view("sample"))
        yield Command("What if a threshold were another", f"w in Data: move a {what_if}", see)
    if pane.runner.possible("halt"):
        yield Command(f"Stop the funnel {shown.listed.name}", "x in Data", pane.action_halt)
    if pane.runner.possible("resume"):
        yield Command(f"Resume the funnel {shown.listed.name}", "r in Data", pane.action_resume)


def _literal(text: str) -> str:
    """The palette reads its lines as markup, and a model's name may be anything."""
    return escape(visible(text))


class LabCommands(Provider):
    """Feeds the palette."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in self._commands():
            name, help_text = _literal(command.name), _literal(command.help)
            yield DiscoveryHit(name, command.run, text=visible(command.name), help=help_text)

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                hit = matcher.highlight(_literal(command.name))
                yield Hit(score, hit, command.run, help=_literal(command.help))

    def _commands(self) -> Iterator[Command]:
        return available(cast("LabApp", self.app))
