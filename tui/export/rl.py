"""The contents of the RL pane: the attempts on the wall, the figures, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.export.made import Made
from tui.export.markdown import Cell, fenced, inline, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.rl.record import Group
    from tui.rl.before import Comparison, Heard
    from tui.rl.history import HeldOut, RlHistory, Step


def of_wall(run: str, group: Group) -> Contents:
    """A row is an attempt with its tokens, rewards and advantage."""
    blocks, rows = Made(lambda: _wall(group)), Made(lambda: _attempts(run, group))
    return Contents(f"Attempts of {run}, step {group.step}", blocks, rows)


def _wall(group: Group) -> Iterator[str]:
    yield f"Step {group.step}, {inline(group.task)}"
    yield fenced(group.question)
    yield f"The answer is {inline(group.answer)}."
    for number, attempt in enumerate(group.attempts, start=1):
        yield f"## Attempt {number}: {'right' if attempt.correct else 'wrong'}"
        parts = [(name, float(value)) for name, value in attempt.rewards.items()]
        figures = [("advantage", attempt.advantage), ("tokens drawn", attempt.n_drawn), *parts]
        yield table(("figure", "value"), figures)
        yield fenced("".join(attempt.pieces))


def _attempts(run: str, group: Group) -> Iterator[dict[str, Any]]:
    about = {
        "run": run, "step": group.step, "task": group.task, "question": group.question,
        "answer": group.answer,
    }  # fmt: skip
    for number, attempt in enumerate(group.attempts):
        yield {**about, "attempt": number, "reward": attempt.reward, **attempt.to_json()}


def of_curves(run: str, history: RlHistory) -> Contents | None:
    """A row is a step's training figures, or one task's held-out ones."""
    # As they are now: a run that learns adds to them.
    steps, evals = list(history.steps), [each for each in history.evals if each.tasks]
    if not (steps or evals):
        return None
    blocks, rows = Made(lambda: _curves(steps, evals)), Made(lambda: _figures(steps, evals))
    return Contents(f"Figures of {run}", blocks, rows)


def _curves(steps: Sequence[Step], evals: Sequence[HeldOut]) -> Iterator[str]:
    if steps:
        names = ("pass_at_1", "reward", "length_correct", "length_wrong", "entropy", "kl")
        trained: list[list[Cell]] = [
            [each.step, *(each.values.get(name) for name in names)] for each in steps
        ]
        yield from ("## On training problems", table(("step", *names), trained))
    if evals:
        tested: list[list[Cell]] = [
            [each.step, name, score.pass_at_1, score.pass_at_k, score.k, score.length, score.n]
            for each in evals
            for name, score in each.tasks.items()
        ]
        titles = ("step", "task", "pass@1", "pass@k", "k", "length", "problems")
        yield from ("## On held-out problems", table(titles, tested))


def _figures(steps: Sequence[Step], evals: Sequence[HeldOut]) -> Iterator[dict[str, Any]]:
    for step in steps:
        parts = {f"reward_{name}": value for name, value in step.parts.items()}
        yield {"kind": "train", **step.values, **parts, "step": step.step}
    for held_out in evals:
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
    return Contents("The same problem before and after", blocks, rows)


def _verdict(heard: Heard) -> str:
    return "not judged" if heard.correct is None else "right" if heard.correct else "wrong"
