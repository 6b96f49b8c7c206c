"""The funnel held against the true labels of the pocket web: recall by kind, and what was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from tui.data.looks import counted, padded, percent, share_sign
from tui.format import fitted, grouped
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.data.funnel.report import KindTruth, Report, Truth

_NAME_CELLS, _N_CELLS, _SHARE_CELLS = 18, 7, 8
_MOST_RULES = 3
"""Named in a line, those that did most first."""
_MOST_SKIPPED = 5
NO_LABELS = (
    "No labels lie beside the input: what is right is not known. Only the pocket web knows, "
    "page by page."
)


def headline(truth: Truth) -> Content:
    """The figures that a filter is judged by, each beside what it should be."""
    duplicates, pii, extraction = truth.near_duplicates, truth.pii, truth.extraction
    lines = [
        _figure("clean pages kept", truth.clean.share, truth.clean.pages),
        _figure("junk among removed", truth.precision, None),
        _figure("duplicates found", duplicates.recall, duplicates.pairs, least=0.90),
        _figure("pairs rightly so", duplicates.precision, duplicates.clustered_pairs),
        _figure("addresses masked", pii.masked_share, pii.planted, least=1.0),
        _figure("true words kept", extraction.words_kept, None),
        _figure("foreign words", extraction.words_foreign, None, least=None),
    ]
    return Content("\n").join(lines)


def _figure(name: str, share: float | None, n: int | None, least: float | None = 0.95) -> Content:
    sign, style = (" ", "") if least is None else share_sign(share, least)
    of = "" if n is None else f"of {grouped(n)}"
    return Content.assemble(
        (f"{sign} ", style), padded(name, _NAME_CELLS),
        (padded(percent(share), _SHARE_CELLS, right=True), "bold"),
        (f"  {of}", "$quiet"),
    )  # fmt: skip


def kinds(truth: Truth, width: int) -> Content:
    """Each kind of junk: how many pages there were, how many are gone, and by which rules."""
    head = f"  {padded('junk', _NAME_CELLS)}{'pages':>{_N_CELLS}}{'recall':>{_SHARE_CELLS}}"
    lines = [Content.styled(f"{head}  by", "$quiet")]
    room = width - 4 - _NAME_CELLS - _N_CELLS - _SHARE_CELLS
    lines += [_kind(kind, room) for kind in truth.kinds]
    return Content("\n").join(lines)


def _kind(kind: KindTruth, room: int) -> Content:
    sign, style = share_sign(kind.recall)
    return Content.assemble(
        (f"{sign} ", style), padded(one_line(kind.kind).replace("_", " "), _NAME_CELLS),
        (f"{grouped(kind.pages):>{_N_CELLS}}", "$quiet"),
        (padded(percent(kind.recall), _SHARE_CELLS, right=True), "bold"),
        (f"  {rules_words(kind.by_rule, room)}", "$quiet"),
    )  # fmt: skip


def rules_words(by_rule: Mapping[str, int], room: int) -> str:
    """``min_words 812, sentences 41``: the rules that did most, as many as there is room for."""
    ordered = sorted(by_rule.items(), key=lambda item: -item[1])
    words: list[str] = []
    for name, n in ordered[:_MOST_RULES]:
        word = f"{one_line(name).rpartition('.')[2]} {grouped(n)}"
        if words and len(", ".join([*words, word])) > room:
            break
        words.append(fitted(word, room))
    return ", ".join(words)


def lost_clean(truth: Truth, width: int) -> Content:
    """Which rules clean pages fell to."""
    clean = truth.clean
    lost = sum(clean.lost_by.values())
    if not lost:
        return Content.styled("No clean page was lost.", "$quiet")
    lines = [Content.styled(f"clean pages lost: {grouped(lost)}", "$quiet")]
    for name, n in sorted(clean.lost_by.items(), key=lambda item: -item[1]):
        share = percent(n / clean.pages if clean.pages else None)
        words = f"  {padded(one_line(name), min(44, width - _N_CELLS - _SHARE_CELLS - 2))}"
        number = f"{grouped(n):>{_N_CELLS}}"
        lines.append(
            Content.assemble(words, number, (padded(share, _SHARE_CELLS, right=True), "$quiet"))
        )
    return Content("\n").join(lines)


def grades(truth: Truth) -> Content:
    """How many near duplicates were found by how alike they are (Jaccard, five words at a time)."""
    lines = [Content.styled("near duplicates by likeness      pairs    found", "$quiet")]
    for grade in truth.near_duplicates.grades:
        share = grade.found / grade.pairs if grade.pairs else None
        must = grade.low >= 0.8
        sign, style = share_sign(share, 0.90) if must else (" ", "$quiet")
        lines.append(
            Content.assemble(
                (f"{sign} ", style), f"{grade.low:.2f} to {grade.high:.2f}",
                (padded("must go" if must else "may stay", 14, right=True), "$quiet"),
                f"{grouped(grade.pairs):>10}",
                (padded(percent(share), _SHARE_CELLS, right=True), "bold"),
            )
        )  # fmt: skip
    return Content("\n").join(lines)


def truth_words(report: Report, width: int) -> Content:
    """All of it, for a column of ``width`` cells."""
    if report.truth is None:
        return Content.styled(NO_LABELS, "$quiet")
    truth = report.truth
    parts = [headline(truth), kinds(truth, width), grades(truth), lost_clean(truth, width)]
    if truth.pii.left:
        parts.append(Content(f"{counted(truth.pii.left, 'planted address')} left unmasked."))
    parts += [skipped_words(report)] if report.n_skipped else []
    return Content("\n\n").join(parts)


def skipped_words(report: Report) -> Content:
    """Records that could not be read, and why; the first few."""
    shown = [
        f"{one_line(skip.file)}{'' if skip.record is None else f' record {grouped(skip.record)}'}: "
        f"{one_line(skip.why)}"
        for skip in report.skipped[:_MOST_SKIPPED]
    ]
    more = report.n_skipped - len(shown)
    lines = [f"{counted(report.n_skipped, 'record')} could not be read:", *shown]
    lines += [f"and {grouped(more)} more"] if more > 0 else []
    return Content.styled("\n".join(lines), "$text-warning")
