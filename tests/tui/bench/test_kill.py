from __future__ import annotations

import os

import pytest

from tui.bench.kill import chat, compare, course, drafts, halves, probes, runs, settings, tool_bench
from tui.bench.kill.bench import run_kill_bench
from tui.bench.kill.screen import Emulator, Lines
from tui.bench.kill.seen import Seen
from tui.bench.kill.watched import Watched

pytest.importorskip("pyte")

SIGN = " · not kept yet"
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
    shown = chat.talk(CHAT.format(sign="").splitlines())
    assert (shown.questions, shown.answers) == ({"1", "2"}, {"1", "2"})
    assert shown.calls == {"1 done", "2 denied"}
    shown = chat.talk(CHAT.format(sign=SIGN).splitlines())
    assert (shown.questions, shown.answers, shown.calls) == ({"1"}, {"1"}, {"1 done"})
    shown = chat.talk(["   ╭─ settings ─────╮", *CHAT.format(sign="").splitlines()])
    assert not shown.questions, "a dialog hides a part"


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
    assert compare.ended(lines) == answers


RUNS = """\
  t table   c curves   g lineage   d disk use
  base-0001  ● running  base · pico · 12 119/100 000 steps · 3.021 bpb · 12 s · 28.7 kB
  2026-11-23 03:32 · from nothing
  n7  """


def test_of_a_run_its_step_and_its_note_are_read() -> None:
    assert runs.notes(RUNS.splitlines()) == {"7"}
    assert runs.step_of_run(RUNS.splitlines()) == 12119
    assert runs.step_of_run(RUNS.replace("running", "lost").splitlines()) is None
    assert runs.notes([*RUNS.splitlines(), "╭─ note · base-0001 ─"]) == frozenset()


def test_a_draft_is_what_stands_in_a_prompt() -> None:
    box = ["╭─ message ─────────╮", "│ d12 draft         │", "╰───────────────────╯"]
    assert drafts.drafts(box) == {"12"}
    assert drafts.drafts(["│ d12 draft", *box[:1], "│ k13 plain"]) == frozenset()


def test_of_a_half_answer_its_words_count_wherever_they_stand() -> None:
    lines = ["│ l8.0 l8.1     ││ l9.0 l9.│", "│ all8.2 8.3    ││ l9.1    │"]
    assert halves.words(lines) == {"8.0", "8.1", "9.0", "9.1"}
    assert halves.words(["╭─ settings ─╮", *lines]) == frozenset()
    assert halves.words(["".join(halves.long_answer("3")[:2])]) == {"3.0", "3.1"}


@pytest.mark.parametrize(("origin", "found"), [("yours", {"12"}), ("not kept", set()), ("", set())])
def test_a_setting_counts_when_it_is_said_to_be_ones_own(origin: str, found: set[str]) -> None:
    assert settings.values([f"│   leaves after          12 {origin:>40} │"]) == found


@pytest.mark.parametrize(
    ("strip", "found"),
    [
        ("█ 7/98 Step 7 · Kills   F5 course|█ → Ask anything.", {"7 on"}),
        ("█ 8/98 Step 8 · Kills|█ Text|█ → Ask anything. ✓ 2 of 3", {"8 on", "8: 2 of 3"}),
        ("█ 8/98 Step 8 · Kills|█ ✓ It said Some words.", {"8 done"}),
        (f"█ 8/98 Step 8 · Kills{SIGN}|█ ✓ It said Some words.", set()),
        ("█ New here?", set()),
    ],
)
def test_of_the_course_its_strip_is_read(strip: str, found: set[str]) -> None:
    assert course.states(strip.split("|")) == found


def test_of_a_probe_those_lines_count_that_are_answered() -> None:
    lines = [
        "  nano/sft · 4 000 questions · ● 1% · 32:49 left ",
        "│ tail     Person 26 · birthplace       ○ ✓○ ✓✗○○✓✓✗✓ ▮▮▯    An answer ",
        "│ unseen   Person 27 · birthplace       · ·· ········           ",
    ]
    assert probes.cells(lines) == {"26 ○✓○✓✗○○✓✓✗✓"}
    assert probes.answered(lines) == 26
    assert probes.answered(["✓ done", *lines[1:]]) is None


def test_of_the_tool_bench_its_result_is_read() -> None:
    lines = ["╭─ tool bench · tokens of nano/sft ─╮", "│ b9 │", "│ ✓ ok · 3 ms │", "│ ran b9 │"]
    assert tool_bench.results(lines) == {"9"}
    assert tool_bench.results([*lines, f"│ ✓ ok{SIGN} │"]) == frozenset()


def test_what_was_seen_has_to_be_there_once_it_is_due() -> None:
    def shown(lines: Lines) -> frozenset[str]:
        return frozenset(" ".join(lines).split())

    soon = Watched("soon", shown, lambda home: frozenset())
    late = Watched("late", shown, lambda home: frozenset(), after_s=3.0)
    stands = Watched("stands", shown, lambda home: frozenset(), stands=True)
    seen = Seen((soon, late, stands))
    seen.look(["a b"], 1.0)
    seen.look(["b c"], 5.0)
    assert seen.confirmed(soon, 6.0) == {"a", "b", "c"}
    assert seen.confirmed(late, 6.0) == {"a", "b"}
    assert seen.confirmed(stands, 6.0) == {"b", "c"}


def test_a_frame_without_its_end_is_not_on_the_screen() -> None:
    screen = Emulator(20, 2)
    screen.feed(b"\x1b[?2026hone\x1b[?2026l\x1b[?2026h\x1b[2Jtw")
    assert screen.lines[0].strip() == "one"
    screen.feed(b"o\x1b[?2026l")
    assert "two" in "".join(screen.lines)


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")
def test_nothing_that_was_confirmed_is_missing_after_kills() -> None:
    figures = run_kill_bench(times=2, seed=0, most_s=5.0)
    assert figures["missing"] == []
    assert figures["damaged"] == []
    assert figures["attached"] == 2
    assert figures["stopped"]
    assert sum(figures["shown"].values()) > 0, "nothing was ever confirmed"
