"""A run over the pocket web held against its labels, and the small run that ships."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.data.crawl.build import INFO_FILE
from engine.data.crawl.labels import Label, read_labels, to_line
from engine.data.funnel.document import SourcePage
from engine.data.funnel.planning import make_plan
from engine.data.funnel.results import Results
from engine.data.funnel.rules import RULES
from engine.data.funnel.run import run
from engine.data.funnel.ship import ship
from engine.data.funnel.truth import measure
from engine.errors import DataError
from tests.engine.data.funnel.sources_made import html, prose, warc


def test_the_pocket_web_comes_clean(pico_funnel: Path) -> None:
    truth = Results(pico_funnel).report.truth
    assert truth is not None
    assert {kind.kind for kind in truth.kinds if kind.recall < 0.95} == set()
    assert truth.clean.share >= 0.95
    assert truth.precision >= 0.95
    assert truth.near_duplicates.recall >= 0.9
    assert truth.near_duplicates.precision >= 0.95
    assert truth.pii.planted > 0
    assert truth.pii.left == 0
    assert truth.extraction.words_kept >= 0.95
    assert truth.extraction.words_foreign <= 0.02


def test_the_counts_are_those_of_the_labels(pico_funnel: Path, pico_crawl: Path) -> None:
    report = Results(pico_funnel).report
    truth = report.truth
    assert truth is not None
    labels = list(read_labels(pico_crawl))
    for kind in truth.kinds:
        assert kind.pages == sum(label.label == kind.kind for label in labels)
        assert kind.removed == sum(kind.by_rule.values())
    assert truth.clean.pages == sum(label.label == "clean" for label in labels)
    assert sum(truth.clean.lost_by.values()) == truth.clean.pages - truth.clean.kept
    for row in report.rows:
        assert row.right is not None
        assert 0 <= row.right <= row.removed_pages
    assert sum(row.right or 0 for row in report.rows) == sum(kind.removed for kind in truth.kinds)


Labels = Callable[..., None]
N = 6


@pytest.fixture
def crawl(tmp_path: Path, pico_crawl: Path) -> Path:
    """Pages 0 and 1 are nearly the same, 2 to 4 are unlike, and 5 is too short."""
    texts = [prose(n, 12) for n in (0, 0, 2, 3, 4)]
    texts[1] += "\nWrite to anna@pages.example.org or to 8.8.4.4 about it."
    folder = tmp_path / "crawl"
    folder.mkdir()
    shutil.copy(pico_crawl / INFO_FILE, folder)
    warc(folder / "a.warc.gz", [*map(html, texts), html("We have seen this and it was good.")])
    _labels(folder, [Label(url=f"u{n}", label="clean", text=texts[n % 5]) for n in range(N)])
    return folder


def _labels(folder: Path, labels: list[Label]) -> None:
    lines = [to_line(replace(label, id=f"a.warc.gz/{n}")) for n, label in enumerate(labels)]
    (folder / "labels.jsonl").write_text("".join(lines))


def test_each_figure_by_hand(crawl: Path, tmp_path: Path) -> None:
    run(make_plan([crawl / "a.warc.gz"], workers=0, questions="none"), tmp_path / "run")
    kept = list(Results(tmp_path / "run").texts())
    assert len(kept) == 4
    texts = [prose(n, 12) for n in (0, 0, 2, 3, 4)]
    _labels(
        crawl,
        [
            Label(url="u0", label="clean", text=texts[0] + " and five words not found"),
            Label(url="u1", label="near_duplicate", copy_of="u0", jaccard=0.9),
            Label(url="u2", label="near_duplicate", copy_of="u0", jaccard=0.81),
            Label(url="u3", label="near_copy", copy_of="u0", jaccard=0.6),
            Label(url="u4", label="clean", text=texts[4], pii=(texts[4][:9], "is.not@there.org")),
            Label(url="u5", label="too_short"),
        ],
    )
    truth, right = measure(tmp_path / "run", crawl, ["a.warc.gz"])
    kinds = {kind.kind: (kind.pages, kind.removed) for kind in truth.kinds}
    assert kinds == {"near_duplicate": (2, 1), "too_short": (1, 1)}
    assert (truth.clean.pages, truth.clean.kept, truth.precision) == (2, 2, 1.0)
    near = truth.near_duplicates
    assert (near.pairs, near.found, near.recall) == (2, 1, 0.5)
    assert (near.clustered_pairs, near.right, near.precision) == (1, 1, 1.0)
    assert {(g.low, g.high): (g.pairs, g.found) for g in near.grades if g.pairs} == {
        (0.6, 0.65): (1, 0),
        (0.8, 0.85): (1, 0),
        (0.9, 0.95): (1, 1),
    }
    assert (truth.pii.planted, truth.pii.left, truth.pii.masked_share) == (2, 1, 0.5)
    assert 0.95 < truth.extraction.words_kept < 1.0
    assert truth.extraction.words_foreign < 0.02
    assert sum(right.values()) == 2


def test_labels_of_other_files_do_not_count(crawl: Path, tmp_path: Path) -> None:
    run(
        make_plan([crawl / "a.warc.gz"], workers=0, questions="none", labels=None), tmp_path / "run"
    )
    truth, _ = measure(tmp_path / "run", crawl, ["b.warc.gz"])
    assert truth.clean.pages == 0


def test_a_cluster_of_unlike_pages_is_wrong(crawl: Path, tmp_path: Path) -> None:
    run(make_plan([crawl / "a.warc.gz"], workers=0, questions="none"), tmp_path / "run")
    truth, _ = measure(tmp_path / "run", crawl, ["a.warc.gz"])
    assert truth.near_duplicates.clustered_pairs == 1
    assert truth.near_duplicates.precision == 0.0
    assert truth.clean.lost_by["minhash.duplicate"] == 1


@pytest.mark.parametrize("data", [b"", b"no label\n", b'{"id": "a"}\n'])
def test_damaged_labels_are_said(data: bytes, crawl: Path, tmp_path: Path) -> None:
    (crawl / "labels.jsonl").write_bytes(data)
    plan = make_plan([crawl / "a.warc.gz"], workers=0, questions="none")
    if data:
        with pytest.raises(DataError, match=r"labels\.jsonl"):
            run(plan, tmp_path / "run")
    else:
        assert run(plan, tmp_path / "run").truth is not None


def test_the_small_run_can_be_browsed_without_the_crawl(pico_funnel: Path, tmp_path: Path) -> None:
    ship(pico_funnel, tmp_path / "small")
    (tmp_path / "small").rename(tmp_path / "moved")
    whole, small = Results(pico_funnel), Results(tmp_path / "moved")
    assert small.report == replace(whole.report, name="pocket")
    n_rows = 0
    for rule in RULES:
        rows = small.dropped(rule.name, 0, 100)
        assert (len(rows) > 0) == (
            min((row.n_bytes for row in whole.dropped(rule.name, 0, 50)), default=10**9) <= 40_000
        )
        for row in rows:
            page = small.raw(row.id)
            assert isinstance(page, SourcePage)
            assert (page.url, len(page.body)) == (row.url, row.n_bytes)
        n_rows += len(rows)
    assert n_rows > 50
    assert all(small.raw(page.id).url == page.url for page in small.clusters(0, 1)[0].pages)
    assert len(list(small.texts())) >= 60
    labelled = {label.id for label in read_labels(tmp_path / "moved")}
    assert small.dropped("minhash.duplicate")[0].id in labelled
    size = sum(path.stat().st_size for path in (tmp_path / "moved").rglob("*") if path.is_file())
    assert size < 1_500_000
