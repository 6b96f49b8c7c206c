from __future__ import annotations

import os

import pytest

from tui.bench.kill import run_kill_bench
from tui.bench.kill_screen import Emulator, confirmed, step_of_run

pytest.importorskip("pyte")

CHAT = """\
╭────────────────────────────────────╮
│   you                              │
│   k1 calc                          │
│                                    │
│   ▸ calc  c1   ✓ done · 2 ms       │
│   Some words and then a1           │
│   8 tokens · 412 tok/s · seed 7    │
│                                    │
│   you{sign}                      ▆ │
│   k2 python                        │
│ █ ▸ python  c2  ○ denied           │
│   8 tokens · 412 tok/s · seed 7    │
╰────────────────────────────────────╯
╭─ message ──────────────────────────╮"""


def test_only_what_has_no_sign_counts() -> None:
    shown = confirmed(CHAT.format(sign="").splitlines())
    assert [sorted(each) for each in shown[:3]] == [["1", "2"]] * 3
    shown = confirmed(CHAT.format(sign=" · not kept yet").splitlines())
    assert [sorted(each) for each in shown[:3]] == [["1"]] * 3


@pytest.mark.parametrize(
    ("border", "answers"),
    [
        ("╰─ ended by itself ─╯╰─ ended by itself ─╯", {"3", "4"}),
        ("╰─ ended by itself ─╯╰─ 5 tok · not kept yet ─╯", {"3"}),
        ("╰─ 12 tok · writing ─╯╰─ ended by itself ─╯", {"4"}),
    ],
)
def test_of_the_columns_those_count_that_have_ended(border: str, answers: set[str]) -> None:
    middle = border.index("╰", 1)
    lines = ["╭─ prompt ─╮", *[""] * 4, "│ and a3■".ljust(middle) + "│ then a4■", border]
    assert confirmed(lines).answers == answers


RUNS = """\
  t table   c curves   g lineage   d disk use
  base-0001  ● running  base · pico · 12 119/100 000 steps · 3.021 bpb · 12 s · 28.7 kB
  2026-11-23 03:32 · from nothing
  n7  """


def test_of_a_run_its_step_and_its_note_are_read() -> None:
    assert confirmed(RUNS.splitlines()).notes == {"7"}
    assert step_of_run(RUNS.splitlines()) == 12119
    assert step_of_run(RUNS.replace("running", "lost").splitlines()) is None
    assert confirmed([*RUNS.splitlines(), "╭─ note · base-0001 ─"]).notes == frozenset()


def test_a_frame_without_its_end_is_not_on_the_screen() -> None:
    screen = Emulator(20, 2)
    screen.feed(b"\x1b[?2026hone\x1b[?2026l\x1b[?2026h\x1b[2Jtw")
    assert screen.lines[0].strip() == "one"
    screen.feed(b"o\x1b[?2026l")
    assert "two" in "".join(screen.lines)


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")
def test_nothing_that_was_confirmed_is_missing_after_kills() -> None:
    figures = run_kill_bench(times=2, seed=0, most_s=8.0)
    assert figures["missing"] == []
    assert figures["damaged"] == []
    assert figures["attached"] == 2
    assert figures["stopped"]
    assert figures["questions"] + figures["answers"] > 0, "nothing was ever confirmed"
