"""A probe in a line: who is asked what, how far it is, and why it is not going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.format import duration, grouped
from tui.pipeline_text import run_sign
from tui.probes.looks import RESUMABLE
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.probes.plan import ProbePlan
    from tui.probes.source import Listed
    from tui.probes.watch import Shown

_HOW_ON = {
    "stopped": "r goes on from there",
    "failed": "r tries again from there",
    "lost": "r goes on from there",
}


def source_words(plan: ProbePlan) -> str:
    """``facts`` or the name of the person's file."""
    if plan.source == "file" and plan.questions_path is not None:
        return one_line(plan.questions_path.replace("\\", "/").rpartition("/")[2])
    return "the world's facts" if plan.split == "heldout" else f"the world's facts ({plan.split})"


def title(shown: Shown, width: int) -> Content:
    """``nano/sft → nano/idk · the world's facts · K 8 · T 0.8 · 1 600 questions · ● 62 %``."""
    plan, status = shown.plan, shown.listed.status
    sign, style = run_sign(status.state)
    names = one_line(plan.checkpoint)
    if plan.against is not None:
        names = f"{one_line(plan.against)} → {names}"
    facts = [
        f"{grouped(len(shown.book.questions))} questions",
        f"K {plan.samples} · T {plan.temperature:g}",
        source_words(plan),
    ]
    line = Content.styled(f" {names}", "bold")
    state = style if status.state in RESUMABLE else ""
    end = Content.assemble((" · ", "$quiet"), (f"{sign} ", style), (_state(shown), state))
    for fact in facts:  # How far it is matters most, and is never left out.
        more = Content.styled(f" · {fact}", "$quiet")
        if line.cell_length + more.cell_length + end.cell_length <= width:
            line += more
    return line + end


def _state(shown: Shown) -> str:
    status = shown.listed.status
    if not shown.alive:
        return f"{status.state}{' · ships with the lab' if shown.listed.shipped else ''}"
    share = f"{status.done / status.total:.0%}" if status.total else "starts"
    eta = shown.eta_s()
    return share if eta is None else f"{share} · {duration(eta)} left"


def note(shown: Shown) -> str:
    """What is to be said beside the numbers: what it is at, why it ended, how it goes on."""
    status = shown.listed.status
    if shown.problem:
        return f"✗ {one_line(shown.problem)}"
    parts = [one_line(status.message)] if status.message else []
    if status.state in _HOW_ON and not shown.listed.shipped:
        parts.append(_HOW_ON[status.state])
    if shown.left_out:
        n = len(shown.left_out)
        parts.append(f"{n} question{'s' * (n != 1)} left out: o says why")
    return " · ".join(parts)


def listed_line(listed: Listed) -> Content:
    """A probe in the list of them: two lines."""
    status = listed.status
    sign, style = run_sign(status.state)
    share = f" {status.done / status.total:.0%}" if status.total and status.state != "done" else ""
    where = (
        "ships with the lab" if listed.shipped else one_line(status.started[:16].replace("T", " "))
    )
    message = f" · {one_line(status.message)}" if status.message else ""
    return Content.assemble(
        (f"{sign} ", style), (one_line(status.name), "bold"), f"  {one_line(status.checkpoint)}",
        (f"\n  {status.state}{share} · {where}{message}", "$quiet"),
    )  # fmt: skip
