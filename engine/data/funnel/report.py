"""What a run of the funnel found, as ``report.json`` keeps it: counts a rule, and the truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """What went in; ``bytes`` are those of the pages as they were found."""

    files: int
    pages: int
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """What came out; ``bytes`` and ``words`` are those of the texts."""

    pages: int
    bytes: int
    words: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """What one rule removed, and what was left behind it. Bytes are of the pages as found."""

    rule: str
    removed_pages: int
    removed_bytes: int
    left_pages: int
    left_bytes: int
    right: int | None
    """Of the removed pages, those that are junk by the labels; None where there are none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MaskedCounts:
    """Addresses that were replaced in the texts that came out, and on how many pages they stood."""

    emails: int
    ips: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SkippedRecord:
    """A record or a whole file that could not be read."""

    file: str
    record: int | None
    """Its number in the file from 0; None where it is the file."""
    why: str
    """A sentence for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KindTruth:
    """What became of the pages with one label."""

    kind: str
    pages: int
    removed: int
    recall: float
    by_rule: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanTruth:
    """What became of the clean pages."""

    pages: int
    kept: int
    share: float
    lost_by: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """Known pairs whose true similarity is from ``low`` to below ``high``."""

    low: float
    high: float
    pairs: int
    found: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NearTruth:
    """Known pairs that met MinHash, against the clusters that it made."""

    pairs: int
    """With a true Jaccard similarity of 0.8 or more."""
    found: int
    recall: float
    clustered_pairs: int
    """A page beside the one that its cluster keeps."""
    right: int
    """Of these, pages of the same origin."""
    precision: float
    grades: tuple[Grade, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalTruth:
    """Planted addresses on clean pages that came out."""

    planted: int
    left: int
    masked_share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractionTruth:
    """Words of clean pages that came out, against the true ones."""

    words_kept: float
    """Share of the true words that are in the text."""
    words_foreign: float
    """Share of the text's words that are not the page's own: menus, adverts, comments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """The run against the labels of the pocket web."""

    kinds: tuple[KindTruth, ...]
    clean: CleanTruth
    precision: float
    """Junk removed over all removed."""
    near_duplicates: NearTruth
    pii: PersonalTruth
    extraction: ExtractionTruth


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All that a run found."""

    name: str
    created: str
    version: str
    input: Input
    output: Output
    seconds: float
    workers: int
    peak_rss_mb: float
    """At most: the peaks of all processes added up; 0 where the system does not tell."""
    thresholds: Mapping[str, float]
    rows: tuple[RuleRow, ...]
    """One a rule, in the order of ``RULES``."""
    trimmed_lines: int
    """Lines that C4 cut out of pages that stay."""
    masked: MaskedCounts
    skipped: tuple[SkippedRecord, ...]
    """The first ones; see ``n_skipped``."""
    n_skipped: int
    truth: Truth | None

    def to_json(self) -> dict[str, Any]:
        """As it stands in ``report.json``."""
        data = dataclasses.asdict(self)
        if self.truth is not None:
            data["truth"]["near_duplicates"]["grades"] = [
                {"from": grade.low, "to": grade.high, "pairs": grade.pairs, "found": grade.found}
                for grade in self.truth.near_duplicates.grades
            ]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        """What ``to_json`` wrote.

        Raises:
            KeyError, TypeError: it is something else.
        """
        truth = data["truth"]
        return cls(
            **{
                **data,
                "input": Input(**data["input"]),
                "output": Output(**data["output"]),
                "rows": tuple(RuleRow(**row) for row in data["rows"]),
                "masked": MaskedCounts(**data["masked"]),
                "skipped": tuple(SkippedRecord(**record) for record in data["skipped"]),
                "truth": None if truth is None else _truth(truth),
            }
        )


def _truth(data: Mapping[str, Any]) -> Truth:
    near = data["near_duplicates"]
    grades = tuple(
        Grade(low=grade["from"], high=grade["to"], pairs=grade["pairs"], found=grade["found"])
        for grade in near["grades"]
    )
    return Truth(
        kinds=tuple(KindTruth(**kind) for kind in data["kinds"]),
        clean=CleanTruth(**data["clean"]),
        precision=data["precision"],
        near_duplicates=NearTruth(**{**near, "grades": grades}),
        pii=PersonalTruth(**data["pii"]),
        extraction=ExtractionTruth(**data["extraction"]),
    )
