"""A run of the funnel in a line: what went in, what came out, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.data.looks import RESUMABLE, data_size, percent
from tui.format import duration, grouped, scaled
from tui.pipeline_text import run_sign
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.data.funnel.report import Report
    from tui.data.listed import Listed
    from tui.data.watch import Shown

NO_RUN = (
    "There is no run of the funnel yet: n starts one. Without an input it filters the pocket web's "
    "crawl, which is written first.\n\nOn the command line: llmlab data run"
)
STAGES = {
    "pages": "Every page is taken through the rules, one by one.",
    "duplicates": "Pages that are nearly alike are found, of all pages together.",
    "texts": "E-mail and IP addresses are masked, pages with held-out questions taken out.",
    "writing": "What came out and what was dropped is written.",
}
"""What a run does one after the other, as ``engine.data.funnel.run`` calls it."""
_HOW_ON = {
    "stopped": "r goes on from there",
    "failed": "r tries again from there",
    "lost": "r goes on from there",
}


def title(shown: Shown, width: int) -> Content:
    """``nano · 52 400 pages → 24 914, 47.5 % · 812 MB → 41.2 MB · 98 s · ✓ done``."""
    listed, report = shown.listed, shown.report
    sign, style = run_sign(listed.state)
    line = Content.styled(f" {one_line(listed.name)}", "bold")
    state = style if listed.state in RESUMABLE else ""
    end = Content.assemble((" · ", "$quiet"), (f"{sign} ", style), (state_words(shown), state))
    for fact in _facts(report) if report else ():
        more = Content.styled(f" · {fact}", "$quiet")
        if line.cell_length + more.cell_length + end.cell_length <= width:
            line += more
    return line + end


def _facts(report: Report) -> list[str]:
    found, out = report.input, report.output
    share = percent(out.pages / found.pages) if found.pages else "–"
    pace = f", {scaled(found.pages / report.seconds)} pages/s" if report.seconds else ""
    return [
        f"{grouped(found.pages)} pages → {grouped(out.pages)}, {share}",
        f"{data_size(found.bytes)} → {data_size(out.bytes)}",
        f"{duration(report.seconds)}{pace}",
        f"{report.workers} worker{'s' * (report.workers != 1)}, {report.peak_rss_mb:.0f} MB",
    ]


def state_words(shown: Shown) -> str:
    """``62 % · 0:31 left``, or how it ended."""
    listed = shown.listed
    if not shown.alive:
        return f"{listed.state}{' · ships with the lab' if listed.shipped else ''}"
    share = f"{stage_words(listed)} {listed.share:.0%}" if listed.stage else "starts"
    eta = shown.eta_s()
    return share if eta is None else f"{share} · {duration(eta)} left"


def stage_words(listed: Listed) -> str:
    """``2/4 duplicates``."""
    known = list(STAGES)
    number = f"{known.index(listed.stage) + 1}/{len(known)} " if listed.stage in STAGES else ""
    return f"{number}{one_line(listed.stage)}"


def note(shown: Shown) -> str:
    """What is to be said below: what it is at, why it ended, how it goes on."""
    listed = shown.listed
    if shown.problem:
        return f"✗ {one_line(shown.problem)}"
    parts = [one_line(listed.message)] if listed.message and listed.state != "done" else []
    if listed.state in _HOW_ON and not listed.shipped:
        parts.append(_HOW_ON[listed.state])
    return " · ".join(parts)


def working(shown: Shown) -> str:
    """In place of the funnel, while there is none yet."""
    listed = shown.listed
    if shown.problem or listed.state == "done":
        return ""
    if not shown.alive:
        return "This run has found nothing yet."
    lines = ["The funnel is at work.", STAGES.get(listed.stage, ""), one_line(listed.message)]
    if listed.pages:
        share = percent(listed.kept / listed.pages)
        lines.append(f"{grouped(listed.pages)} pages judged so far, {share} of them stay.")
    return "\n".join(filter(None, lines))


def listed_line(listed: Listed) -> Content:
    """A run in the list of them: two lines."""
    sign, style = run_sign(listed.state)
    unfinished = listed.stage and listed.state != "done"
    share = f" · {stage_words(listed)} {listed.share:.0%}" if unfinished else ""
    when = one_line(listed.started[:16].replace("T", " "))
    where = "ships with the lab" if listed.shipped else when
    message = f" · {one_line(listed.message)}" if listed.message else ""
    return Content.assemble(
        (f"{sign} ", style), (one_line(listed.name), "bold"),
        (f"\n  {listed.state}{share} · {where}{message}", "$quiet"),
    )  # fmt: skip
