"""What the line under the cursor of the funnel is about, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from engine.data.funnel.rules import BY_NAME
from tui.data.looks import counted, data_size, percent, threshold_words
from tui.format import grouped
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.data.funnel.report import Report
    from tui.data.funnel_text import Entry

STAGE_WORDS = {
    "url": "Pages of blocked sites and with forbidden words in their address never get read.",
    "extraction": "The main text is taken out of the page: no menus, adverts or comments.",
    "language": "Only pages that are English with some certainty stay.",
    "gopher_repetition": "Pages that repeat their own lines, paragraphs or phrases.",
    "gopher_quality": "Pages whose words do not look like prose.",
    "c4": "Code, filler text and pages of too few sentences; some lines are cut out.",
    "fineweb": "Lists and menus that came through as text.",
    "minhash": "Of pages that are as good as the same only the first stays.",
    "pii": "E-mail addresses and public IP addresses are replaced; no page goes.",
    "decontamination": "Pages with a question that the model will be examined with.",
}


def about(report: Report, entry: Entry) -> Content:
    """Two or three lines: what is measured, since when, and what it took."""
    match entry.kind:
        case "found":
            return _said(f"What was found in {counted(report.input.files, 'file')}.")
        case "out":
            words = f"{grouped(report.output.words)} words, {data_size(report.output.bytes)}"
            share = percent(entry.pages / report.input.pages) if report.input.pages else "–"
            return _said(f"{words}: {share} of the pages.")
        case "masked":
            masked = report.masked
            found = f"{counted(masked.emails, 'e-mail address')}, {counted(masked.ips, 'IP')}"
            return _said(STAGE_WORDS["pii"], f"{found} replaced.")
        case "stage":
            words = STAGE_WORDS.get(entry.name, "")
            return _said(words, _took(report, entry), _trimmed(report, entry))
        case "rule":
            return _of_rule(report, entry)


def _of_rule(report: Report, entry: Entry) -> Content:
    rule = BY_NAME.get(entry.name)
    if rule is None:
        return _said("A rule of another version of the lab.", _took(report, entry))
    now = report.thresholds.get(rule.name, rule.threshold)
    keeps = threshold_words(rule.keeps, now)
    changed = f" (published: {threshold_words(rule.keeps, rule.threshold)})"
    condition = f"stays if {keeps}{changed if now != rule.threshold else ''}" if keeps else "falls"
    head = Content.assemble(
        (rule.name, "bold"), f"  {rule.title}", (f"  {condition} · {rule.source}", "$quiet")
    )
    return Content("\n").join([head, Content(_took(report, entry))])


def _took(report: Report, entry: Entry) -> str:
    if not entry.lost:
        return "Nothing fell here."
    share = percent(entry.lost / report.input.pages) if report.input.pages else "–"
    words = f"{counted(entry.lost, 'page')} fell here, {share} of all"
    if entry.right is not None:
        clean = entry.lost - entry.right
        words += f"; {grouped(entry.right)} are junk by their labels, {grouped(clean)} are not"
    return f"{words}. ⏎ shows them."


def _trimmed(report: Report, entry: Entry) -> str:
    if entry.name != "c4" or not report.trimmed_lines:
        return ""
    return f"{counted(report.trimmed_lines, 'line')} cut out of pages that stay."


def _said(*sentences: str) -> Content:
    return Content("\n").join(Content(one_line(each)) for each in sentences if each)
