"""What if a threshold were another? A helper process that holds a sample of a run's pages.

Run as ``python -m engine.data.funnel.whatif FOLDER`` it measures the sample once and says how far
it is, ``{"measured": n, "of": n}``, and then ``{"spreads": [...]}``, a ``Spread`` a rule; or says
why it cannot, ``{"failed": "..."}``. From then on a line
``{"set": {"gopher_quality.min_words": 40}}`` is answered by one: an ``Outcome``, or
``{"error": "..."}``. It ends with its standard input.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.funnel.whatif_answer import N_BINS, Crossing, Fallen, Outcome, Spread, Tally
from engine.errors import LabError

if TYPE_CHECKING:
    from engine.data.funnel.url_rules import Blocklist
    from engine.data.funnel.whatif_sample import Sampled

MOST_CHANGED = 60
"""Pages that are told of by name when they change sides; the rest are counted."""
_SAID_EVERY = 10


class WhatIf:
    """Holds the sample, and what became of it with the published thresholds."""

    def __init__(self, sample: Sequence[Sampled], blocklist: Blocklist) -> None:
        from engine.data.funnel.rules import thresholds

        self._sample, self._blocklist = sample, blocklist
        self._published = thresholds()
        self._before = [page.broken(self._published, blocklist) for page in sample]

    def outcome(self, changed: Mapping[str, float]) -> Outcome:
        """Judge all pages again.

        Raises:
            LabError: no rule of one of the names has a threshold.
        """
        from engine.data.funnel.rules import RULES, thresholds

        wanted = thresholds(changed)
        verdicts = [page.broken(wanted, self._blocklist) for page in self._sample]
        before, now = Counter(self._before), Counter(verdicts)
        junk_before, junk_now = self._junk(self._before), self._junk(verdicts)
        crossed = [
            n for n, rule in enumerate(verdicts) if (rule is None) != (self._before[n] is None)
        ]
        return Outcome(
            thresholds={name: value for name, value in changed.items()
                        if value != self._published[name]},
            pages=len(self._sample),
            clean=sum(page.junk is False for page in self._sample),
            junk=sum(page.junk is True for page in self._sample),
            before=self._tally(self._before),
            now=self._tally(verdicts),
            fallen=[
                Fallen(rule=name, before=before[name], now=now[name],
                       junk_before=junk_before[name], junk_now=junk_now[name])
                for name in (rule.name for rule in RULES) if before[name] or now[name]
            ],
            n_changed=len(crossed),
            changed=[self._crossing(n, wanted) for n in crossed[:MOST_CHANGED]],
        )  # fmt: skip

    def _junk(self, verdicts: Iterable[str | None]) -> Counter[str | None]:
        pairs = zip(self._sample, verdicts, strict=True)
        return Counter(rule for page, rule in pairs if page.junk)

    def _tally(self, verdicts: Sequence[str | None]) -> Tally:
        left = [p for p, rule in zip(self._sample, verdicts, strict=True) if rule is None]
        return Tally(
            kept=len(left),
            clean_kept=sum(page.junk is False for page in left),
            junk_kept=sum(page.junk is True for page in left),
        )

    def _crossing(self, number: int, wanted: Mapping[str, float]) -> Crossing:
        """Asks the filter itself why the page fell, or fell before."""
        from engine.data.funnel.document import Document, Drop
        from engine.data.funnel.filtering import PageFilter

        page, was = self._sample[number], self._before[number]
        thresholds = wanted if was is None else self._published
        document = Document(id=page.id, url=page.url, text=page.text)
        found = PageFilter(thresholds, self._blocklist).judge_text(document)
        fell = page.broken(thresholds, self._blocklist) or ""
        told = found if isinstance(found, Drop) and found.rule == fell else None
        return Crossing(
            id=page.id, url=page.url, label=page.label, was=was or "", now="" if was else fell,
            value=str(told.value if told else page.value_of(fell)),
            threshold=thresholds.get(fell),
            evidence=told.evidence if told else "",
            text=told.text if told else page.text[:4000],
        )  # fmt: skip

    def spreads(self) -> list[Spread]:
        """Of every rule that has a threshold and was measured on some page."""
        values: dict[str, list[tuple[float, bool]]] = {name: [] for name in self._published}
        for page in self._sample:
            for step in page.measures():
                values[step[0]].append((step[1], page.junk is True))
        return [
            _spread(rule, of_rule, self._published[rule])
            for rule, of_rule in values.items() if of_rule
        ]  # fmt: skip


def _spread(rule: str, values: Sequence[tuple[float, bool]], threshold: float) -> Spread:
    ordered = sorted(value for value, _ in values)
    low, high = ordered[0], ordered[int(0.98 * (len(ordered) - 1))]
    if threshold <= 4 * max(high, 0.05):  # else the values would lie in the first bin all
        low, high = min(low, threshold), max(high, threshold * 1.25)
    high = max(high, low + 1e-9)
    bins: tuple[list[int], list[int]] = ([0] * N_BINS, [0] * N_BINS)
    for value, junk in values:
        place = int((value - low) / (high - low) * N_BINS)
        bins[junk][max(0, min(N_BINS - 1, place))] += 1
    return Spread(rule=rule, low=low, high=high, clean=bins[0], junk=bins[1])


def serve(folder: Path) -> None:
    """Measure the sample, then answer lines until the standard input ends."""
    from engine.data.funnel.blocklist_file import blocklist_of
    from engine.data.funnel.plan import Plan
    from engine.data.funnel.whatif_sample import SAMPLE_PAGES, read_sample

    if hasattr(os, "nice"):
        os.nice(5)  # The screen and the engine come first.

    def progress(n: int) -> None:
        if n % _SAID_EVERY == 0:
            _say({"measured": n, "of": SAMPLE_PAGES})

    try:
        blocklist = blocklist_of(Plan.read(folder))
        what_if = WhatIf(read_sample(folder, on_progress=progress), blocklist)
    except LabError as error:
        _say({"failed": str(error)})
        return
    _say({"spreads": [asdict(spread) for spread in what_if.spreads()]})
    for line in sys.stdin:
        try:
            _say(asdict(what_if.outcome(json.loads(line)["set"])))
        except LabError as error:
            _say({"error": str(error)})


def _say(value: Any) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
