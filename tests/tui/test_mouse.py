"""The lab by the mouse alone: every click goes where the words stand that a person would click."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui import filtering, probing, reinforcing
from tests.tui.conftest import Lab, closed, dialog, places, screen_text, settled, shows, until
from tui.app import LabApp
from tui.bench.scripted_chat import TOOLS
from tui.screens.export import ExportDialog
from tui.screens.keys import KeysScreen
from tui.screens.rl_attempt import RlAttempt
from tui.screens.sampling_form import SamplingForm
from tui.widgets.top_bar import PANES


async def click(app: LabApp, pilot: Pilot[None], words: str, times: int = 1, nth: int = 0) -> None:
    """Click on words that stand on the screen, wherever that is."""
    await shows(app, pilot, words)
    await pilot.click(offset=places(app, words)[nth], times=times)
    await pilot.pause()


async def palette(app: LabApp, pilot: Pilot[None], words: str) -> None:
    """Choose an entry of the palette by clicks, but for the words that are typed."""
    await click(app, pilot, "palette")
    await until(pilot, lambda: len(app.screen_stack) > 1, "the palette")
    await pilot.press(*words)
    # In the line where it is typed, and below.
    await until(pilot, lambda: screen_text(app).count(words) > 1, words)
    await click(app, pilot, words, nth=-1)


async def test_all_panes_and_views_are_gone_to_by_clicks(lab: Lab) -> None:
    filtering.put(lab)
    probing.put(lab)
    reinforcing.put(lab)
    async with lab.open((120, 40)) as (app, pilot):
        for name, (digit, title) in PANES.items():
            await click(app, pilot, f"{digit} {title}")
            await until(pilot, lambda name=name: app.shown_pane == name, name)
        await click(app, pilot, "2 Data")
        data = app.data_pane
        assert data is not None
        await until(pilot, lambda: data.views.display, "a report")
        for words, view in (("removed", "removed"), ("duplicates", "twins"), ("truth", "truth")):
            await click(app, pilot, words)
            await until(pilot, lambda view=view: data.views.view == view, view)
        await click(app, pilot, "3 Tokens")
        tokens = app.tokens_pane
        assert tokens is not None
        for view in ("compare", "merges", "chat", "train", "spelling", "text"):
            await click(app, pilot, view, nth=0)
            await until(pilot, lambda view=view: tokens.view == view, view)
        await click(app, pilot, "6 Probes")
        probes = app.probes_pane
        assert probes is not None
        for view in ("outcomes", "detectors", "one name", "answers"):
            await click(app, pilot, view)
        await until(pilot, lambda: probes.views.view == "answers", "answers")
        await click(app, pilot, "7 RL")
        rl = app.rl_pane
        assert rl is not None
        for view in ("curves", "wall"):
            await click(app, pilot, view)
            await until(pilot, lambda view=view: rl.view == view, view)
        await until(pilot, lambda: rl.wall.attempts, "cards")
        await pilot.click("#rl-wall", offset=(4, 2), times=2)
        card = await dialog(app, pilot, RlAttempt)
        await click(app, pilot, "→ next")
        assert card.card == 1
        await click(app, pilot, "← attempt")
        assert card.card == 0
        await click(app, pilot, "esc close")
        await closed(app, pilot)
        await pilot.mouse_down(rl.wall, offset=(4, 2))
        await pilot.mouse_up(rl.wall, offset=(4, 2))


async def test_screens_of_the_frame_are_closed_by_clicks(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        for key, words in (("f1", "esc closes"), ("f5", "esc close"), ("f8", "esc close")):
            await pilot.press(key)
            await until(pilot, lambda: len(app.screen_stack) == 2, key)
            await click(app, pilot, words)
            await closed(app, pilot)
        app.action_keys()
        keys = await dialog(app, pilot, KeysScreen)
        await until(pilot, lambda: keys.query_one(OptionList).options, "the keys are read")
        await click(app, pilot, "Change")
        await click(app, pilot, "esc leaves it")
        await until(pilot, lambda: app.screen is keys, "no key was pressed")
        await click(app, pilot, "esc closes")
        await closed(app, pilot)


async def test_text_of_an_answer_is_marked_and_copied(lab: Lab) -> None:
    lab.engine.script = lambda request: (" 漢字", " is", " one", "\n", "two", " three")
    async with lab.open((120, 40)) as (app, pilot):
        column = app.compare.columns.all[1]
        await shows(app, pilot, "漢字 is one")
        cursor = column.cursor
        (x, y), (end_x, end_y) = places(app, "is one")[-1], places(app, "three")[-1]
        await pilot.hover(offset=(x, y))
        await pilot.mouse_down(offset=(x, y))
        await pilot.hover(offset=(end_x + 2, end_y))
        await pilot.mouse_up(offset=(end_x + 2, end_y))
        await until(pilot, lambda: column.text_selection is not None, "marked")
        assert column.cursor == cursor, "a drag chooses no token"
        style = app.screen.get_component_rich_style("screen--selection")
        grounds = {
            segment.text: segment.style.bgcolor
            for segment in column.render_line(places(app, "漢字")[-1][1] - column.region.y - 1)
            if segment.style is not None
        }
        assert grounds["is"] == style.bgcolor
        assert len(set(grounds.values())) > 1, "and nothing before it"
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.clipboard == "is one↵\ntwo thr", "copied")
        app.copy_to_clipboard("")
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == "is one↵\ntwo thr", "copied by y as well")
        await pilot.click(offset=(x, y))
        await until(pilot, lambda: column.cursor != cursor, "a click chooses a token")
        assert column.text_selection is None
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard.endswith("two three"), "all of it")


async def test_compare_by_clicks(lab: Lab) -> None:
    async with lab.open((120, 40)) as (app, pilot):
        pane = app.compare
        asked = len(lab.engine.requests)
        await click(app, pilot, "send")
        await until(pilot, lambda: len(lab.engine.requests) >= asked + 2, "asked again")
        await settled(app, pilot)
        column = pane.columns.all[1]
        await pilot.click(column, offset=(4, 1))
        await until(pilot, lambda: column.cursor is not None, "a token")
        before = len(lab.engine.requests)
        await pilot.click(pane.inspector, offset=(6, 3), times=2)
        await until(pilot, lambda: len(lab.engine.requests) > before, "another token in its place")
        await settled(app, pilot)
        await click(app, pilot, "sampling")
        await dialog(app, pilot, SamplingForm)
        await click(app, pilot, "Cancel")
        await closed(app, pilot)
        await click(app, pilot, "▾")
        await until(pilot, lambda: bool(app.screen.query(OptionList)), "the models")
        await click(app, pilot, "→ precision")
        await shows(app, pilot, "@")
        await click(app, pilot, "esc cancel")
        await closed(app, pilot)
        await palette(app, pilot, "Export what is shown")
        await dialog(app, pilot, ExportDialog)
        await click(app, pilot, "Cancel")
        await closed(app, pilot)


async def test_a_call_is_decided_and_the_conversation_scrolled_by_clicks(talk: Lab) -> None:
    async with talk.open((100, 30)) as (app, pilot):
        await click(app, pilot, "5 Chat")
        await until(pilot, lambda: app.chat is not None and app.chat.is_mounted, "the pane")
        chat = app.chat
        assert chat is not None
        await until(pilot, lambda: chat.session.tools, "the tools")
        for tool in TOOLS:
            chat.session.policies.choose(tool, "ask")
        await pilot.click(OptionList, offset=(4, 0))
        await until(pilot, lambda: chat.session.waiting is not None, "a call that waits")
        await click(app, pilot, "approve")
        await until(pilot, lambda: not chat.talker.running and chat.session.waiting is None, "done")
        reply = chat.session.conversation.exchanges[0].reply
        await until(pilot, lambda: reply.state == "done", "the answer")
        assert [call.state for call in reply.calls] == ["done"]
        await shows(app, pilot, "blower.")
        x, y = places(app, "glassblower")[-1]
        await pilot.mouse_down(offset=(x, y))
        await pilot.hover(offset=(x + 4, y))
        await pilot.mouse_up(offset=(x + 4, y))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.clipboard == "glass", "what was marked is copied")
        await click(app, pilot, "new")
        await until(pilot, lambda: not chat.session.conversation.exchanges, "a new one")
        await click(app, pilot, "past")
        await shows(app, pilot, "x delete")
        await click(app, pilot, "x delete")
        await shows(app, pilot, "for good?")
        await click(app, pilot, "Delete", nth=-1)
        await shows(app, pilot, "None was kept yet")
        await pilot.click(offset=(0, 0))
        await closed(app, pilot)
