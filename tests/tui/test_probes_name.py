"""One name as the Probes pane follows it through the lab."""

from __future__ import annotations

import asyncio

import pytest

from engine.errors import LabError
from engine.tool_protocol import ToolAnswer, ToolRequest
from tests.tui.conftest import Lab, shows, until
from tests.tui.probing import opened, put
from tui.bench.scripted import checkpoint
from tui.probes.about import About, Ask


async def test_a_name_is_followed_through_the_lab(lab: Lab) -> None:
    put(lab)
    lab.checkpoints = lambda: [
        checkpoint("nano/base", "base"),
        checkpoint("nano/sft", "sft"),
        checkpoint("nano/idk", "idk", parent="nano/sft"),
    ]
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("w")
        pane.views.name_view.box.value = "Mira Veklon"
        lab.engine.requests.clear()
        await pilot.press("enter")
        await until(pilot, lambda: pane.follower.chain and not pane.follower.running, "the chain")
        await shows(app, pilot, "person · head")
        for words in ("Where was Mira Veklon born?", "birthplace", "Dunbury", "on 81 pages",
                      "nano/base", "nano/sft", "nano/idk", "8 samples", "agreement 0.75",
                      "search"):  # fmt: skip
            await shows(app, pilot, words)
        requests = {(r.model, r.n, r.params.temperature) for r in lab.engine.requests}
        assert requests == {
            (f"nano/{stage}", n, temperature)
            for stage in ("base", "sft", "idk")
            for n, temperature in ((1, 0.0), (8, 0.8))
        }
        base = next(r for r in lab.engine.requests if r.model == "nano/base")
        assert base.prompt == "Q: a\nA: b\nQ: Where was Mira Veklon born?\nA:"
        assert base.params.stop == ("\n",)
        await pilot.press("escape")
        await until(pilot, lambda: pane.views.name_view.asks.has_focus, "the questions")
        await pilot.press("down", "enter")
        await shows(app, pilot, "Where was Mira Veklon taught?")
        await until(pilot, lambda: not pane.follower.running, "asked again")
        assert pane.follower.chain is not None
        assert all(lane.state == "done" for lane in pane.follower.chain.lanes)


async def test_the_grids_name_is_followed_and_a_failure_is_a_sentence(lab: Lab) -> None:
    put(lab)
    lab.engine.refusals["nano/sft"] = LabError("[bold]No memory.")
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("down", "down", "l")
        await until(pilot, lambda: pane.follower.chain and not pane.follower.running, "the chain")
        await shows(app, pilot, "✗ [bold]No memory.")
        await shows(app, pilot, "Person 1   stands on no page")
        await shows(app, pilot, "There is no tool 'search'")


async def test_escape_stops_what_is_asked(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        lab.engine.hold = True
        await pilot.press("w", "enter")
        await shows(app, pilot, "answers …")
        await pilot.press("escape")
        await until(pilot, lambda: pane.views.name_view.asks.has_focus, "the questions")
        await pilot.press("escape")
        await shows(app, pilot, "✗ stopped")
        assert not pane.follower.running


async def test_without_the_truth_it_says_why(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(self: object, name: str) -> None:
        raise LabError("The process that knows [red]the truth was lost.")

    monkeypatch.setattr("tui.bench.scripted.ScriptedTruth.about", lost)
    async with opened(lab) as (app, pilot, _):
        await pilot.press("w", "enter")
        await shows(app, pilot, "✗ The process that knows [red]the truth was lost.")


async def test_a_search_outlives_another_question_and_is_stopped_with_the_rest(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches, found = [], asyncio.Event()

    async def search(request: ToolRequest) -> ToolAnswer:
        searches.append(request.text)
        await found.wait()
        raise LabError("Nothing is reached.")

    monkeypatch.setattr(lab.engine, "call_tool", search)
    async with opened(lab) as (app, pilot, pane):
        asks = pane.views.name_view.asks
        await pilot.press("w", "enter")
        await until(pilot, lambda: len(searches) == 1, "searched")
        await pilot.press("escape")
        await until(pilot, lambda: asks.has_focus, "the questions")
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(searches) == 2, "begun anew")
        await shows(app, pilot, "searches …")
        await pilot.press("escape")
        await shows(app, pilot, "search · ✗ stopped")
        assert not pane.follower.running
        await pilot.press("up", "enter")
        await until(pilot, lambda: not pane.follower.running, "asked again")
        assert len(searches) == 2, "what was stopped stays so"


async def test_a_long_question_is_cut_to_the_width_there_is(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = f"Who wrote {'Hamlet ' * 40}?"

    async def free(self: object, name: str) -> About:
        asks = (Ask(attribute="", question=asked, truth=None, exposures=None),)
        return About(name=name, kind="", tier="", asks=asks, examples="", free=True)

    monkeypatch.setattr("tui.bench.scripted.ScriptedTruth.about", free)
    async with opened(lab) as (_, pilot, pane):
        asks = pane.views.name_view.asks

        def is_cut() -> bool:
            room = asks.scrollable_content_region.width
            shown = str(asks.options[0].prompt) if asks.options else ""
            return room - 8 < len(shown) <= room and shown.endswith("…")

        await pilot.press("w", "enter")
        await until(pilot, is_cut, "cut")
        await pilot.resize_terminal(160, 40)
        await until(pilot, is_cut, "cut anew")
