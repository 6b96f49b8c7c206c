"""Numbers, marks and sentences of the Data pane, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.content import Content

from engine.data.funnel.report import RuleRow
from engine.data.funnel.rules import BY_NAME, thresholds
from engine.errors import DataError
from tests.tui.filtering import HOSTILE, PAGES, REPEATED, cluster, dropped, report
from tui.data.clusters import compared
from tui.data.funnel_text import entries, funnel_lines
from tui.data.looks import FOUND, bar, counted, data_size, padded, threshold_words, value_words
from tui.data.moves import MOST, moved, typed
from tui.data.page_text import (
    MOST_RAW_CHARS,
    found_spans,
    marked,
    raw_words,
    reason,
    text_of,
)
from tui.data.rule_text import STAGE_WORDS, about
from tui.data.sample_text import MOVABLE
from tui.data.truth_text import NO_LABELS, truth_words
from tui.data.twins import MOST_WORDS, differences


@pytest.mark.parametrize("cells", [6, 7, 40])
@pytest.mark.parametrize(
    ("share", "lost"), [(1, 0), (0, 0), (0, 1), (0.5, 0.5), (0.999, 0.001), (0.31, 0.017), (2, -1)]
)
def test_a_bar_is_as_wide_as_it_should_be(share: float, lost: float, cells: int) -> None:
    left, tail = bar(share, lost, cells)
    assert cell_len(left + tail) == cells
    assert tail.strip("░ ") == ""


def test_a_bar_shows_what_was_taken_even_where_it_is_little() -> None:
    assert "░" in bar(0.5, 0.02, 20)[1]
    assert "░" not in bar(0.5, 0.0, 20)[1]
    assert bar(0.5, 0.25, 8) == ("████", "░░  ")


@pytest.mark.parametrize(
    ("rule", "value", "shown"),
    [
        ("gopher_quality.min_words", "7", "7"),
        ("gopher_quality.max_words", "120000.0", "120 000"),
        ("c4.sentences", "0", "0"),
        ("gopher_repetition.dup_lines", "0.41299999", "0.413"),
        ("gopher_quality.min_words", "nan", "“nan”"),
        ("url.domain", "12.example", "“12.example”"),
        ("url.domain", "12", "“12”"),
        ("minhash.duplicate", "0.93", "93.0 % alike"),
        ("of.another.version", "3", "“3”"),
        ("extraction.empty", "", ""),
    ],
)
def test_value_words(rule: str, value: str, shown: str) -> None:
    assert value_words(rule, value) == shown


def test_small_words() -> None:
    assert data_size(812) == "812 B"
    assert data_size(118_400_000) == "118.4 MB"
    assert threshold_words(">=", 50) == "≥ 50"
    assert threshold_words("<=", 0.3) == "≤ 0.3"
    assert threshold_words("<", 2) == "< 2"
    assert threshold_words("<=", 0.99999) == "≤ 1"
    assert threshold_words("<=", 0.00001) == "≤ 1.0e-05"
    assert threshold_words("", None) == ""
    assert counted(1, "address") == "1 address"
    assert counted(2, "address") == "2 addresses"
    assert padded("日本語", 4) == "日 …"
    assert padded("ab", 4, right=True) == "  ab"


# The funnel


def test_stages_add_their_rules_up() -> None:
    made = entries(report(), by_rule=True)
    stages = {entry.name: entry for entry in made if entry.kind == "stage"}
    for name, stage in stages.items():
        rules = [e for e in made if e.kind == "rule" and e.name.startswith(f"{name}.")]
        assert stage.lost == sum(rule.lost for rule in rules)
        assert stage.right == sum(rule.right or 0 for rule in rules)
        assert (stage.pages, stage.n_bytes) == (rules[-1].pages, rules[-1].n_bytes)
        assert set(stage.removes) == {rule.name for rule in rules if rule.lost}
    assert made[0].pages == PAGES
    assert made[-1].pages == PAGES - sum(stage.lost for stage in stages.values())
    kinds = [entry.name for entry in made if entry.kind in ("stage", "masked")]
    assert kinds == [name for name in STAGE_WORDS if name in kinds]
    assert "pii" in kinds
    assert [e for e in made if e.kind != "rule"] == entries(report(), by_rule=False)


@pytest.mark.parametrize("width", [20, 56, 76, 90, 200])
@pytest.mark.parametrize("labelled", [True, False])
def test_lines_are_aligned(width: int, labelled: bool) -> None:
    found = report() if labelled else report(truth=None)
    made = entries(found, by_rule=True)
    draw = funnel_lines(found, made)
    for row in range(-1, len(made)):
        pieces = draw(row, width)
        assert pieces is not None
        if width >= 90 and row >= 0 and made[row].lost:
            assert sum(cell_len(piece.text) for piece in pieces) == width
    head, found_line = (draw(row, 90) or () for row in (-1, 0))
    end = "".join(piece.text for piece in head).index("left") + len("left")
    assert "".join(piece.text for piece in found_line)[:end].endswith("52 400")
    assert ("junk" in "".join(piece.text for piece in head)) == labelled


def test_every_line_has_something_said_about_it() -> None:
    found = report(thresholds=thresholds({"c4.sentences": 3}))
    said = {entry.name: about(found, entry).plain for entry in entries(found, by_rule=True)}
    assert all(said.values())
    assert "stays if ≥ 3 (published: ≥ 5)" in said["c4.sentences"]
    assert (
        "412 pages fell here, 0.8 % of all; 120 are junk by their labels, 292 are not"
        in (said["c4.sentences"])
    )
    assert "published" not in said["gopher_quality.min_words"]
    assert "Nothing fell here." in said["url.word"]
    assert "801 e-mail addresses, 403 IPs replaced." in said["pii"]
    assert "1 811 lines cut out" in said["c4"]


def test_rules_of_another_version_and_an_empty_crawl() -> None:
    strange = RuleRow(
        rule="[red]new[/].rule\x1b", removed_pages=3, removed_bytes=9, left_pages=4, left_bytes=5,
        right=None,
    )  # fmt: skip
    found = report()
    odd = replace(found, rows=(strange, *found.rows[:3]), input=replace(found.input, pages=0))
    made = entries(odd, by_rule=True)
    names = [entry.name for entry in made]
    assert names.index("url") < names.index("[red]new[/]")
    draw = funnel_lines(odd, made)
    text = "".join(piece.text for row in range(len(made)) for piece in draw(row, 90) or ())
    assert "\x1b" not in text
    assert all(about(odd, entry).plain for entry in made)


def test_the_truth_names_what_is_poor() -> None:
    lines = truth_words(report(), 90).plain.split("\n")
    (code,) = (line for line in lines if " code " in line)
    assert code.startswith("✗")
    assert "82.0 %" in code
    assert "curly_bracket 902" in code
    (spam,) = (line for line in lines if " spam " in line)
    assert spam.startswith("✓")
    assert "domain 3 120, soft_words 871" in spam
    assert any(line.startswith("✓ clean pages kept") and "97.6 %" in line for line in lines)
    assert any("0.50 to 0.80" in line and "may stay" in line for line in lines)
    assert any("pocket-00003.warc.gz record 17: It is cut short." in line for line in lines)
    assert truth_words(report(truth=None), 90).plain == NO_LABELS


# A page


@pytest.mark.parametrize(
    ("text", "evidence", "found"),
    [
        ("one two three", "two", ["two"]),
        (f"x\n{REPEATED}\ny\n{REPEATED}", f"2 × {REPEATED}", [REPEATED, REPEATED]),
        ("The cat,\nthe CAT; and the cat.", "3 × the cat", ["The cat", "the CAT", "the cat"]),
        ("a\n• one\nb\n• two", "• one\n• two", ["• one", "• two"]),
        ("Wir sind da. Und du?", "[de] Wir sind da. Und du?", []),
        ("a (b) [c] .* $", ".* $", [".* $"]),
        ("short text", "", []),
        ("no such thing", "elsewhere", []),
        ("a", "###", []),
    ],
)
def test_the_offending_part_is_found(text: str, evidence: str, found: list[str]) -> None:
    assert [text[start:stop] for start, stop in found_spans(text, evidence)] == found


def test_evidence_that_was_cut_off_is_found_and_a_whole_text_is_not() -> None:
    long = " ".join(f"word{number}" for number in range(200))
    text = f"Before it. {long} and after it."
    (span,) = found_spans(text, f"2 × {long}"[:300])
    assert text[span[0] :].startswith("word0 word1")
    assert found_spans(text, text[:300]) == []


def test_looking_for_evidence_ends_soon() -> None:
    assert found_spans("a " * 2000 + "b", "a " * 140 + "c") == []
    assert len(found_spans("x" * 4000, "x")) <= 400


def test_a_page_is_text_and_never_markup() -> None:
    page = dropped("gopher_repetition.dup_line_chars", 7)
    shown = text_of(page)
    assert "␛[2J[bold]markup[/] ⟨202E⟩evil" in shown.plain
    assert "\x1b" not in shown.plain
    styled = [shown.plain[span.start : span.end] for span in shown.spans if span.style == FOUND]
    assert styled == [REPEATED, REPEATED]
    hostile = replace(page, evidence=HOSTILE, rule=HOSTILE, value=HOSTILE)
    assert "\x1b" not in reason(hostile).plain
    said = reason(page).plain
    assert "0.413" in said
    assert "stays if ≤ 0.2" in said
    assert f"found: 2 × {REPEATED}" in said
    assert marked("ab", [(1, 9), (0, 0), (1, 2)]).plain == "ab"


def test_a_raw_page_marks_what_was_kept() -> None:
    html = f"<nav>Menu \x1b[0m</nav>\n<p>{REPEATED}</p>\n" + "x" * (2 * MOST_RAW_CHARS)
    lines = raw_words(html, REPEATED).plain.split("\n")
    assert lines[0] == "  <nav>Menu ␛[0m</nav>"
    assert lines[1] == f"▎ <p>{REPEATED}</p>"
    assert "more characters" in lines[3]
    assert len(raw_words(html, "").plain) < MOST_RAW_CHARS + 200


# Two pages


def test_differences_are_those_words() -> None:
    left, right = "the cat sat on a mat", "the dog sat on the old mat now"
    found = differences(left, right)
    assert [left[a:b] for a, b in found.left] == ["cat", "a"]
    assert [right[a:b] for a, b in found.right] == ["dog", "the old", "now"]
    assert 0.5 < found.alike < 1
    assert differences("", "") == ([], [], 1.0)
    assert differences(left, left).left == []
    many = "word " * (3 * MOST_WORDS)
    assert differences(many, many + "end") == ([], [], 1.0)


def test_both_pages_of_a_pair_say_which_stays() -> None:
    kept, copy = cluster(3).pages
    left, right = compared(kept, copy)
    assert left.plain.startswith("✓ kept  https://news.example/3")
    assert right.plain.startswith("✗ gone  https://copy0.example/3")
    assert _underlined(left) == ["on end."]
    assert _underlined(right) == ["differently0."]


def _underlined(content: Content) -> list[str]:
    return [
        content.plain[span.start : span.end]
        for span in content.spans
        if "underline" in str(span.style)
    ]


# Thresholds


@pytest.mark.parametrize(
    ("rule", "by", "value"),
    [
        ("gopher_quality.min_words", 1, 55),
        ("gopher_quality.min_words", -11, 0),
        ("gopher_repetition.dup_lines", 1, 0.31),
        ("gopher_repetition.dup_lines", 99, 1),
        ("c4.sentences", -1, 4),
        ("gopher_quality.max_words", -1, 90_000),
    ],
)
def test_thresholds_move_by_steps(rule: str, by: int, value: float) -> None:
    threshold = BY_NAME[rule].threshold
    assert threshold is not None
    assert moved(rule, threshold, by) == pytest.approx(value)


def test_steps_there_and_back_come_home() -> None:
    for rule in MOVABLE:
        value = threshold = BY_NAME[rule].threshold or 0.0
        for by in (1, 1, 1, -1, -1, -1):
            value = moved(rule, value, by)
        assert value == threshold, rule


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-1", "1.01", "1e400", "0,5,5"])
def test_what_is_no_threshold_is_a_sentence(text: str) -> None:
    with pytest.raises(DataError, match=r"[Tt]ype"):
        typed("gopher_repetition.dup_lines", text)


def test_typed_thresholds() -> None:
    assert typed("gopher_repetition.dup_lines", "0,25") == 0.25
    assert typed("gopher_repetition.dup_lines", "0,125") == 0.125
    assert typed("gopher_quality.max_words", "90 000") == 90_000
    assert typed("gopher_quality.max_words", "90,000") == 90_000
    assert typed("gopher_quality.min_word_length", "3,5") == 3.5
    assert typed("gopher_quality.max_words", f"{MOST:g}") == MOST
