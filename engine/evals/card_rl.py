"""What the card of a checkpoint of the stage ``rl`` says besides: how it learned, and what.

No torch. Of the run it knows what ships with the checkpoint, the manifest and ``curve.jsonl``.
"""

from __future__ import annotations

import dataclasses
import html
import shlex
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from engine.errors import RunError
from engine.rl.plan import REWARDS, RlPlan, plan
from engine.train.following import seconds_of
from engine.train.recipe import Recipe, recipe

CURVE = "curve.svg"
Events = Sequence[dict[str, Any]]


def again(manifest: dict[str, Any]) -> str:
    """The command that trains it, and what of the recipe no option of it asks for."""
    own = Recipe.from_json(manifest["recipe"])
    how = _plan(own)
    asked = plan(
        how.algorithm,
        how.tasks,
        size=own.preset,
        reward=how.reward,
        cold_start=how.cold_start,
    )
    steps = own.steps - how.cold_start
    usual = recipe("rl", own.preset, steps=steps, rl=asked)
    words = ["llmlab", "train", "rl"]
    for task in how.tasks:
        words += ["--task", task]
    if own.preset == "nano":  # the usual size, so that an algorithm can take the preset's place
        words += ["--preset", how.algorithm]
    else:
        words += ["--preset", own.preset, "--algorithm", how.algorithm]
    if how.reward != REWARDS[0]:
        words += ["--reward", how.reward]
    if how.cold_start:
        words += ["--cold-start", str(how.cold_start)]
    words += ["--steps", str(steps)]
    if own.seed != usual.seed:
        words += ["--seed", str(own.seed)]
    words += ["--from", manifest["parent"]["name"]]
    for name, value in _changed(how, asked):
        words += ["--set", f"{name}={str(value).lower()}"]  # also of what is true or false
    changed = _changed(own, dataclasses.replace(usual, seed=own.seed, rl=how))
    besides = ""
    if changed:
        said = [
            f"another {name}" if dataclasses.is_dataclass(value) else f"{name} = {value}"
            for name, value in changed
        ]
        besides = f", with {', '.join(said)} in the recipe"
    return f"`{shlex.join(words)}`{besides}"


def lines(manifest: dict[str, Any], events: Events, figures: dict[str, Any]) -> list[str]:
    """The card's part, as lines of Markdown.

    Args:
        manifest: of the checkpoint, its parent named as users find it.
        events: of its ``curve.jsonl``, those of a step with attempts and an ``rl_eval`` at the end
            of a cold start among them.
        figures: ``verified``, by task what ``engine.evals.verified`` found ``before``, in the
            parent, and ``after``, in the checkpoint; and ``kept``.
    """
    how = _plan(Recipe.from_json(manifest["recipe"]))
    unmeasured = "; between the steps of its cold start, drawn closer, nothing was measured"
    return [
        "## How it learned",
        "",
        _story(how, int(manifest["step"]) - how.cold_start, events),
        "",
        *_table(how, events, figures["verified"], parent=manifest["parent"]["name"]),
        "",
        f"![pass@1 and length of the answers by task, over the steps of the run]({CURVE})",
        "",
        f"As the run measured itself{unmeasured if how.cold_start else ''}. "
        + _kept_sentence(figures["kept"]),
        "",
    ]


def kept(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, float]]:
    """What the parent could, ``before`` and ``after``, of all that was measured of both.

    Args:
        before: figures of the parent by task, as its ``eval.json`` has them.
        after: the same of the checkpoint.
    """
    old, new = _abilities(before), _abilities(after)
    return {name: {"before": old[name], "after": new[name]} for name in old if name in new}


def _abilities(figures: dict[str, Any]) -> dict[str, float]:
    """Shares that a further training should leave as they are."""
    found: dict[str, float] = {}
    for tier, values in figures.get("facts", {}).items():
        found[f"facts of the {tier} right"] = values["correct"]
        found[f"facts of the {tier} refused"] = values["abstained"]
    for asked, values in figures.get("tools", {}).items():
        found[f"{asked.replace('_', ' ')} with tools right"] = values["with"]
    return found


def _kept_sentence(figures: dict[str, dict[str, float]]) -> str:
    """Which of them fell most; empty without any."""
    if not figures:
        return ""
    worst = max(figures, key=lambda name: figures[name]["before"] - figures[name]["after"])
    old, new = figures[worst]["before"], figures[worst]["after"]
    begin = f"Of {len(figures)} other figures of the parent, which stand below,"
    if old <= new:
        return f"{begin} none fell."
    return f"{begin} the one that fell most is {worst}: from {old:.3f} to {new:.3f}."


def _story(how: RlPlan, steps: int, events: Events) -> str:
    """How the run went about it, its attempts in so many steps."""
    of_steps = [event for event in events if event["type"] == "rl"]
    drawn = round(fmean(event["n_attempts"] for event in of_steps) * steps)
    # The curve of a long run is thinned.
    about = "" if len(of_steps) == steps else "about "
    cold = (
        f"A cold start of {how.cold_start:,} steps came first: worked problems of its tasks were "
        "learned, as in fine-tuning, since what is never right cannot become likelier. Then it "
        if how.cold_start
        else "It "
    )
    redrawn = ", problems that took the place of others with nothing to learn counted"
    minutes = (seconds_of(events) or 0.0) / 60
    return (
        f"{cold}learned by `{how.algorithm}` in {steps:,} steps of {how.n_prompts} x "
        f"{how.group_size} (problems x attempts at each): {about}{drawn:,} attempts in all"
        f"{redrawn if how.resample else ''}. The run took {minutes:.0f} minutes."
    )


def _table(how: RlPlan, events: Events, verified: dict[str, Any], *, parent: str) -> list[str]:
    """What it gained, a task a line."""
    cold = _measured_at(how.cold_start, events) if how.cold_start else {}
    ks = sorted({figures["after"]["k"] for figures in verified.values()})
    samples = " or ".join(map(str, ks))
    head = ["task", "problems", f"`{parent}`", *(["cold start"] if cold else []), "pass@1"]
    head += [f"pass@{samples}", "greedy", "tokens in an answer"]
    said = (
        f"Held-out problems, {samples} attempts at each at temperature 1: the share that is right "
        "(pass@1; that of the parent, too), the share with one right among them, the share right "
        "at temperature 0, and the mean length before and after."
    )
    if cold:
        numbers = sorted({(figures["n"], figures["k"]) for figures in cold.values()})
        of_run = " or ".join(f"{n} problems with {k} attempts at each" for n, k in numbers)
        said += (
            f" The column *cold start* is pass@1 at its end as the run measured it itself, by "
            f"task on {of_run}."
        )
    rows = []
    for task, figures in verified.items():
        before, after = figures["before"], figures["after"]
        rows.append(
            [
                _cell(task),
                str(after["n"]),
                f"{before['pass_at_1']:.3f}",
                *([f"{cold[task]['pass_at_1']:.3f}"] if cold else []),
                f"{after['pass_at_1']:.3f}",
                f"{after['pass_at_k']:.3f}",
                f"{after['greedy']:.3f}",
                f"{before['mean_length']:.1f} → {after['mean_length']:.1f}",
            ]
        )
    rule = "|---|" + "--:|" * (len(head) - 1)
    return [said, "", _row(head), rule, *map(_row, rows)]


def _measured_at(step: int, events: Events) -> dict[str, Any]:
    """What the run itself found on held-out problems at a step, by task.

    Raises:
        RunError: it was not measured there.
    """
    # A run that was stopped there and resumed may have measured it twice.
    found = [e["tasks"] for e in events if e["type"] == "rl_eval" and e["step"] == step]
    if not found:
        raise RunError(f"The run was not measured at step {step}. Train it again.")
    return dict(found[-1])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(name: str) -> str:
    """A name that anybody may have given, as the text of a cell."""
    escaped = html.escape(" ".join(name.split()), quote=False).replace("_", " ")
    return escaped.replace("|", "\\|")


def _changed(own: Recipe | RlPlan, usual: Recipe | RlPlan) -> list[tuple[str, Any]]:
    """What of ``own`` is not as ``usual``."""
    found = [(field.name, getattr(own, field.name)) for field in dataclasses.fields(own)]
    return [(name, value) for name, value in found if value != getattr(usual, name)]


def _plan(own: Recipe) -> RlPlan:
    assert own.rl is not None
    return own.rl
