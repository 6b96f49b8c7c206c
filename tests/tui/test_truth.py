from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest

from engine.errors import LabError
from tui.lane import verdict_note
from tui.panes.compare import EXAMPLE
from tui.truth import Verdict, WorldTruth

ECHO = (
    sys.executable,
    "-c",
    "import sys, json\n"
    "for line in sys.stdin:\n"
    "    asked = json.loads(line)\n"
    "    if asked['answer'] == 'die': sys.exit(1)\n"
    "    print('null' if asked['answer'] == 'none' else"
    " json.dumps(dict(outcome='wrong', truth=asked['question'], tier='tail', exposures=1)),"
    " flush=True)\n",
)


async def test_the_example_is_a_head_fact_of_the_shipped_world() -> None:
    truth = WorldTruth()
    try:
        right = await truth.judge(EXAMPLE, "Mira Veklon was born in Dunbury.")
        assert right is not None
        assert (right.outcome, right.truth, right.tier) == ("correct", "Dunbury", "head")
        assert right.exposures > 10
        assert await truth.judge("What is the meaning of life?", "42") is None
    finally:
        await truth.close()


async def test_lines_come_back_and_a_lost_helper_is_replaced() -> None:
    truth = WorldTruth(ECHO)
    try:
        odd = "a\nb \u2028 “é”"
        assert await truth.judge(odd, "x") == Verdict("wrong", odd, "tail", 1)
        assert await truth.judge(odd, "none") is None
        with pytest.raises(LabError, match="Not judged"):
            await truth.judge(odd, "die")
        assert await truth.judge(odd, "x") is not None
    finally:
        await truth.close()
        await truth.close()


async def test_who_leaves_before_the_reply_takes_nobody_elses(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    waits = (
        f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n"
    )
    truth = WorldTruth((*ECHO[:2], waits + ECHO[2]))
    try:
        left = asyncio.create_task(truth.judge("who left", "x"))
        await asyncio.sleep(0)
        while truth._owed == 0:
            await asyncio.sleep(0.01)
        left.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await left
        stayed = asyncio.create_task(truth.judge("who stayed", "x"))
        gate.touch()
        found = await stayed
        assert found is not None
        assert found.truth == "who stayed"
    finally:
        await truth.close()


async def test_a_helper_that_cannot_be_started_is_a_sentence() -> None:
    with pytest.raises(LabError, match="could not be started"):
        await WorldTruth(("/nowhere/python",)).judge("who", "x")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("correct", "Dunbury", "head", 81), "✓ correct · head fact, on 81 pages"),
        (Verdict("wrong", "Ash", "tail", 1), "✗ wrong · the web says Ash · tail fact, on 1 page"),
        (
            Verdict("abstained", "Ash", "unseen", 0),
            "○ abstained · the web says Ash · unseen fact, on no page",
        ),
    ],
)
def test_a_verdict_in_words(verdict: Verdict, words: str) -> None:
    assert verdict_note(verdict, answered=True).text == words


def test_a_raw_continuation_is_shown_the_truth_and_not_judged() -> None:
    note = verdict_note(Verdict("wrong", "Dunbury", "head", 81), answered=False)
    assert note.text == (
        "a continuation, not an answer · the web says Dunbury · head fact, on 81 pages"
    )
