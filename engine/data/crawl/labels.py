"""What is true of each page of a crawl: written beside it, never read by the funnel's rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import DataError

LABELS_FILE = "labels.jsonl"

LabelName = Literal[
    "clean",
    "exact_duplicate",
    "near_duplicate",
    "near_copy",
    "spam",
    "blocked_domain",
    "foreign_language",
    "gibberish",
    "boilerplate",
    "too_short",
    "too_long",
    "repetitive",
    "code",
    "contaminated",
    "unreadable",
]
LABELS: tuple[LabelName, ...] = get_args(LabelName)
NEITHER: frozenset[LabelName] = frozenset({"near_copy"})
"""Neither clean nor junk: such pages may go or stay."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """The truth about one page."""

    id: str = ""
    """File name and the number of its response record in that file, from 0: ``SourcePage.id``."""
    url: str
    label: LabelName
    copy_of: str | None = None
    """Address of the clean page that it copies."""
    jaccard: float | None = None
    """Likeness of the two true main texts, by ``duplicates.likeness``."""
    language: str = "en"
    """ISO 639-1; of unreadable pages, as of all others that name none, English."""
    pii: tuple[str, ...] = ()
    """Planted e-mail addresses and IPs, as they stand in the text."""
    flaws: tuple[str, ...] = ()
    """What is broken in the page's markup or encoding: keys of ``flaws``."""
    text: str = ""
    """The true main text of a clean page, a line a line; empty for all others."""


def to_line(label: Label) -> str:
    """The label as one line of JSON with its line end."""
    return json.dumps(asdict(label), ensure_ascii=False) + "\n"


def read_labels(folder: Path) -> Iterator[Label]:
    """Yield the labels of the crawl in ``folder``, a page each, in crawl order.

    Raises:
        DataError: the file is missing, or a line of it is no label.
    """
    path = folder / LABELS_FILE
    try:
        file = path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            f"{path} cannot be read: {reason}. Only a crawl made by `llmlab data build` has labels."
        ) from error
    with file:
        for number, line in enumerate(file, start=1):
            try:
                yield _parse(json.loads(line))
            except (ValueError, TypeError, KeyError) as error:
                raise DataError(
                    f"Line {number} of {path} is not a label ({error}). "
                    "Delete the crawl and build it again."
                ) from error


def _parse(value: Any) -> Label:
    if not isinstance(value, dict) or value["label"] not in LABELS:
        raise ValueError("no known label")
    return Label(**{**value, "pii": tuple(value["pii"]), "flaws": tuple(value["flaws"])})
