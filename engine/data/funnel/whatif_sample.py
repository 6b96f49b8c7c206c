"""A sample of a run's pages, each measured once, so that any thresholds can be held against it.

What a rule measures does not depend on thresholds; only what is made of it does. So a page is
extracted and measured once (milliseconds) and judged again and again (microseconds), with the same
outcome as ``PageFilter`` has: measures that come after a broken rule are simply not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.data.crawl.labels import read_labels
from engine.data.funnel import c4, fineweb, gopher_quality, gopher_repetition
from engine.data.funnel.document import SourcePage
from engine.data.funnel.extraction import extract
from engine.data.funnel.finding import Finding
from engine.data.funnel.language import language_of
from engine.data.funnel.plan import Plan
from engine.data.funnel.rules import BY_NAME
from engine.data.funnel.sources import open_source
from engine.data.funnel.url_rules import Blocklist, check_url
from engine.data.funnel.words import words
from engine.errors import DataError

SAMPLE_PAGES = 600
MOST_FILES = 12
"""Opened for a sample: the first pages of files that lie evenly among the inputs."""
NOT_BY_PAGE = ("clean", "exact_duplicate", "near_duplicate", "near_copy", "contaminated")
"""Labels of pages that no rule about single pages is to remove."""

Step = tuple[str, float] | Finding
"""A rule and what it measured; or a finding that no threshold can change."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A page with all that the rules measure on it, in their order, from extraction on."""

    id: str
    url: str
    n_bytes: int
    text: str
    """As it was extracted; empty where nothing could be."""
    steps: tuple[Step, ...]
    label: str | None = None
    """None where no labels are known."""

    @property
    def junk(self) -> bool | None:
        """Whether a rule about single pages should remove it; None where nobody knows."""
        return None if self.label is None else self.label not in NOT_BY_PAGE

    def broken(self, thresholds: Mapping[str, float], blocklist: Blocklist) -> str | None:
        """The first rule that it breaks; None if it stays."""
        blocked = check_url(self.url, blocklist, thresholds)
        if blocked:
            return blocked.rule
        for step in self.steps:
            if isinstance(step, Finding):
                return step.rule
            rule, value = step
            if BY_NAME[rule].broken_by(value, thresholds[rule]):
                return rule
        return None

    def measures(self) -> Iterator[tuple[str, float]]:
        """Every rule that measured it, and what."""
        return (step for step in self.steps if not isinstance(step, Finding))

    def value_of(self, rule: str) -> float | str:
        """What a rule measured or found; empty where it did neither."""
        for step in self.steps:
            found, value = step[:2]
            if found == rule:
                return value
        return ""


def measured(page: SourcePage, label: str | None = None) -> Sampled:
    """Extract a page and measure it."""
    text = extract(page)
    steps = (text,) if isinstance(text, Finding) else tuple(_steps(text))
    return Sampled(
        id=page.id, url=page.url, n_bytes=len(page.body), steps=steps, label=label,
        text="" if isinstance(text, Finding) else text,
    )  # fmt: skip


def _steps(text: str) -> Iterator[Step]:
    yield "language.english", language_of(text).english
    tokens = words(text)
    for measure in gopher_repetition.measures(text, tokens):
        yield measure.rule, measure.value
    for measure in gopher_quality.measures(text, tokens):
        yield measure.rule, measure.value
    # No page has endlessly many sentences: so the rule says how many this one has.
    found = c4.clean(text, {"c4.sentences": math.inf})
    cleaned = c4.clean(text, {"c4.sentences": 0})
    if isinstance(cleaned, Finding):
        yield cleaned
        return
    if isinstance(found, Finding):
        yield "c4.sentences", float(found.value)
    tokens = tokens if cleaned.text == text else words(cleaned.text)
    for measure in fineweb.measures(cleaned.text, tokens):
        yield measure.rule, measure.value


def read_sample(
    folder: Path, n_pages: int = SAMPLE_PAGES, on_progress: Callable[[int], None] | None = None
) -> list[Sampled]:
    """Measure pages of the inputs of the run in ``folder``.

    Args:
        folder: of the run; its plan says where the pages lie.
        n_pages: about how many; fewer where there are no more.
        on_progress: called with the number of pages measured so far.

    Raises:
        DataError: the plan or the labels cannot be read, or no input is there any more.
    """
    plan = Plan.read(folder)
    pages = list(_first_pages(plan, folder, n_pages))
    if not pages:
        raise DataError(
            f"None of the inputs of {folder} can be read any more, so there is no sample to try "
            "thresholds on. Put them back, or run the funnel again."
        )
    labels = _labels(plan, folder, {page.id for page in pages})
    sample = []
    for page in pages:
        sample.append(measured(page, labels.get(page.id)))
        if on_progress is not None:
            on_progress(len(sample))
    return sample


def _first_pages(plan: Plan, folder: Path, n_pages: int) -> Iterator[SourcePage]:
    step = max(1, len(plan.inputs) // MOST_FILES)
    files = plan.inputs[::step][:MOST_FILES]
    of_each = -(-n_pages // max(1, len(files)))
    for file in files:
        source = open_source(plan.path_of(file, folder), file.name)
        pages = (found.page for found in source.read() if found.page is not None)
        yield from islice(pages, of_each)


def _labels(plan: Plan, folder: Path, ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if plan.labels is None or not ids:
        return found
    for label in read_labels(folder / plan.labels):
        if label.id in ids:
            found[label.id] = label.label
            if len(found) == len(ids):
                break
    return found
