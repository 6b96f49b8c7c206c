"""``llmlab data report``: the funnel as counts and bytes left after every rule, and the truth."""

from __future__ import annotations

import argparse

from engine import paths
from engine.data.funnel import jobs
from engine.data.funnel.report import Report, Truth
from engine.data.funnel.results import REPORT, Results
from engine.data.funnel.rules import BY_NAME
from engine.errors import DataError
from tui.cli.output import emit_json, table


def run(arguments: argparse.Namespace) -> int:
    """Print the report of a finished run.

    Raises:
        LabError: there is no such run, or it is not finished.
    """
    report = _found(arguments.name).report
    if arguments.json:
        emit_json(report.to_json())
    else:
        print_report(report)
    return 0


def _found(name: str | None) -> Results:
    """The run of this name, or the newest finished one, or the one that comes with the lab."""
    if name is not None:
        status = jobs.read_run(name)
        if status.state != "done":
            raise DataError(
                f"The run {name!r} is {status.state}, so it has no report yet. Go on with it: "
                f"llmlab data run --resume {name}"
            )
        return Results(status.path)
    done = next((status for status in jobs.list_runs() if status.state == "done"), None)
    folder = paths.shipped_folder() / "nano" / "data" if done is None else done.path
    if not (folder / REPORT).exists():
        raise DataError("There is no finished run of the funnel yet. Start one: llmlab data run")
    return Results(folder)


def print_report(report: Report) -> None:
    """Print a run for people."""
    put_in, out = report.input, report.output
    print(
        f"{report.name}: {put_in.pages:,} pages of {put_in.files} files in, {out.pages:,} out "
        f"({out.words:,} words, {_mb(out.bytes)} of text)"
    )
    rate = put_in.pages / report.seconds if report.seconds else 0.0
    print(
        f"{report.seconds:,.0f} s, {rate:,.0f} pages/s with {report.workers} workers, at most "
        f"{report.peak_rss_mb:,.0f} MB of memory"
    )
    print()
    _print_rules(report)
    masked = report.masked
    print(
        f"\nmasked: {masked.emails:,} e-mail addresses and {masked.ips:,} IPs on {masked.pages:,} "
        f"pages; C4 cut {report.trimmed_lines:,} lines out of pages that stay; skipped: "
        f"{report.n_skipped:,} records"
    )
    if report.truth is not None:
        print()
        _print_truth(report.truth)


def _print_rules(report: Report) -> None:
    rows = [["rule", "threshold", "removed", "junk", "left", "left"]]
    rows.append(["", "", "", "", f"{report.input.pages:,}", _mb(report.input.bytes)])
    for row in report.rows:
        rule = BY_NAME.get(row.rule)
        threshold = report.thresholds.get(row.rule)
        keeps = "" if rule is None or threshold is None else f"{rule.keeps} {threshold:g}"
        rows.append(
            [
                row.rule,
                keeps,
                f"{row.removed_pages:,}" if row.removed_pages else "",
                "" if row.right is None or not row.removed_pages else f"{row.right:,}",
                f"{row.left_pages:,}",
                _mb(row.left_bytes),
            ]
        )
    table(rows, right=(1, 2, 3, 4, 5))
    print("junk: of the removed pages, those that are junk by the labels")


def _print_truth(truth: Truth) -> None:
    rows = [["against the labels", "pages", "removed", "recall", "mostly by"]]
    for kind in truth.kinds:
        by = next(iter(kind.by_rule), "")
        rows.append([kind.kind, f"{kind.pages:,}", f"{kind.removed:,}", f"{kind.recall:.3f}", by])
    table(rows, right=(1, 2, 3))
    clean, near, pii = truth.clean, truth.near_duplicates, truth.pii
    print(f"\nclean pages kept: {clean.kept:,} of {clean.pages:,} ({clean.share:.3f})")
    for rule, pages in clean.lost_by.items():
        print(f"  lost by {rule}: {pages:,}")
    print(f"junk among the removed pages: {truth.precision:.3f}")
    print(
        f"near duplicates of 0.8 and more: {near.found:,} of {near.pairs:,} pairs clustered "
        f"({near.recall:.3f}); {near.right:,} of {near.clustered_pairs:,} clustered pairs are "
        f"right ({near.precision:.3f})"
    )
    for grade in near.grades:
        if grade.pairs:
            print(
                f"  {grade.low:.2f} to {grade.high:.2f}: {grade.found:,} of {grade.pairs:,} pairs"
            )
    print(f"planted addresses masked: {pii.planted - pii.left:,} of {pii.planted:,}")
    print(
        f"words of clean pages kept: {truth.extraction.words_kept:.4f}; words that are not the "
        f"page's own: {truth.extraction.words_foreign:.4f}"
    )


def _mb(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB"
