"""A run against the labels of the pocket web: what was rightly removed, kept, clustered, masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.crawl.build import INFO_FILE
from engine.data.crawl.labels import LABELS, LABELS_FILE, NEITHER, Label, read_labels
from engine.data.funnel.clustering import CLUSTERS
from engine.data.funnel.finishing import DUPLICATE, QUESTION
from engine.data.funnel.merging import DROPPED_FOLDER
from engine.data.funnel.pii import mask
from engine.data.funnel.report import (
    CleanTruth,
    ExtractionTruth,
    Grade,
    KindTruth,
    NearTruth,
    PersonalTruth,
    Truth,
)
from engine.data.funnel.results import output_files
from engine.data.funnel.tables import read_rows
from engine.data.funnel.words import is_symbol, words

CLEAN = "clean"
KEPT = ""
SKIPPED = "skipped"
"""Of a page that its source could not read: removed by no rule."""
SAME = 0.8
"""From this similarity on a copy has to go."""
GRADE = 0.05
LOWEST_GRADE = 0.5
_COPIES = ("near_duplicate", "near_copy")
_LATE = (KEPT, DUPLICATE, QUESTION)
"""What can become of a page that has met MinHash."""


def has_labels(folder: Path) -> bool:
    """Whether ``folder`` is a crawl of the pocket web; another one's labels would not be ours."""
    return (folder / INFO_FILE).is_file() and (folder / LABELS_FILE).is_file()


def measure(folder: Path, labels: Path, inputs: Iterable[str]) -> tuple[Truth, Mapping[str, int]]:
    """Hold a run whose tables are written against the labels.

    Args:
        folder: of the run.
        labels: the folder with the labels.
        inputs: names of the run's inputs; labels of other pages do not count.

    Returns:
        the truth, and for each rule how many of the pages that it removed are junk.

    Raises:
        DataError: the labels or a table are damaged.
    """
    found = _Found(folder, frozenset(inputs))
    for label in read_labels(labels):
        found.add(label)
    return found.truth(), found.right


@dataclass(slots=True)
class _Words:
    """Words of the pages that came out, counted."""

    true: int = 0
    found: int = 0
    common: int = 0

    def add(self, true: str, found: str) -> None:
        """Compare a page's text with the true one, addresses masked in both."""
        ours, theirs = _counted(found), _counted(mask(true).text)
        self.true += theirs.total()
        self.found += ours.total()
        self.common += (ours & theirs).total()


class _Texts:
    """The texts that came out by their ids, asked for in about the order in which they lie."""

    def __init__(self, folder: Path) -> None:
        self._rows = self._read(folder)
        self._waiting: dict[str, str] = {}

    @staticmethod
    def _read(folder: Path) -> Iterator[tuple[str, str]]:
        for path in output_files(folder):
            for row in read_rows(path, ["id", "text"]):
                yield row["id"], row["text"]

    def of(self, page: str) -> str:
        """The text of a page that came out."""
        while page not in self._waiting:
            other, text = next(self._rows)
            self._waiting[other] = text
        return self._waiting.pop(page)


@dataclass(slots=True)
class _Copy:
    id: str
    copy_of: str
    jaccard: float


@dataclass(slots=True)
class _Kind:
    pages: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)

    @property
    def removed(self) -> int:
        return self.by_rule.total()


class _Found:
    def __init__(self, folder: Path, inputs: frozenset[str]) -> None:
        self._inputs = inputs
        self._outcomes = _outcomes(folder)
        self._texts = _Texts(folder)
        self._cluster_of, self._kept_of = _clusters(folder)
        self._origins: dict[str, str | None] = {}
        """Of the pages in clusters, the address that their text comes from; None: of junk."""
        self._by_url: dict[str, str] = {}
        self._copies: list[_Copy] = []
        self._kinds: dict[str, _Kind] = {name: _Kind() for name in LABELS}
        self._words = _Words()
        self._planted = self._left = 0
        self.right: Counter[str] = Counter()

    def add(self, label: Label) -> None:
        if label.id.rpartition("/")[0] not in self._inputs:
            return
        outcome = self._outcomes.get(label.id, SKIPPED)
        kind = self._kinds[label.label]
        kind.pages += 1
        if outcome != KEPT:
            kind.by_rule[outcome] += 1
            self.right[outcome] += label.label not in (CLEAN, *NEITHER)
        if label.label == CLEAN:
            self._by_url[label.url] = label.id
        if label.label in _COPIES and label.copy_of is not None and label.jaccard is not None:
            self._copies.append(_Copy(label.id, label.copy_of, label.jaccard))
        if label.id in self._cluster_of:
            own = label.url if label.label == CLEAN else None
            self._origins[label.id] = label.copy_of or own
        if outcome == KEPT:
            self._compare(label, self._texts.of(label.id))

    def _compare(self, label: Label, text: str) -> None:
        if label.label == CLEAN:
            self._words.add(label.text, text)
            self._planted += len(label.pii)
            self._left += sum(planted in text for planted in label.pii)

    def truth(self) -> Truth:
        clean = self._kinds[CLEAN]
        junk = {name: kind for name, kind in self._kinds.items() if name not in (CLEAN, *NEITHER)}
        removed = sum(kind.removed for kind in junk.values())
        return Truth(
            kinds=tuple(
                KindTruth(
                    kind=name,
                    pages=kind.pages,
                    removed=kind.removed,
                    recall=_share(kind.removed, kind.pages),
                    by_rule=dict(kind.by_rule.most_common()),
                )
                for name, kind in junk.items()
                if kind.pages
            ),
            clean=CleanTruth(
                pages=clean.pages,
                kept=clean.pages - clean.removed,
                share=_share(clean.pages - clean.removed, clean.pages),
                lost_by=dict(clean.by_rule.most_common()),
            ),
            precision=_share(removed, removed + clean.removed),
            near_duplicates=self._near(),
            pii=PersonalTruth(
                planted=self._planted,
                left=self._left,
                masked_share=_share(self._planted - self._left, self._planted),
            ),
            extraction=ExtractionTruth(
                words_kept=_share(self._words.common, self._words.true),
                words_foreign=_share(self._words.found - self._words.common, self._words.found, 0),
            ),
        )

    def _near(self) -> NearTruth:
        known: Counter[int] = Counter()
        found: Counter[int] = Counter()
        pairs = hits = 0
        for copy in self._copies:
            original = self._by_url.get(copy.copy_of)
            if original is None or not (self._met(original) and self._met(copy.id)):
                continue
            cluster = self._cluster_of.get(copy.id)
            is_found = cluster is not None and cluster == self._cluster_of.get(original)
            grade = int(round(copy.jaccard / GRADE, 6))
            known[grade] += 1
            found[grade] += is_found
            if copy.jaccard >= SAME:
                pairs += 1
                hits += is_found
        clustered, right = self._clustered()
        lowest, highest = round(LOWEST_GRADE / GRADE), round(1 / GRADE)
        return NearTruth(
            pairs=pairs,
            found=hits,
            recall=_share(hits, pairs),
            clustered_pairs=clustered,
            right=right,
            precision=_share(right, clustered),
            grades=tuple(
                Grade(
                    low=round(grade * GRADE, 2),
                    high=round((grade + 1) * GRADE, 2),
                    pairs=known[grade],
                    found=found[grade],
                )
                for grade in range(min((lowest, *known)), highest)
            ),
        )

    def _met(self, page: str) -> bool:
        """Whether a page came as far as MinHash."""
        return self._outcomes.get(page, SKIPPED) in _LATE

    def _clustered(self) -> tuple[int, int]:
        """Pairs of a page and the one kept instead of it, and those of the same origin.

        Pairs of two junk pages do not count: how alike these are, no label says.
        """
        pairs = right = 0
        for page, kept in self._kept_of.items():
            origins = self._origins.get(page), self._origins.get(kept)
            if origins != (None, None):
                pairs += 1
                right += origins[0] == origins[1]
        return pairs, right


def _outcomes(folder: Path) -> dict[str, str]:
    """Page to the rule that removed it, or ``KEPT``."""
    found = {}
    for path in sorted((folder / DROPPED_FOLDER).glob("part-*.parquet")):
        rules: dict[str, str] = {}
        for row in read_rows(path, ["id", "rule"]):
            found[row["id"]] = rules.setdefault(row["rule"], row["rule"])
    for path in output_files(folder):
        for row in read_rows(path, ["id"]):
            found[row["id"]] = KEPT
    return found


def _clusters(folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Page to its cluster, and page to the one that is kept instead of it."""
    cluster_of: dict[str, int] = {}
    kept_of: dict[str, str] = {}
    if not (folder / CLUSTERS).exists():
        return cluster_of, kept_of
    kept = ""
    for row in read_rows(folder / CLUSTERS, ["cluster", "id", "kept"]):
        cluster_of[row["id"]] = row["cluster"]
        if row["kept"]:
            kept = row["id"]
        else:
            kept_of[row["id"]] = kept
    return cluster_of, kept_of


def _counted(text: str) -> Counter[str]:
    return Counter(word for word in words(text.lower()) if not is_symbol(word))


def _share(part: int, whole: int, of_nothing: float = 1.0) -> float:
    return round(part / whole, 6) if whole else of_nothing
