from __future__ import annotations

import sys

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
