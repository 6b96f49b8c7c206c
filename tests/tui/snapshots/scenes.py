"""Every pane in four states, nothing there, at work, done, failed; and the frame's screens open.

A scene puts into the scripted lab what the pane shall find, and walks to it by keys. Whatever a
clock or chance would change is fixed by the scripts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from textual.pilot import Pilot
from textual.widget import Widget

from engine.errors import CheckpointError, LabError
from engine.vocab.find import FoundTokenizer
from tests.tui import filtering, probing, reinforcing
from tests.tui.conftest import Lab, shows, until
from tui.app import LabApp
from tui.bench.scripted import training_events
from tui.bench.scripted_chat import TOOLS, ScriptedChat
from tui.chat.policy import Policy

State = Literal["empty", "working", "done", "failed", "open"]
Walk = Callable[[LabApp, Pilot[None]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be seen.

    Args:
        pane: name of a pane, or of a screen.
        state: of what it shows.
        prepare: puts things into the lab before it opens.
        walk: goes there, and waits until it is.
        answered: whether Compare's first question is to be answered before.
        offered: whether the course is offered, as at the first start.
        again: keys that bring back what closes when the terminal's size or the theme changes.
    """

    pane: str
    state: State
    prepare: Callable[[Lab], None]
    walk: Walk
    answered: bool = True
    offered: bool = False
    again: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As in the names of pictures."""
        return f"{self.pane}-{self.state}"


def _nothing(lab: Lab) -> None:
    pass


def _go(key: str, *words: str) -> Walk:
    """Leave the prompt, go to a pane, and wait for words."""

    async def walk(app: LabApp, pilot: Pilot[None]) -> None:
        await pilot.press("escape", key)
        for each in words:
            await shows(app, pilot, each)

    return walk


def _see(*words: str) -> Walk:
    """Stay in Compare, and wait for words."""

    async def walk(app: LabApp, pilot: Pilot[None]) -> None:
        for each in words:
            await shows(app, pilot, each)

    return walk


def _without_checkpoints(lab: Lab) -> None:
    lab.checkpoints = list


# 1 Pipeline and 8 Runs


def _run(lab: Lab, state: str, *, steps: int, message: str = "") -> None:
    """A training of base with a log of so many steps."""
    folder = lab.root / "base-0003"
    folder.mkdir()
    told = list(training_events(steps))
    reinforcing.write_events(folder, told)
    lab.events = lambda: iter(told)
    lab.runs.add("base-0003", state, step=steps, message=message)


def _training(lab: Lab) -> None:
    _run(lab, "running", steps=1840)


def _trained(lab: Lab) -> None:
    _run(lab, "done", steps=2600)


def _training_failed(lab: Lab) -> None:
    _run(lab, "failed", steps=700, message="The loss is nan at step 701. Try a lower rate.")


async def _chosen_run(app: LabApp, pilot: Pilot[None]) -> None:
    """Go to the run that has ended: while one is at work, the rail's cursor is there already."""
    await _go("1", "base-0003")(app, pilot)
    await pilot.press("down", "down")


async def _chosen_done(app: LabApp, pilot: Pilot[None]) -> None:
    await _chosen_run(app, pilot)
    await shows(app, pilot, "step 2 600/2 600")


async def _chosen_failed(app: LabApp, pilot: Pilot[None]) -> None:
    await _chosen_run(app, pilot)
    await shows(app, pilot, "nan at step 701")


# 2 Data


def _filtering(lab: Lab) -> None:
    lab.funnels.add("funnel-0002", "running", stage="pages", share=0.3, pages=300, kept=140)


def _filtered(lab: Lab) -> None:
    filtering.put(lab)


def _filter_failed(lab: Lab) -> None:
    lab.funnels.add("funnel-0002", "failed", message="pocket-00003.warc.gz cannot be read.")


# 3 Tokens


async def _no_text(app: LabApp, pilot: Pilot[None]) -> None:
    await _go("3", "entries")(app, pilot)
    assert app.tokens_pane is not None
    app.tokens_pane.desk.buffer.replace("")
    app.tokens_pane.views.focused_pad.show_cursor()
    await shows(app, pilot, "The text is empty")


async def _learning(app: LabApp, pilot: Pilot[None]) -> None:
    await _go("3", "entries")(app, pilot)
    await pilot.press("r")
    await shows(app, pilot, "bytes a token")


def _no_tokenizer(lab: Lab) -> None:
    def find(name: str) -> FoundTokenizer:
        raise LabError(f"The vocabulary of {name} is not here. Connect to the internet.")

    lab.tokenizer = find


# 4 Compare


def _slow_answers(lab: Lab) -> None:
    lab.engine.script = lambda request: ["The", " river", " Aldra", " rises", " near"] * 9
    lab.engine.tokens_per_s = 1e-3  # ten tokens, and the next ones after the test


def _refused(lab: Lab) -> None:
    for name in ("nano/base", "nano/sft"):
        lab.engine.refusals[name] = CheckpointError(
            f"{name}: model.safetensors has 12 bytes where the manifest says 5,643,512."
        )


# 5 Chat & Tools


def _chatting(lab: Lab) -> None:
    lab.engine = ScriptedChat(script=lambda request: [" word"], tokens_per_s=1e5)


def _ask(policy: Policy, *words: str, lose_after: int | None = None) -> Walk:
    """Ask something for which the model searches."""

    async def walk(app: LabApp, pilot: Pilot[None]) -> None:
        await _go("5", "search")(app, pilot)
        pane = app.chat
        assert pane is not None
        await until(pilot, lambda: not pane.partner.tools_awaited, "the tools")
        for tool in TOOLS:
            pane.session.policies.choose(tool, policy)
        engine = await app.connected()
        assert isinstance(engine, ScriptedChat)
        engine.lose_after = lose_after
        pane.prompt.text = "Who is Orson Kovats?"
        await pilot.press("enter")
        for each in words:
            await shows(app, pilot, each)

    return walk


# 6 Probes


def _probing(lab: Lab) -> None:
    folder = probing.put(lab, "running")
    del folder.records[9:], folder.before[9:]


def _probed(lab: Lab) -> None:
    probing.put(lab)


def _probe_failed(lab: Lab) -> None:
    folder = probing.put(lab, "failed")
    del folder.records[9:], folder.before[9:]
    (listed,) = lab.probes.all
    status = replace(listed.status, message="nano/idk: model.safetensors is damaged.")
    lab.probes.all[0] = replace(listed, status=status)


# 7 RL


def _reinforcing(lab: Lab) -> None:
    reinforcing.put(lab, steps=5)


def _reinforced(lab: Lab) -> None:
    reinforcing.put(lab, "done", steps=12)


def _rl_failed(lab: Lab) -> None:
    run = reinforcing.put(lab, "failed", steps=3)
    lab.runs.statuses[0] = replace(run, message="The loss is nan at step 4. Try a lower rate.")


# The frame's screens


def _press(*keys: str, words: str) -> Walk:
    """Open a screen by its keys from Compare's first answer."""

    async def walk(app: LabApp, pilot: Pilot[None]) -> None:
        await shows(app, pilot, "correct")
        await pilot.press(*keys)
        await shows(app, pilot, words)

    return walk


async def _settings(app: LabApp, pilot: Pilot[None]) -> None:
    await _press("f8", words="theme")(app, pilot)
    for widget in app.screen.query("*").results(Widget):
        if "settings.toml" in str(widget.border_subtitle):
            widget.border_subtitle = "~/.local/state/llmlab/settings.toml"


SCENES = (
    Scene("pipeline", "empty", _without_checkpoints, _go("1", "stages"), answered=False),
    Scene("pipeline", "working", _training, _go("1", "step 1 840")),
    Scene("pipeline", "done", _trained, _chosen_done),
    Scene("pipeline", "failed", _training_failed, _chosen_failed),
    Scene("data", "empty", _nothing, _go("2", "n starts one")),
    Scene("data", "working", _filtering, _go("2", "pages judged")),
    Scene("data", "done", _filtered, _go("2", "gopher quality")),
    Scene("data", "failed", _filter_failed, _go("2", "cannot be read")),
    Scene("tokens", "empty", _nothing, _no_text),
    Scene("tokens", "working", _nothing, _learning),
    Scene("tokens", "done", _nothing, _go("3", "characters a token")),
    Scene("tokens", "failed", _no_tokenizer, _go("3", "Connect to")),
    Scene("compare", "empty", _without_checkpoints, _see("no sft checkpoint"), answered=False),
    Scene("compare", "working", _slow_answers, _see("The river"), answered=False),
    Scene("compare", "done", _nothing, _see("correct")),
    Scene("compare", "failed", _refused, _see("12 bytes"), answered=False),
    Scene("chat", "empty", _chatting, _go("5", "calc")),
    Scene("chat", "working", _chatting, _ask("ask", "waiting for you")),
    Scene("chat", "done", _chatting, _ask("always", "glassblower.")),
    Scene("chat", "failed", _chatting, _ask("always", "engine stopped", lose_after=9)),
    Scene("probes", "empty", _nothing, _go("6", "n starts one")),
    Scene("probes", "working", _probing, _go("6", "22%")),
    Scene("probes", "done", _probed, _go("6", "✓ done")),
    Scene("probes", "failed", _probe_failed, _go("6", "damaged")),
    Scene("rl", "empty", _nothing, _go("7", "t starts a run")),
    Scene("rl", "working", _reinforcing, _go("7", "step 5/40")),
    Scene("rl", "done", _reinforced, _go("7", "step 12/40")),
    Scene("rl", "failed", _rl_failed, _go("7", "nan at step 4")),
    Scene("runs", "empty", _nothing, _go("8", "by started", "No run is chosen")),
    Scene("runs", "working", _training, _go("8", "━ base-0003")),
    Scene("runs", "done", _trained, _go("8", "━ base-0003")),
    Scene("runs", "failed", _training_failed, _go("8", "nan at step 701", "━ base-0003")),
    Scene("offer", "open", _nothing, _see("correct", "New here?"), offered=True),
    Scene("help", "open", _nothing, _press("f1", words="sampling")),
    Scene("course", "open", _nothing, _press("f5", words="web")),
    Scene("history", "open", _nothing, _press("f6", words="Mira Veklon born")),
    Scene("settings", "open", _nothing, _settings),
    Scene("export", "open", _nothing, _press("f9", words="Markdown")),
    Scene("jump", "open", _nothing, _press(words="correct"), again=("ctrl+o",)),
    # It keeps the colours that it was opened in.
    Scene(
        "palette", "open", _nothing, _press("ctrl+p", words="Search"), again=("escape", "ctrl+p")
    ),
)
