"""A run in a line, a problem in a few: who learns what and how, and what stands on the wall."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from textual.content import Content

from engine.rl.reader import is_shipped
from engine.rl.thinning import RULE
from tui.format import grouped
from tui.pipeline_text import run_sign
from tui.rl.looks import LEGEND, RIGHT, WRONG
from tui.run_watch import RESUMABLE
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.rl.plan import RlPlan
    from engine.rl.record import Group
    from engine.runs import RunStatus
    from tui.rl.watch import Shown

NO_RUN = (
    "No reinforcement learning yet. t starts a run: a model tries problems many times over, and "
    "what was right more often than the rest becomes likelier. The same from a shell:\n\n"
    "  llmlab train rl --task parity --preset dr_grpo\n"
)
ALL_EQUAL = "nothing to learn from this group: all attempts were worth the same"
_HOW_ON = {
    "paused": "r goes on, x stops it and keeps what it has learned",
    "stopped": "r goes on from where it stopped",
    "failed": "r tries again from its last saved state",
    "lost": "r goes on from its last saved state",
}


def title(shown: Shown, width: int) -> Content:
    """``rl-0003 · parity, sorting · dr_grpo · 16 x 16 · from nano/idk · ● step 41/200``."""
    run = shown.run
    sign, style = run_sign(run.state)
    line = Content.styled(f" {one_line(run.name)}", "bold $stage-rl")
    how_far = f"step {grouped(run.step)}/{grouped(run.total_steps)}"
    state = how_far if run.state == "running" else f"{run.state} · {how_far}"
    end = Content.assemble(
        (" · ", "$quiet"), (f"{sign} ", style), (state, style if run.state in RESUMABLE else "")
    )
    for fact in _facts(shown.plan, run):  # How far it is matters most, and is never left out.
        more = Content.styled(f" · {fact}", "$quiet")
        if line.cell_length + more.cell_length + end.cell_length <= width:
            line += more
    return line + end


def _facts(plan: RlPlan | None, run: RunStatus) -> list[str]:
    if plan is None:
        return []
    facts = [one_line(", ".join(plan.tasks)), one_line(plan.algorithm)]
    if plan.reward != "true":
        facts.append(f"reward {one_line(plan.reward)}")
    facts.append(f"{plan.n_prompts} x {plan.group_size}")
    if plan.cold_start:
        facts.append(f"{grouped(plan.cold_start)} steps of cold start")
    return [*facts, f"from {one_line(run.parent)}"] if run.parent else facts


def note(shown: Shown) -> str:
    """What is to be said beside the numbers: why it ended, how it goes on, what is missing."""
    run = shown.run
    parts = [one_line(run.message)] if run.message else []
    if run.state in _HOW_ON:
        parts.append(_HOW_ON[run.state])
    if shown.was_dropped and not shown.problem:
        parts.append(f"step {grouped(shown.step or 0)} is not on disk any more: {RULE}")
    if shown.plan_problem:
        parts.append(f"✗ {one_line(shown.plan_problem)}")
    return " · ".join(parts)


def nothing_to_see(shown: Shown) -> str:
    """Why there are no cards; empty where there are."""
    if shown.problem:
        return f"✗ {one_line(shown.problem)}"
    if shown.step is None:
        cold = shown.plan.cold_start if shown.plan else 0
        if shown.run.step < cold:
            return f"Worked problems are learned first; attempts begin behind step {grouped(cold)}."
        if shown.alive:
            return "The first step's attempts come with its end."
        return "This run has left no attempts on disk."
    if not shown.groups:
        return f"Step {shown.step} has no problem."
    group = shown.group
    return "" if group and group.attempts else "There was no attempt at this problem."


def problem_words(group: Group) -> Content:
    """The problem, its answer, and how the attempts went."""
    n_right = sum(attempt.correct for attempt in group.attempts)
    rewards = [attempt.reward for attempt in group.attempts]
    numbers = [f"{n_right}/{len(group.attempts)} right"]
    if rewards:
        numbers.append(f"reward {statistics.fmean(rewards):.2f} ± {statistics.pstdev(rewards):.2f}")
    sign, style = RIGHT if n_right else WRONG
    lines = [
        Content.assemble(
            (one_line(group.task), "bold"), ("  answer ", "$quiet"), one_line(group.answer),
            (f"  {sign} ", style), f"{' · '.join(numbers)}",
        ),
        Content(one_line(group.question)),
    ]  # fmt: skip
    if group.attempts and group.all_equal:
        lines.append(Content.styled(f"○ {ALL_EQUAL}", "$text-warning"))
    elif all(attempt.logprobs_after is None for attempt in group.attempts):
        words = "what the update did to the tokens was not measured for this problem"
        lines.append(Content.styled(words, "$quiet"))
    else:
        lines.append(Content.assemble(("tokens: ", "$quiet"), LEGEND[0], "  ", LEGEND[1]))
    return Content("\n").join(lines)


def listed_line(run: RunStatus) -> Content:
    """A run in the list of them: two lines."""
    sign, style = run_sign(run.state)
    made = one_line(run.started[:16].replace("T", " "))
    where = "ships with the lab" if is_shipped(run) else made
    parent = f"  from {one_line(run.parent)}" if run.parent else ""
    message = f" · {one_line(run.message)}" if run.message else ""
    how_far = f"step {grouped(run.step)}/{grouped(run.total_steps)}"
    return Content.assemble(
        (f"{sign} ", style), (one_line(run.name), "bold"), parent,
        (f"\n  {run.state} · {how_far} · {where}{message}", "$quiet"),
    )  # fmt: skip
