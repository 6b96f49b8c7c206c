"""What if: thresholds moved in the pane, a scripted process holding the sample."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.filtering import opened, put
from tui.data.sample import Sample
from tui.data.sample_text import summary
from tui.screens.data_threshold import DataThreshold

HELPER = """
import json, os, sys, time
mode, folder = sys.argv[1:3]
def say(value): print(json.dumps(value), flush=True)
if mode == "failed":
    say({"failed": f"{folder} has [moved]\\x1b. Put it back."}); sys.exit()
if mode == "garbled":
    print("not JSON at all", flush=True); sys.exit()
for n in (10, 20): say({"measured": n, "of": 600})
bins = [0] * 30
say({"spreads": [{"rule": "gopher_quality.min_words", "low": 0.0, "high": 320.0,
                  "clean": [0, 0, *bins], "junk": [9, 1, *bins]}]})
for line in sys.stdin:
    moved = json.loads(line)["set"]
    if mode == "dies" and moved: os._exit(1)
    words = moved.get("gopher_quality.min_words", 50)
    if words == 60: say({"error": "No such [rule]."}); continue
    gone = max(0, int(50 - words))
    page = {"id": "a/1", "url": "http://[x]\\x1b.example/1", "label": "too_short", "value": "30",
            "was": "gopher_quality.min_words", "now": "", "threshold": 50.0,
            "evidence": "2 × twice", "text": "once twice \\x1b[2J twice"}
    say({"thresholds": moved, "pages": 600, "clean": 300, "junk": 240,
         "before": {"kept": 310, "clean_kept": 298, "junk_kept": 9},
         "now": {"kept": 310 + gone, "clean_kept": 298, "junk_kept": 9 + gone},
         "fallen": [{"rule": "gopher_quality.min_words", "before": 40, "now": 40 - gone,
                     "junk_before": 40, "junk_now": 40 - gone}],
         "n_changed": gone, "changed": [page] * min(gone, 3)})
"""


def helper(mode: str = "") -> tuple[str, ...]:
    return (sys.executable, "-c", HELPER, mode)


async def test_a_threshold_is_moved_by_keys_and_set_back(lab: Lab) -> None:
    put(lab)
    lab.whatif_command = helper()
    async with opened(lab, (80, 24)) as (app, pilot, pane):
        await pilot.press("w")
        await shows(app, pilot, "kept           310 →    310      ·  of 600, some of every rule")
        await shows(app, pilot, "junk   █▃")
        await until(pilot, lambda: pane.views.sample.rows.has_focus, "the thresholds")
        await pilot.press("minus", "left", "minus")
        await shows(app, pilot, "▸35")
        await shows(app, pilot, "kept           310 →    325    +15  of 600, some of every rule")
        await shows(app, pilot, "junk left        9 →     24    +15  of 240")
        await shows(app, pilot, "40      25     −15")
        await pilot.press("plus")
        await shows(app, pilot, "▸40")
        await pilot.press("c")
        await shows(app, pilot, "10 pages change sides, the first 3 here")
        await shows(app, pilot, "+  too short")
        await pilot.press("enter")
        await shows(app, pilot, "stays now; it fell to gopher_quality.min_words  30")
        await shows(app, pilot, "once twice ␛[2J twice")
        await pilot.press("escape", "escape", "0")
        await shows(app, pilot, "kept           310 →    310      ·  of 600, some of every rule")
        await pilot.press("minus", "down", "plus")
        await until(pilot, lambda: pane.sample and len(pane.sample.changed) == 2, "two moved")
        await pilot.press("z")
        await shows(app, pilot, "kept           310 →    310      ·  of 600, some of every rule")
        assert pane.sample is not None
        assert not pane.sample.changed
        assert "▸3" not in screen_text(app)


async def test_a_threshold_is_typed(lab: Lab) -> None:
    put(lab)
    lab.whatif_command = helper()
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("w")
        await shows(app, pilot, "of 600")
        await pilot.press("enter")
        asked = await dialog(app, pilot, DataThreshold)
        line = asked.query_one("#threshold", Input)
        assert line.value == "50"
        line.value = "[many]"
        await pilot.press("enter")
        await shows(app, pilot, "'[many]' is no number.")
        line.value = "20"
        await pilot.press("enter")
        await closed(app, pilot)
        await shows(app, pilot, "▸20")
        await shows(app, pilot, "+30")
        await pilot.press("enter")
        await dialog(app, pilot, DataThreshold)
        await pilot.press("escape")
        await closed(app, pilot)
        pane.views.sample.set_threshold("gopher_quality.min_words", 60)
        await shows(app, pilot, "✗ No such [rule].")


async def test_a_sample_that_is_lost_says_so_and_can_be_read_again(lab: Lab) -> None:
    put(lab)
    lab.whatif_command = helper("dies")
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("w")
        await shows(app, pilot, "of 600")
        await pilot.press("minus")
        await shows(app, pilot, "✗ The process that holds the sample was lost. s starts it again.")
        await pilot.press("s")
        await shows(app, pilot, "kept           310 →    310")
        assert pane.sample is not None
        assert pane.sample.state == "ready"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (helper("failed"), "has [moved]\x1b. Put it back."),
        (helper("garbled"), "was lost. s starts it again."),
        ((sys.executable, "-c", ""), "was lost. s starts it again."),
        (("/no/such/program",), "The sample cannot be read: No such file"),
    ],
)
async def test_a_sample_that_cannot_be_read_is_a_sentence(
    tmp_path: Path, command: tuple[str, ...], sentence: str
) -> None:
    sample = Sample(command, tmp_path, lambda: None)
    await sample.run()
    assert sample.state == "failed"
    assert sentence in sample.message
    said = summary(sample).plain
    assert said.startswith("✗ ")
    assert "\x1b" not in said


async def test_only_the_newest_of_many_moves_is_asked(tmp_path: Path) -> None:
    asked: list[float] = []
    sample = Sample(helper(), tmp_path, lambda: None)
    work = asyncio.create_task(sample.run())
    while sample.outcome is None:
        await asyncio.sleep(0.01)
    for words in range(49, 20, -1):
        sample.move("gopher_quality.min_words", words)
    while sample.asking or sample.outcome.n_changed != 29:
        asked += [sample.outcome.n_changed]
        await asyncio.sleep(0.001)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    assert len(set(asked)) <= 3
    assert sample.threshold("gopher_quality.min_words") == 21
    sample.move("gopher_quality.min_words", 50)
    assert sample.changed == {}
