"""What the tests of the Data pane look at: a finished run of the funnel, in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from textual.pilot import Pilot

from engine.data.funnel.document import SourcePage
from engine.data.funnel.report import (
    CleanTruth,
    ExtractionTruth,
    Grade,
    Input,
    KindTruth,
    MaskedCounts,
    NearTruth,
    Output,
    PersonalTruth,
    Report,
    RuleRow,
    SkippedRecord,
    Truth,
)
from engine.data.funnel.results import Cluster, ClusterPage, DroppedRow
from engine.data.funnel.rules import BY_NAME, RULES, thresholds
from engine.errors import DataError
from tests.tui.conftest import Lab, until
from tui.app import LabApp
from tui.data.listed import Listed
from tui.panes.data import DataPane

PAGES, BYTES = 52_400, 812_000_000
REMOVED = {
    "url.domain": (3_120, 3_120),
    "url.soft_words": (880, 871),
    "extraction.broken": (402, 402),
    "extraction.empty": (97, 95),
    "language.english": (4_210, 4_204),
    "gopher_repetition.dup_line_chars": (1_204, 1_190),
    "gopher_quality.min_words": (6_812, 6_700),
    "gopher_quality.stop_words": (1_980, 1_980),
    "c4.curly_bracket": (1_003, 1_003),
    "c4.sentences": (412, 120),
    "fineweb.short_lines": (309, 300),
    "minhash.duplicate": (7_020, 6_950),
    "decontamination.question": (37, 37),
}
REPEATED = "Buy the best clocks of Dunbury today!"
HOSTILE = "\x1b[2J[bold]markup[/] \u202eevil"


def truth() -> Truth:
    """Good figures, but for one kind of junk."""
    return Truth(
        kinds=(
            KindTruth(kind="spam", pages=4_000, removed=3_991, recall=0.998,
                      by_rule={"url.domain": 3_120, "url.soft_words": 871}),
            KindTruth(kind="foreign_language", pages=4_204, removed=4_204, recall=1.0,
                      by_rule={"language.english": 4_204}),
            KindTruth(kind="code", pages=1_100, removed=902, recall=0.82,
                      by_rule={"c4.curly_bracket": 902}),
        ),
        clean=CleanTruth(pages=25_300, kept=24_700, share=0.976,
                         lost_by={"gopher_quality.min_words": 112, "c4.sentences": 292}),
        precision=0.981,
        near_duplicates=NearTruth(
            pairs=3_000, found=2_820, recall=0.94, clustered_pairs=7_020, right=6_950,
            precision=0.99,
            grades=(Grade(low=0.5, high=0.8, pairs=900, found=210),
                    Grade(low=0.8, high=1.0, pairs=3_000, found=2_820)),
        ),
        pii=PersonalTruth(planted=1_204, left=0, masked_share=1.0),
        extraction=ExtractionTruth(words_kept=0.991, words_foreign=0.004),
    )  # fmt: skip


def report(**values: Any) -> Report:
    """A run of the whole crawl; labelled unless ``truth`` is None."""
    known = values.get("truth", truth()) is not None
    rows, left, n_bytes = [], PAGES, BYTES
    for rule in RULES:
        removed, right = REMOVED.get(rule.name, (0, 0))
        left, n_bytes = left - removed, n_bytes - removed * 14_000
        rows.append(
            RuleRow(rule=rule.name, removed_pages=removed, removed_bytes=removed * 14_000,
                    left_pages=left, left_bytes=n_bytes, right=right if known else None)
        )  # fmt: skip
    made = Report(
        name="nano", created="2026-11-22T19:00:00Z", version="1",
        input=Input(files=27, pages=PAGES, bytes=BYTES),
        output=Output(pages=left, bytes=41_200_000, words=7_010_000),
        seconds=98.0, workers=2, peak_rss_mb=612.0, thresholds=thresholds(), rows=tuple(rows),
        trimmed_lines=1_811, masked=MaskedCounts(emails=801, ips=403, pages=640),
        skipped=(SkippedRecord(file="pocket-00003.warc.gz", record=17, why="It is cut short."),),
        n_skipped=1, truth=truth(),
    )  # fmt: skip
    return replace(made, **values)


def dropped(rule: str, number: int, **values: Any) -> DroppedRow:
    """A page that a rule removed, with its offending part."""
    of_url = rule.partition(".")[0] in ("url", "extraction")
    text = f"A page about page {number}.\n{REPEATED}\nIt goes on.\n{REPEATED}\n{HOSTILE}\nThe end."
    made = DroppedRow(
        id=f"pocket-00000.warc.gz/{number}", url=f"https://clocks.example/page/{number}", rule=rule,
        value="clocks.example" if of_url else "0.413", threshold=BY_NAME[rule].threshold,
        evidence=f"https://clocks.example/page/{number}" if of_url else f"2 × {REPEATED}",
        text="" if of_url else text, n_bytes=14_000 + number,
    )  # fmt: skip
    return replace(made, **values)


def cluster(number: int, copies: int = 1) -> Cluster:
    """A page and its copies, each with another last word."""
    words = "Mira Veklon was born in the town of Dunbury and worked as a clockmaker there for years"
    kept = ClusterPage(id=f"a/{number}", url=f"https://news.example/{number}", kept=True,
                       similarity=1.0, text=f"{words} on end.")  # fmt: skip
    pages = [
        ClusterPage(id=f"b/{number}-{copy}", url=f"https://copy{copy}.example/{number}", kept=False,
                    similarity=0.97 - copy / 100, text=f"{words} differently{copy}.")
        for copy in range(copies)
    ]  # fmt: skip
    return Cluster(number=number, pages=(kept, *pages))


@dataclass
class MadeFolder:
    """What a run has left, in memory (``tui.data.source.Folder``)."""

    report: Report = field(default_factory=report)
    made_clusters: list[Cluster] = field(
        default_factory=lambda: [cluster(n, 1 + n % 3) for n in range(200)]
    )
    missing: bool = False
    """Whether the input is gone."""
    broken: str = ""
    """Why the tables cannot be read."""
    reads: int = 0

    @property
    def n_clusters(self) -> int:
        """All of them."""
        return len(self.made_clusters)

    def n_dropped(self, rule: str) -> int:
        """As many as the report says."""
        self._check()
        return next(row.removed_pages for row in self.report.rows if row.rule == rule)

    def dropped(self, rule: str, offset: int = 0, limit: int = 50) -> list[DroppedRow]:
        """Made when asked for."""
        self._check()
        self.reads += 1
        end = min(offset + limit, self.n_dropped(rule))
        return [dropped(rule, number) for number in range(offset, end)]

    def clusters(self, offset: int = 0, limit: int = 50) -> list[Cluster]:
        """Some of them."""
        self._check()
        return self.made_clusters[offset : offset + limit]

    def raw(self, page_id: str) -> SourcePage:
        """HTML around a text."""
        if self.missing:
            raise DataError("pocket-00000.warc.gz has moved or was deleted. Put it back.")
        number = page_id.rpartition("/")[2]
        html = (
            f"<html><nav>Menu\x1b[31m of [red]{number}[/]</nav>\n"
            f"<p>A page about page {number}.</p>\n<p>{REPEATED}</p>\n</html>"
        )
        return SourcePage(id=page_id, url="https://clocks.example/", body=html.encode())

    def _check(self) -> None:
        if self.broken:
            raise DataError(self.broken)


def put(lab: Lab, folder: MadeFolder | None = None, **values: Any) -> Listed:
    """A finished run that comes with the lab."""
    return lab.funnels.add("nano", "done", folder or MadeFolder(), **{"shipped": True, **values})


@asynccontextmanager
async def opened(
    lab: Lab, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[LabApp, Pilot[None], DataPane]]:
    """The app with its Data pane shown, what it shows read."""
    async with lab.open(size) as (app, pilot):
        await pilot.press("escape", "2")
        await until(pilot, lambda: app.data_pane is not None and app.data_pane.is_mounted, "pane")
        pane = app.data_pane
        assert pane is not None
        await until(pilot, lambda: pane.watch_data.looked, "a look at the runs")
        if any(each.state == "done" for each in lab.funnels.all):
            await until(pilot, lambda: pane.views.display, "a report")
        yield app, pilot, pane
