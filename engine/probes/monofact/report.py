"""The experiment as Markdown with a plot, as CSV, or as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import ProbeError
from engine.files import write_atomic
from engine.probes.monofact.estimates import DELTA
from engine.probes.monofact.law import N_COMMON, RARE_A_PAGE
from engine.probes.monofact.plot import plot
from engine.probes.monofact.result import WebResult
from engine.probes.monofact.words import findings

FORMATS = (".md", ".csv", ".json")
Columns = Sequence[tuple[str, str]]
COLUMNS: Columns = (
    ("web", "law"),
    ("pages", "n_pages"),
    ("facts there are", "n_facts"),
    ("on a page", "n_distinct"),
    ("on one page", "n_once"),
    ("**monofact rate**", "monofact_rate"),
    ("once, of facts on pages", "once_of_distinct"),
    ("missing mass", "missing_mass"),
    ("**invented**", "invented_rate"),
    ("±", "margin"),
    ("miscalibration", "miscalibration"),
    ("small terms", "small_terms"),
    ("**bound**", "bound"),
)

SHORT_COLUMNS: Columns = tuple(
    (title.strip("*"), name)
    for title, name in COLUMNS
    if not name.startswith("n_") and name != "once_of_distinct"
)


def check_format(path: Path) -> None:
    """Refuse a file name that says no format that there is, before anything is measured.

    Raises:
        ProbeError: it does not.
    """
    if path.suffix not in FORMATS:
        raise ProbeError(f"{path} says no format: let its name end in one of {', '.join(FORMATS)}.")


def write_report(path: Path, webs: Sequence[WebResult]) -> list[Path]:
    """Write the report by the suffix of ``path``; Markdown gets its plot as an SVG beside it.

    Returns:
        The files written.

    Raises:
        ProbeError: the suffix says no format.
        LabError: the file cannot be written.
    """
    check_format(path)
    if path.suffix == ".csv":
        write_atomic(path, as_csv(webs).encode())
        return [path]
    if path.suffix == ".json":
        write_atomic(path, json.dumps(as_json(webs), indent=2).encode() + b"\n")
        return [path]
    picture = path.with_suffix(".svg")
    write_atomic(picture, plot(webs).encode())
    write_atomic(path, as_markdown(webs, picture.name).encode())
    return [path, picture]


def as_json(webs: Sequence[WebResult]) -> dict[str, Any]:
    """All there is, with the findings."""
    return {
        "paper": "arXiv 2311.14648",
        "delta": DELTA,
        "webs": [web.to_json() for web in webs],
        "findings": findings(webs),
    }


def as_csv(webs: Sequence[WebResult]) -> str:
    """A web a line, with counts and rates; bins and examples are left out."""
    flat = [
        {
            name: value
            for name, value in web.to_json().items()
            if not isinstance(value, list | tuple)
        }
        for web in webs
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(flat[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def rows(webs: Sequence[WebResult], columns: Columns = SHORT_COLUMNS) -> list[list[str]]:
    """The table: a head, and a row for each web."""
    head = [title for title, _ in columns]
    return [head, *([_cell(getattr(web, name)) for _, name in columns] for web in webs)]


def as_markdown(webs: Sequence[WebResult], picture: str) -> str:
    """The report; its last part shows what the models wrote."""
    head, *body = rows(webs, COLUMNS)
    first = webs[0]
    parts = [
        "# Must a calibrated model make things up?",
        _INTRODUCTION.format(
            n_params=first.n_params,
            n_written=first.n_written,
            n_pages=first.n_pages,
            common=N_COMMON,
            rare=RARE_A_PAGE,
        ),
        f"![Invented facts against facts that stand on one page]({picture})",
        _table(head, body),
        _LEGEND.format(delta=DELTA, sure=1 - DELTA),
        "## What agrees and what does not",
        "\n".join(f"- {finding}" for finding in findings(webs)),
        "## Who is talked about, by the pages a fact stands on",
        "Share of the web's pages (by its law) and of the model's, in each pair of columns.",
        _counts(webs),
        "## Calibration",
        "Facts by how likely the model holds them (from, to): share of the web's pages that state "
        "one of them, and of the model's. Equal shares are calibration.",
        *(part for web in webs for part in (f"{web.law}:", _bins(web))),
        "## What the models wrote",
    ]
    written = ["```text"]
    for web in webs:
        written.append(
            f"{web.law} (best after {web.steps} steps, {web.heldout_loss:.3f} nats a token)"
        )
        written += [
            f"  {'true    ' if example.true else 'invented'} on {example.n_pages:>4} pages  "
            + json.dumps(example.text, ensure_ascii=False).replace("`", "'")
            for example in web.examples
        ]
    written.append("```\n")
    return "\n\n".join([*parts, "\n".join(written)])


_INTRODUCTION = """\
Kalai and Vempala ("Calibrated Language Models Must Hallucinate", arXiv 2311.14648) prove that a
model which is calibrated invents at least about as large a share of what it states as the share of
its training pages that state a fact which stands on no other page (the monofact rate). Good and
Turing estimate by the same figure how likely a further page is to say something new.

Made by `llmlab probe monofact`. Each web has {n_pages:,} pages, each of one sentence about one
fact, drawn independently by the web's law: "rare 0.40" means that 40 % of the pages are about rare
facts, of which there are {rare} times as many as such pages, all equally likely, and the others
about {common} common ones; in "Zipf" the fact of rank k is drawn in proportion to 1/k. Names,
values and who has an entry for what are drawn evenly, so that no rule tells a true fact that was
not seen from a false one. A model of about {n_params:,} parameters learns each web from nothing
and is kept where its loss on pages drawn afresh is lowest. Then it writes {n_written:,} pages at
temperature 1, from nothing but the beginning of a page; what cannot be read as a sentence of the
web's wordings is left out."""

_LEGEND = """\
**monofact rate**: facts on one page only, of all pages: this is what the theorem speaks of, and
not the next column, their share of the facts that stand on pages. **missing mass**: the true
chance that a further page states something new. **invented**: false claims, of all claims, ± its
95 % interval. **miscalibration**: half the sum of the differences over bins of facts of like
probability (below). **small terms**: 3 e^-s / {delta} + sqrt(6 ln(6 / {delta}) / pages), where
true facts are e^-s of the false claims there could be. **bound**: monofact rate less
miscalibration less small terms; with probability {sure:.1f} no model of this calibration invents
less."""


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body])


def _counts(webs: Sequence[WebResult]) -> str:
    head = ["web", *(count.label for count in webs[0].counts)]
    body = [
        [web.law, *(f"{count.web:.3f} / {count.model:.3f}" for count in web.counts)] for web in webs
    ]
    return _table(head, body)


def _bins(web: WebResult) -> str:
    head = ["", *(f"{each.low:.1e} to {each.high:.1e}" for each in web.bins)]
    return _table(
        head,
        [
            ["the web's pages", *(f"{each.web:.3f}" for each in web.bins)],
            ["the model's", *(f"{each.model:.3f}" for each in web.bins)],
        ],
    )


def _cell(value: str | int | float) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else value
