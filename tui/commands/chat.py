"""Commands of the Chat & Tools pane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.commands.command import Command

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.panes.deciding import Action

_DECISIONS: dict[Action, tuple[str, str]] = {
    "approve": ("Approve the call", ""),
    "deny": ("Deny the call", ""),
    "edit": ("Edit the call ...", "it then runs as it was edited"),
    "inject": ("Write the call's output by hand ...", "the tool does not run"),
    "rerun": ("Write the answer anew from the chosen block", "with another seed"),
    "without": ("Ask the same question with tools off", ""),
}


def commands(app: LabApp) -> Iterator[Command]:
    """The conversation, its tools, and the call that waits."""
    pane = app.chat
    if pane is None:
        return

    def command(name: str, about: str, run: Callable[[], Any], key: str) -> Command:
        return Command(name, about, run, f"chat.{key}", "chat")

    yield command("New conversation", "the old one is kept", pane.action_new, "new")
    yield command("Conversations of before ...", "open, delete", pane.action_past, "past")
    yield command("Tool bench ...", "call a tool by hand", pane.action_bench, "bench")
    policies = pane.action_policies
    yield command("Tools and who decides ...", "ask, always, never", policies, "policies")
    yield command("Sampling of the conversation", "", pane.action_sampling, "sampling")
    yield command("Whom to talk to ...", "", pane.action_choose, "choose")
    if pane.talker.running:
        yield command("Stop the conversation's answer", "", pane.action_stop, "stop")
    if pane.session.conversation.exchanges:
        formats = "Markdown or JSONL"
        yield command(
            "Export the conversation ...", formats, partial(pane.app.run_action, "export"), "export"
        )
    for what, (name, about) in _DECISIONS.items():
        if pane.decider.possible(what):
            yield command(name, about, partial(pane.action_decide, what), what)
