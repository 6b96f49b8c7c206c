"""What if a threshold were another: judged from measures alone, as the filter would judge."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from engine.data.crawl.labels import LABELS_FILE, Label, to_line
from engine.data.funnel import rules
from engine.data.funnel.blocklist import pocket_blocklist
from engine.data.funnel.document import Document, Drop, SourcePage
from engine.data.funnel.filtering import PageFilter
from engine.data.funnel.plan import InputFile, Plan
from engine.data.funnel.whatif import MOST_CHANGED, WhatIf
from engine.data.funnel.whatif_answer import N_BINS, Outcome, Spread
from engine.data.funnel.whatif_sample import Sampled, measured, read_sample
from engine.errors import DataError, LabError
from engine.files import write_json
from tests.engine.data.funnel.adversarial_texts import texts
from tests.engine.data.funnel.sources_made import html, jsonl, prose

BLOCKED = ("http://luckyfoxcasino.example/x", "http://www.fern-forum.example/prize-loan/deal-17")
STRANGE = ("\u200b \u200b", "\u0301 \u0301 \u0301\n" * 9, "... ...", "{", "###", "a", "\x00 b")


@pytest.fixture(scope="module")
def pages() -> list[SourcePage]:
    found = [*texts(90), *STRANGE, "", " \n "]
    made = [
        SourcePage(id=f"t/{n}", url="", body=text.encode("utf-8", "replace"), is_text=True)
        for n, text in enumerate(found)
    ]
    judge = PageFilter(rules.thresholds(), pocket_blocklist()).judge
    good = next(page for page in made if isinstance(judge(page), Document))
    made += [replace(good, id=f"b/{url}", url=url) for url in BLOCKED]
    made += [SourcePage(id=f"h/{n}", url="", body=html(prose(n, 6 + n))) for n in range(4)]
    return [*made, SourcePage(id="p", url="", body=b"%PDF-1.7")]


@pytest.fixture(scope="module")
def sample(pages: list[SourcePage]) -> list[Sampled]:
    return [measured(page) for page in pages]


CHANGED: tuple[dict[str, float], ...] = (
    {},
    {"gopher_quality.min_words": 0, "c4.sentences": 0},
    {"gopher_quality.min_words": 200},
    {"language.english": 0, "url.soft_words": 1},
    {"gopher_repetition.dup_line_chars": 0, "fineweb.short_lines": 0},
    {name: 1e9 for name in rules.thresholds() if rules.BY_NAME[name].keeps in ("<=", "<")},
    {name: 0 for name in rules.thresholds() if rules.BY_NAME[name].keeps in (">=", ">")},
)


@pytest.mark.parametrize("changed", CHANGED, ids=range(len(CHANGED)))
def test_measures_judge_as_the_filter_does(
    pages: list[SourcePage], sample: list[Sampled], changed: dict[str, float]
) -> None:
    thresholds = rules.thresholds(changed)
    judge = PageFilter(thresholds, pocket_blocklist()).judge
    fell: Counter[str] = Counter()
    for page, known in zip(pages, sample, strict=True):
        found = judge(page)
        rule = found.rule if isinstance(found, Drop) else None
        assert known.broken(thresholds, pocket_blocklist()) == rule, page
        fell[rule or ""] += 1
    assert len(fell) > (5 if len(changed) < 6 else 2)


def _labelled(sample: list[Sampled]) -> list[Sampled]:
    labels = ("clean", "gibberish", "near_copy", "exact_duplicate")
    return [replace(page, label=labels[n % 4]) for n, page in enumerate(sample)]


def test_an_outcome_counts_both_sides(sample: list[Sampled]) -> None:
    what_if = WhatIf(_labelled(sample), pocket_blocklist())
    same = what_if.outcome({"gopher_quality.min_words": 50})
    assert same.before == same.now
    assert same.thresholds == {}
    assert (same.n_changed, list(same.changed)) == (0, [])
    assert same.pages == same.now.kept + sum(fallen.now for fallen in same.fallen)
    assert same.clean + same.junk == same.pages
    assert same.junk == sum(page.label == "gibberish" for page in _labelled(sample))

    strict = what_if.outcome({"gopher_quality.min_words": 1e6})
    assert strict.now.kept == strict.now.clean_kept == strict.now.junk_kept == 0
    assert strict.n_changed == same.now.kept
    for page in strict.changed:
        assert (page.was, page.now) == ("", "gopher_quality.min_words")
        assert page.threshold == 1e6
        assert float(page.value) < 1e6
        assert page.text

    loose = what_if.outcome(CHANGED[-1])
    freed = [page for page in loose.changed if not page.now]
    assert freed
    for page in freed:
        rule = rules.BY_NAME[page.was]
        assert page.threshold == rule.threshold
        assert page.threshold is not None
        assert rule.broken_by(float(page.value), page.threshold)
    assert Outcome.from_json(json.loads(json.dumps(_plain(loose)))) == replace(
        loose, fallen=tuple(loose.fallen), changed=tuple(loose.changed)
    )


def _plain(outcome: Outcome) -> object:
    from dataclasses import asdict

    return asdict(outcome)


def test_blocked_and_unreadable_pages_cross_as_well(sample: list[Sampled]) -> None:
    what_if = WhatIf(sample, pocket_blocklist())
    (freed,) = (
        page
        for page in what_if.outcome({"url.soft_words": 99}).changed
        if page.was == "url.soft_words"
    )
    assert freed.url == BLOCKED[1]
    assert freed.label is None
    foreign = what_if.outcome({"language.english": 1.0})
    assert foreign.now.kept == 0
    assert all(page.now == "language.english" and page.value for page in foreign.changed)
    assert (foreign.clean, foreign.junk) == (0, 0)


def test_no_more_pages_are_told_of_than_somebody_reads(sample: list[Sampled]) -> None:
    published = rules.thresholds()
    page = next(each for each in sample if each.broken(published, pocket_blocklist()) is None)
    found = WhatIf([page] * 200, pocket_blocklist()).outcome({"c4.sentences": 1e6})
    assert found.n_changed == 200
    assert len(found.changed) == MOST_CHANGED


def test_unknown_rules_are_a_sentence(sample: list[Sampled]) -> None:
    with pytest.raises(LabError, match=r"No rule 'c4\.lorem_ipsum' has a threshold"):
        WhatIf(sample[:3], pocket_blocklist()).outcome({"c4.lorem_ipsum": 1})


def test_spreads_hold_every_value_once(sample: list[Sampled]) -> None:
    known = _labelled(sample)
    spreads = {each.rule: each for each in WhatIf(known, pocket_blocklist()).spreads()}
    assert "gopher_quality.min_words" in spreads
    for rule, spread in spreads.items():
        values = [(v, p.junk) for p in known for name, v in p.measures() if name == rule]
        assert sum(spread.clean) + sum(spread.junk) == len(values)
        assert sum(spread.junk) == sum(bool(junk) for _, junk in values)
        assert len(spread.clean) == len(spread.junk) == N_BINS
        assert spread.low < spread.high


# The process


def _run_folder(folder: Path, n: int, *, labelled: bool = True) -> Path:
    folder.mkdir()
    path = jsonl(folder / "pages.jsonl", [prose(n) for n in range(n)])
    lines = [
        to_line(Label(id=f"pages.jsonl/{number}", url="", label="clean")) for number in range(n)
    ]
    (folder / LABELS_FILE).write_text("".join(lines))
    file = InputFile(name=path.name, path=path.name, size=1, modified_ns=1)
    plan = Plan(inputs=(file,), labels="." if labelled else None)
    write_json(folder / "plan.json", plan.to_json())
    return folder


def test_a_sample_is_read_from_relative_inputs_with_its_labels(tmp_path: Path) -> None:
    folder = _run_folder(tmp_path / "run", 7)
    seen: list[int] = []
    sample = read_sample(folder, 5, seen.append)
    assert [page.id for page in sample] == [f"pages.jsonl/{n}" for n in range(5)]
    assert seen == [1, 2, 3, 4, 5]
    assert {page.junk for page in sample} == {False}
    assert {page.label for page in read_sample(_run_folder(tmp_path / "b", 3, labelled=False))} == {
        None
    }


def test_inputs_that_are_gone_are_said(tmp_path: Path) -> None:
    folder = _run_folder(tmp_path / "run", 3)
    (folder / "pages.jsonl").unlink()
    with pytest.raises(DataError, match="no sample"):
        read_sample(folder)


def _said(folder: Path, *questions: object) -> list[dict[str, object]]:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    command = [sys.executable, "-P", "-m", "engine.data.funnel.whatif", str(folder)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_process_measures_and_answers(tmp_path: Path) -> None:
    said = _said(
        _run_folder(tmp_path / "run", 12),
        {"set": {}},
        {"set": {"no.rule": 1}},
        {"set": {"gopher_quality.min_words": 100_000}},
    )
    assert said[0] == {"measured": 10, "of": 600}
    spreads = said[1]["spreads"]
    assert isinstance(spreads, list)
    assert Spread(**spreads[0]).rule == "language.english"
    first, refused, last = said[2:]
    assert Outcome.from_json(first).pages == 12
    assert "No rule 'no.rule'" in str(refused["error"])
    assert Outcome.from_json(last).now.kept == 0


def test_a_sample_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    (failed,) = _said(tmp_path / "nowhere", {"set": {}})
    assert "plan.json" in str(failed["failed"])
