"""What the tests of the Chat & Tools pane do and wait for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from engine.protocol import GenerateRequest
from tests.tui.conftest import Lab, until
from tui.app import LabApp
from tui.bench.scripted_chat import OUTPUT_END, OUTPUT_START, TOOLS, ScriptedChat, Use, word_ids
from tui.chat.policy import Policy
from tui.panes.chat import ChatPane

QUESTION = "Who is Orson Kovats?"
SEARCH = (1004, *word_ids(["", " Orson", " Kovats"])[1:], 1005)
FOUND = (OUTPUT_START, *word_ids([" Orson"]), OUTPUT_END)


def ends(request: GenerateRequest) -> Sequence[str | Use]:
    return [" Good", "."]


def engine_of(lab: Lab) -> ScriptedChat:
    assert isinstance(lab.engine, ScriptedChat)
    return lab.engine


@asynccontextmanager
async def opened(
    lab: Lab, size: tuple[int, int] = (100, 40)
) -> AsyncIterator[tuple[LabApp, Pilot[None], ChatPane]]:
    async with lab.open(size) as (app, pilot):
        await pilot.press("escape", "5")
        await until(pilot, lambda: app.chat is not None and app.chat.is_mounted, "the pane")
        pane = app.chat
        assert pane is not None
        await until(
            pilot, lambda: not pane.partner.tools_awaited or pane.session.problems, "the tools"
        )
        await until(pilot, lambda: app.focused is pane.prompt, "the focus")
        engine_of(lab).requests.clear()
        yield app, pilot, pane


async def asked(
    pilot: Pilot[None], pane: ChatPane, question: str = QUESTION, *, policy: Policy | None = None
) -> None:
    """Ask by the keyboard, and wait until nothing moves any more."""
    if policy is not None:
        for tool in TOOLS:
            pane.session.policies.choose(tool, policy)
    pane.prompt.focus()
    pane.prompt.text = question
    n_before = len(pane.session.conversation.exchanges)
    await pilot.press("enter")
    await until(pilot, lambda: len(pane.session.conversation.exchanges) > n_before, "asked")
    await calm(pilot, pane)


async def calm(pilot: Pilot[None], pane: ChatPane) -> None:
    def still() -> bool:
        replies = [r for each in pane.session.conversation.exchanges for r in each.replies]
        judging = any("comparing" in reply.not_judged for reply in replies)
        return not pane.talker.running and not any(r.live for r in replies) and not judging

    await pilot.pause()
    await until(pilot, still, "calm")
