"""The contents of the RL pane: the attempts on the wall, the figures, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tui.export.markdown import Cell, fenced, inline, sections, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.rl.record import Group
    from tui.rl.before import Comparison, Heard
    from tui.rl.history import RlHistory


def of_wall(run: str, group: Group) -> Contents:
    """A row is an attempt with its tokens, rewards and advantage."""
    blocks = [f"Step {group.step}, {inline(group.task)}", fenced(group.question)]
    blocks.append(f"The answer is {inline(group.answer)}.")
    for number, attempt in enumerate(group.attempts, start=1):
        verdict = "right" if attempt.correct else "wrong"
        parts = [(name, float(value)) for name, value in attempt.rewards.items()]
        blocks += [
            f"## Attempt {number}: {verdict}",
            table(
                ("figure", "value"),
                [("advantage", attempt.advantage), ("tokens drawn", attempt.n_drawn), *parts],
            ),
            fenced("".join(attempt.pieces)),
        ]
    about = {
        "run": run, "step": group.step, "task": group.task, "question": group.question,
        "answer": group.answer,
    }  # fmt: skip
    rows = tuple(
        {**about, "attempt": number, "reward": attempt.reward, **attempt.to_json()}
        for number, attempt in enumerate(group.attempts)
    )
    return Contents(f"Attempts of {run}, step {group.step}", sections(blocks), rows)


def of_curves(run: str, history: RlHistory) -> Contents | None:
    """A row is a step's training figures, or one task's held-out ones."""
    rows = tuple(_figures(history))
    if not rows:
        return None
    names = ("pass_at_1", "reward", "length_correct", "length_wrong", "entropy", "kl")
    steps: list[list[Cell]] = [
        [each.step, *(each.values.get(name) for name in names)] for each in history.steps
    ]
    tested: list[list[Cell]] = [
        [each.step, name, score.pass_at_1, score.pass_at_k, score.k, score.length, score.n]
        for each in history.evals
        for name, score in each.tasks.items()
    ]
    blocks = ["## On training problems", table(("step", *names), steps)] if steps else []
    if tested:
        titles = ("step", "task", "pass@1", "pass@k", "k", "length", "problems")
        blocks += ["## On held-out problems", table(titles, tested)]
    return Contents(f"Figures of {run}", sections(blocks), rows)


def _figures(history: RlHistory) -> Iterator[dict[str, Any]]:
    for step in history.steps:
        parts = {f"reward_{name}": value for name, value in step.parts.items()}
        yield {"kind": "train", **step.values, **parts, "step": step.step}
    for held_out in history.evals:
        for name, score in held_out.tasks.items():
            yield {
                "kind": "held-out",
                "step": held_out.step,
                "task": name,
                "pass_at_1": score.pass_at_1,
                "pass_at_k": score.pass_at_k,
                "k": score.k,
                "length": score.length,
                "problems": score.n,
            }


def of_before(asked: Comparison) -> Contents:
    """A row is an answer of one of the two checkpoints."""
    blocks, rows = [fenced(asked.group.question)], []
    for side in asked.sides:
        blocks.append(f"## {inline(side.name)}")
        if side.message:
            blocks.append(inline(side.message))
        heard = [("greedy", side.greedy)] if side.greedy is not None else []
        for how, each in [*heard, *(("drawn", each) for each in side.samples)]:
            blocks += [f"{how}: {_verdict(each)}", fenced(each.text)]
            rows.append(
                {
                    "question": asked.group.question,
                    "checkpoint": side.name,
                    "how": how,
                    "correct": each.correct,
                    "tokens": each.n_tokens,
                    "ended": each.ended,
                    "text": each.text,
                }
            )
    return Contents("The same problem before and after", sections(blocks), tuple(rows))


def _verdict(heard: Heard) -> str:
    return "not judged" if heard.correct is None else "right" if heard.correct else "wrong"
