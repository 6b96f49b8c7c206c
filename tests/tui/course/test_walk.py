"""The lecture's course from the first step to the last: by keyboard only, and by mouse only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from engine.rl import reader
from tests.tui.conftest import Lab, closed, screen_text
from tests.tui.course.walking import Walk, walk
from tui.course.facts import KINDS
from tui.keys.catalogue import all_bindings
from tui.widgets.data_rows import DataRows
from tui.widgets.probe_grid import ProbeGrid
from tui.widgets.rl_wall import RlWall

SHIPPED_RL = reader.shipped_rl_runs
"""As it is before ``lab`` takes it away from the other tests."""

KEYS = {
    "page": ["rows.open", "data.raw"],
    "funnel": ["what-if.more"],
    "tokens": ["tokens.merges"],
    "base": ["prompt.send"],
    "draw": ["prompt.leave", *["column.right"] * 9, "column.alternatives", "inspector.down",
             "inspector.choose"],
    "train": ["pipeline.train", "enter"],
    "assistant": ["prompt.send"],
    "conversation": ["tokens.example"],
    "hallucination": ["prompt.send"],
    "knows": ["grid.down", "grid.open"],
    "idk": ["prompt.send"],
    "search": ["prompt.send"],
    "swiss-cheese": ["prompt.send"],
    "thinking": ["prompt.send"],
    "practice": ["rl.before"],
    "rollouts": ["wall.open", "attempt.next"],
}  # fmt: skip
"""By step: bindings that its action names, and arrow keys; the last one as often as it takes."""
ARROWS = ("column.right", "inspector.down", "grid.down", "attempt.next")


@pytest.fixture
def course(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr("engine.rl.reader.shipped_rl_runs", SHIPPED_RL)
    for looks in ("lab_watch", "panes.data", "panes.probes", "panes.rl"):  # As seldom as in truth.
        monkeypatch.setattr(f"tui.{looks}.LOOK_EVERY_S", 0.5)
    return lab


async def press(course: Walk, id_: str) -> None:
    """The key of a binding that the step's action names, or an arrow key that it speaks of."""
    step = course.guide.step
    assert step is not None
    if id_ == "enter":
        assert "then enter" in step.action
        await course.until(lambda: len(course.app.screen_stack) > 1, "a form")
        await course.pilot.press("enter")
        return
    if id_ in ARROWS:
        assert "arrow keys" in step.action
    else:
        assert f"{{key:{id_}}}" in step.action
    await course.pilot.press(all_bindings()[id_].keys[0])


async def ready(course: Walk, id_: str) -> None:
    """What a person waits for, as they see it."""
    waits = {"funnel": "kept           124", "draw": "She lived", "page": "page/", "knows": "✗"}
    if id_ in waits:
        await course.shows(waits[id_])
    if id_ == "rollouts":
        wall = course.app.query_one(RlWall)
        await course.until(lambda: wall.attempts and wall.has_focus, "cards")
    if id_ in ("page", "funnel", "knows"):
        lines = (DataRows, ProbeGrid)
        await course.until(lambda: isinstance(course.app.focused, lines), "the lines have keys")


async def act(way: Walk, id_: str, done: Callable[[], bool]) -> None:
    """Do by keys what a step asks for, the last until it is done; close what that opened."""
    await ready(way, id_)
    *first, last = KEYS[id_]
    for each in first:
        await press(way, each)
    for _ in range(12):
        await press(way, last)
        await way.pilot.pause(0.05)
        if done():
            break
    await way.until(done, f"{id_} comes true")
    while len(way.app.screen_stack) > 1:
        await way.pilot.press("escape")


async def test_by_keyboard_only(course: Lab) -> None:
    async with walk(course.root, (80, 24)) as way:
        await way.open_course()
        ids = [step.id for step in way.guide.course.steps]
        assert list(KEYS) == ids
        for id_ in ids:
            await way.pilot.press("enter")
            await way.begun(id_)
            await act(way, id_, lambda id_=id_: id_ in way.guide.said)
            await way.seen_done(id_)
            if id_ != ids[-1]:
                await way.open_course()
        await way.shows("That was the whole course.")
        for fact in way.guide.recent:
            for name, value in fact.values.items():
                assert isinstance(value, KINDS[fact.kind][name][0]), (fact.kind, name, value)
        kept = await way.app.state.do(way.app.state.course.steps, "lecture")
        assert set(kept) == set(ids)


async def test_by_mouse_only(course: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_COURSE_OFFER", "on")

    async def send() -> None:
        await way.click("⏎ send")

    async def read_page() -> None:
        await way.click("www.", times=2)
        await way.click("raw HTML")

    async def put_token() -> None:
        await way.click("lived")
        await way.click(" w3”", times=2)

    async def train() -> None:
        await way.click("  train  ")
        await way.until(lambda: len(way.app.screen_stack) > 1, "the form")
        await way.click("  Train  ")

    async def compare_rollouts() -> None:
        await way.click("✓ +", times=2)
        await way.shows("advantage")
        await way.pilot.click(offset=(1, 1))
        await closed(way.app, way.pilot)
        await way.click("✗ −", times=2)
        await way.until(lambda: "rollouts" in way.guide.said, "rollouts comes true")
        await way.pilot.click(offset=(1, 1))

    async def open_question() -> None:
        await way.click("✗✗✗✗ ✗✗✗✗", times=2)

    clicks: dict[str, Callable[[], Awaitable[None]]] = {
        "page": read_page,
        "funnel": lambda: way.click(" ›"),
        "tokens": lambda: way.click("m merges"),
        "draw": put_token,
        "train": train,
        "conversation": lambda: way.click("x example"),
        "knows": open_question,
        "practice": lambda: way.click("b before/after"),
        "rollouts": compare_rollouts,
    }
    async with walk(course.root, (120, 44)) as way:
        await way.click("F5 opens it")
        await way.click("Begin")
        ids = [step.id for step in way.guide.course.steps]
        for id_ in ids:
            await way.begun(id_)
            await ready(way, id_)
            await clicks.get(id_, send)()
            await way.seen_done(id_)
            if id_ != ids[-1]:
                await way.click("F5 enter: ")
        await way.shows("That was the whole course.")
        assert "whole course" in screen_text(way.app)


AGAIN = ("page", "funnel", "tokens", "conversation", "knows", "practice", "rollouts")
"""Steps whose panes keep what was done in them."""


async def test_a_step_can_be_gone_through_again(course: Lab) -> None:
    async with walk(course.root, (80, 24)) as way:
        for _ in range(2):
            for id_ in AGAIN:
                await way.open_course()
                await way.pilot.press("home", *["down"] * list(KEYS).index(id_), "enter")
                await closed(way.app, way.pilot)
                await way.begun(id_)
                await act(way, id_, lambda: way.guide.complete)
