from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from engine.probes.makers.world import SKILLS, TALK
from engine.probes.record import Category, Outcome, Record
from tools.result import ToolResult
from tui.bench.scripted_probes import answer, question, record
from tui.probes import tables
from tui.probes.about import About, Ask, Weighed
from tui.probes.answer_text import answer_text
from tui.probes.book import Book
from tui.probes.chain import Chain, Lane
from tui.probes.chain_text import about_words, ask_words, chain_words
from tui.probes.detectors import detectors, plots, table
from tui.probes.grid_layout import Cell, Layout
from tui.probes.looks import pages, signed
from tui.probes.tally import by_category, by_group

HOSTILE = ("[bold]x[/]", "\x1b[31mred", "\u202eevil", "[@click=app.quit]x[/]")


def said(
    number: int, outcome: Outcome, category: Category = "highly known", **values: Any
) -> Record:
    return Record(
        id=question(number).id,
        greedy=answer(outcome, **values),
        contexts=(),
        samples=(),
        category=category,
        scores={},
    )


def book_of(
    *outcomes: tuple[str, Outcome, Outcome | None, Category],
) -> Book:
    """One question each: (group, outcome, outcome before, what was known before)."""
    questions = [question(n, id=str(n), group=group) for n, (group, *_) in enumerate(outcomes)]
    book = Book(questions)
    for n, (_, now, before, known) in enumerate(outcomes):
        made = Record(
            id=str(n), greedy=answer(now), contexts=(), samples=(), category="unknown", scores={}
        )
        book.take([made])
        if before is not None:
            earlier = Record(
                id=str(n), greedy=answer(before), contexts=(), samples=(), category=known, scores={}
            )
            book.take([earlier], before=True)
    return book


# Counting


def test_a_record_counts_once_and_only_where_it_is_asked() -> None:
    book = Book([question(0), question(1)])
    assert book.take([said(0, "wrong"), said(7, "correct")]) == [0]
    assert book.take([said(0, "wrong")]) == []
    assert book.take([said(0, "correct")]) == [0]
    assert book.n_answered == 1
    assert [row.now.n for row in by_group(book)][:2] == [1, 0]
    assert by_group(book)[0].now.correct == 1


def test_groups_keep_their_order_and_all_tiers_leave_the_rest_out() -> None:
    book = book_of(
        ("head", "correct", None, "unknown"),
        ("unseen", "wrong", None, "unknown"),
        ("stranger", "abstained", None, "unknown"),
        (SKILLS, "correct", None, "unknown"),
        (TALK, "wrong", None, "unknown"),
        ("head", "wrong", None, "unknown"),
    )
    rows = by_group(book)
    assert [row.name for row in rows] == [
        "head",
        "unseen",
        "stranger",
        "skills",
        "talk",
        "all tiers",
    ]
    assert (rows[-1].now.correct, rows[-1].now.wrong, rows[-1].now.n) == (1, 2, 3)
    assert rows[0].now.share("correct") == 0.5


def test_groups_of_a_file_are_summed_as_well_and_one_alone_is_not() -> None:
    book = book_of(("easy", "correct", None, "unknown"), ("hard", "wrong", None, "unknown"))
    assert [row.name for row in by_group(book)] == ["easy", "hard", "all"]
    assert [row.name for row in by_group(book_of(("", "correct", None, "unknown")))] == [""]


def test_counts_kept_as_records_come_are_those_of_counting_anew() -> None:
    rng = random.Random(4)
    asked = [question(n, answer=None if n % 5 == 0 else "x", group=rng.choice(["head", SKILLS]))
             for n in range(30)]  # fmt: skip
    asked = [replace(each, id=str(n)) for n, each in enumerate(asked)]
    book, anew = Book(asked), Book(asked)
    for _ in range(200):
        each = rng.choice(asked)
        book.take([record(each, rng)], before=rng.random() < 0.5)
    for side, kept in ((False, book.records), (True, book.before)):
        anew.take([each for each in kept if each], before=side)
    assert +book.counts == +anew.counts
    assert book.n_answered == sum(each is not None for each in book.records)


def test_categories_are_those_of_the_checkpoint_before() -> None:
    book = book_of(
        ("tail", "abstained", "correct", "highly known"),
        ("tail", "abstained", "wrong", "unknown"),
        ("tail", "correct", "wrong", "unknown"),
        (SKILLS, "correct", "correct", "highly known"),
    )
    rows = {row.name: row for row in by_category(book)}
    assert set(rows) == {"highly known", "unknown"}
    assert (rows["unknown"].now.abstained, rows["unknown"].now.correct) == (1, 1)
    assert rows["highly known"].before.correct == 1
    assert rows["highly known"].now.n == 1


def test_without_a_before_the_own_category_counts_and_the_unanswerable_has_none() -> None:
    book = Book([question(0), question(1, answer=None)])
    book.take([said(0, "correct", "maybe known"), said(1, "abstained", "unknown")])
    assert [(row.name, row.now.n) for row in by_category(book)] == [("maybe known", 1)]


# Tables


def test_the_matrix_stands_before_and_after_with_the_change() -> None:
    book = book_of(
        ("head", "correct", "wrong", "unknown"), ("head", "correct", "correct", "unknown")
    )
    text = tables.outcomes("tier", by_group(book), ("nano/idk", "nano/sft")).plain
    assert "nano/sft" in text.split("\n")[0]
    assert text.split("\n")[0].index("nano/sft") < text.split("\n")[0].index("nano/idk")
    line = text.split("\n")[2]
    assert line.split() == ["head", "2", "0.50", "0.50", "0.00", "1.00", "0.00", "0.00", "+0.50",
                            "−0.50", "0.00"]  # fmt: skip
    assert max(map(len, text.split("\n"))) <= 73


def test_of_small_talk_only_refusals_are_said() -> None:
    book = book_of((TALK, "wrong", None, "unknown"), ("head", "wrong", None, "unknown"))
    text = tables.outcomes("tier", by_group(book), ("nano/idk", None)).plain
    assert text.split("\n")[2].split() == ["talk", "1", "–", "–", "0.00"]
    assert text.split("\n")[3].split() == ["head", "1", "0.00", "1.00", "0.00"]


def test_nothing_answered_is_said() -> None:
    assert (
        "no answer yet" in tables.outcomes("tier", by_group(Book([question(0)])), ("x", None)).plain
    )


@pytest.mark.parametrize("figures", [None, {}, {"headline": None}, {"headline": [1]},
                                     {"headline": {"head_accuracy": "0.9"}},
                                     {"headline": {"head_accuracy": float("nan")}}])  # fmt: skip
def test_a_headline_without_figures_is_empty(figures: Any) -> None:
    assert tables.headline(figures).plain == ""


def test_the_headline_says_what_it_was_before() -> None:
    figures = {"headline": {"head_accuracy": 0.9, "head_accuracy_before": 0.95, "odd": 1}}
    assert tables.headline(figures).plain.split()[:5] == ["head", "right", "0.900", "was", "0.950"]


@pytest.mark.parametrize(
    ("change", "text"),
    [(0.0, "0.00"), (0.004, "0.00"), (-0.004, "0.00"), (0.25, "+0.25"), (-1.0, "−1.00")],
)
def test_signed(change: float, text: str) -> None:
    assert signed(change) == text


@pytest.mark.parametrize(
    ("exposures", "text"), [(None, ""), (0, "on no page"), (1, "on 1 page"), (81, "on 81 pages")]
)
def test_pages(exposures: int | None, text: str) -> None:
    assert pages(exposures) == text


# Detectors


def test_detectors_are_read_best_first_and_damage_costs_only_itself() -> None:
    whole = {
        "auroc": 0.9, "ece": 0.1, "n": 4, "calibrated": True, "roc": [[0, 0], [1, 1]],
        "risk_coverage": [[0.5, 0.2], ["x", 1], [1, None], 7],
        "reliability": [{"mean_score": 0.5, "accuracy": 0.6}, {"accuracy": 1}, 3],
    }  # fmt: skip
    found = detectors({"detectors": {"odd\x1b": {"auroc": "high"}, "p_ik": whole, "bad": 3}})
    assert [each.key for each in found] == ["p_ik", "odd\x1b"]
    best = found[0]
    assert (best.name, best.auroc, best.ece, best.n, best.calibrated) == (
        "linear probe", 0.9, 0.1, 4, True,
    )  # fmt: skip
    assert best.reliability == [(0.5, 0.6)]
    assert best.risk_coverage == [(0.5, 0.2)]
    text = table(found, 0).plain
    assert "▸ linear probe        0.90   0.10" in text
    assert "odd␛" in text
    assert "    –" in text


@pytest.mark.parametrize("figures", [None, {}, {"detectors": []}, {"detectors": {"x": 1}}])
def test_without_detectors_it_says_when_they_come(figures: Any) -> None:
    assert "when the probe ends" in table(detectors(figures)).plain
    assert all(plot.lines == () for plot in plots(None))


def test_a_risk_is_drawn_to_a_scale_of_its_own() -> None:
    found = detectors({"detectors": {"x": {"risk_coverage": [[0.5, 0.02], [1, 0.3]]}}})
    reliability, roc, risk = plots(found[0])
    assert risk.top == 0.3
    assert roc.empty
    assert not roc.lines
    assert reliability.top == 1.0


# A cell's text


def test_an_answer_down_to_its_text() -> None:
    asked = question(0, aliases=("the town of Dunbury",))
    book = Book([asked])
    rng = random.Random(1)
    book.take([record(asked, rng)])
    text = answer_text(book, 0, Cell(False, "sample", 3), "nano/idk", "nano/sft").plain
    for words in ("Person 0 · birthplace", "head", "on no page", "Where was Person 0 born?",
                  "Dunbury   also the town of Dunbury", "drawn, sample 3", "nano/idk",
                  "a token 90% on average, the least likely 50%", "9 tokens", "read as dunbury",
                  "agreement 0.75"):  # fmt: skip
        assert words in text, words
    assert "nano/sft · not answered yet" in text


def test_what_nobody_can_know_says_so() -> None:
    book = Book([question(0, answer=None, exposures=None)])
    text = answer_text(book, 0, Cell(False, "greedy", 1), "nano/idk", None).plain
    assert "only to abstain is right" in text
    assert "page" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_words_from_outside_are_only_text(hostile: str) -> None:
    asked = question(0, text=hostile, answer=hostile, aliases=(hostile,), group=hostile,
                     entity=hostile, attribute=hostile)  # fmt: skip
    made = Record(
        id=asked.id, greedy=answer("wrong", hostile, hostile), contexts=(), samples=(),
        category=hostile, scores={hostile: 0.5},  # type: ignore[arg-type]
    )  # fmt: skip
    book = Book([asked])
    book.take([made])
    ask = Ask(attribute=hostile, question=hostile, truth=hostile, exposures=1)
    about = About(name=hostile, kind=hostile, tier=hostile, examples="", asks=(ask,))
    lane = Lane(hostile, "sft", chats=True, state="done", texts=[hostile] * 2)
    lane.weighed = Weighed(outcomes=("wrong", "wrong"), values=("", hostile), agreement=1.0)
    chain = Chain(hostile, 1, 0.8, [lane, Lane(hostile, "x", True, "failed", hostile)], about)
    chain.found = ToolResult(kind="ok", output=hostile, sources=(hostile,))
    contents = [
        answer_text(book, 0, Cell(False, "greedy", 1), hostile, hostile),
        tables.outcomes("tier", by_group(book), (hostile, hostile)),
        about_words(about),
        ask_words(ask, 80),
        chain_words(chain),
        table(detectors({"detectors": {hostile: {"auroc": 0.5}}})),
    ]
    layout = Layout(checkpoint=hostile, against=hostile)
    plain = [content.plain for content in contents]
    plain += [piece.text for piece in (*layout.head(120), *layout.line(book, 0, 120))]
    assert not any(ord(c) < 32 and c != "\n" for text in plain for c in text)
    assert not any("\u202e" in text for text in plain)
    assert not any("click" in str(span.style) for content in contents for span in content.spans)


# A chain


def chain_of(outcomes: tuple[str, ...], texts: list[str], *, free: bool = False) -> Chain:
    lane = Lane("nano/sft", "sft", chats=True, state="done", texts=texts)
    lane.weighed = Weighed(
        outcomes=outcomes, values=tuple(text.lower() for text in texts), agreement=0.5
    )
    asks = (Ask(attribute="birthplace", question="Where?", truth=None, exposures=0),)
    about = About(name="Zub", kind="", tier="", asks=asks, examples="", free=free)
    return Chain("Zub", 4, 0.8, [lane], about)


def test_samples_are_gathered_the_most_said_first() -> None:
    chain = chain_of(
        ("wrong", "wrong", "abstained", "correct", "wrong"),
        ["A", "Ashford", "No", "Dun", "Ashford"],
    )
    text = chain_words(chain).plain
    assert "✗ A" in text
    assert "4 samples  ✗○✓✗   agreement 0.50   2 × ashford · 1 × abstains · 1 × dun" in text


def test_what_nobody_can_judge_has_a_sign_of_its_own() -> None:
    assert "• • " not in chain_words(chain_of(("", "abstained"), ["a", "b"], free=True)).plain
    assert "• a" in chain_words(chain_of(("", "abstained"), ["a", "b"], free=True)).plain


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (About(name="Z", kind="", tier="", asks=(), examples=""), "on no page"),
        (About(name="Z", kind="", tier="", asks=(), examples="", free=True), "nobody here knows"),
        (About(name="Z", kind="person", tier="unseen", asks=(), examples=""), "search can find it"),
        (About(name="Z", kind="town", tier="head", asks=(), examples=""), "town · head"),
    ],
)
def test_what_the_world_has_of_a_name(about: About, words: str) -> None:
    assert words in about_words(about).plain
