"""The figures of a run in aligned columns: its last step, and each task on held-out problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import set_cell_size
from textual.content import Content

from tui.format import duration, fitted, number, scaled
from tui.rl.history import NO_SCORE
from tui.safe_text import one_line

if TYPE_CHECKING:
    from tui.rl.history import RlHistory, Step

_NAME_CELLS = 15


class _Figure(NamedTuple):
    """A value of a step's event, by the name that people know it by."""

    key: str
    label: str
    unit: str = ""


_FIGURES = (
    _Figure("reward", "reward"),
    _Figure("entropy", "entropy", "nats"),
    _Figure("kl", "KL to parent", "nats"),
    _Figure("clip_fraction", "clipped"),
    _Figure("zero_variance", "zero variance"),
    _Figure("ended", "ended itself"),
    _Figure("sampler_gap", "sampler gap", "nats"),
    _Figure("grad_norm", "gradient"),
)


def step_figures(history: RlHistory) -> Content:
    """What the last step gave beside the first one."""
    first, last = (history.steps[0], history.steps[-1]) if history.steps else (None, None)
    if first is None or last is None:
        return Content.styled("Figures come with the end of the first step of attempts.", "$quiet")
    heads = f"{'':{_NAME_CELLS}}{f'step {first.step}':>9}{f'step {last.step}':>10}"
    lines = [Content.styled(heads, "$quiet")]
    for key, label, unit in _FIGURES:
        if key in last.values:
            lines.append(_line(label, first.values.get(key), last.values[key], unit))
    for name, value in last.parts.items():
        lines.append(_line(f"· {one_line(name)}", first.parts.get(name), value))
    return Content("\n").join([*lines, *_paces(last)])


def _line(label: str, before: float | None, now: float, unit: str = "") -> Content:
    name = set_cell_size(fitted(label, _NAME_CELLS - 1), _NAME_CELLS)
    first = "" if before is None else number(before)
    return Content.assemble(
        (name, "$quiet"), (f"{first:>9}", "$quiet"), f"{number(now):>10}", (f" {unit}", "$quiet")
    )


def _paces(step: Step) -> list[Content]:
    """How long a step takes, and how fast its two halves are."""
    lines = []
    for what, label in (("rollout", "rollouts"), ("train", "training")):
        seconds = step.values.get(f"{what}_s")
        pace = step.values.get(f"{what}_tokens_per_s")
        if seconds is not None:
            words = duration(max(0.0, seconds))
            words += f" · {scaled(pace)} tok/s" if pace is not None else ""
            lines.append(Content.assemble((f"{label:{_NAME_CELLS}}", "$quiet"), words))
    return lines


def held_out_table(history: RlHistory) -> Content:
    """Each task's held-out problems: before the first attempts and now."""
    first = history.at_first
    if first is None:
        return Content.styled("Held-out problems are tried before the first step.", "$quiet")
    last = history.evals[-1]
    k = f"pass@{history.k or 'k'}"
    heads = f"{'held out':{_NAME_CELLS}}{'pass@1':>10}{k:>11}{'length':>8}{'n':>5}"
    lines = [Content.styled(heads, "$quiet")]
    for name, now in last.tasks.items():
        before = first.tasks.get(name, NO_SCORE)
        lines.append(
            Content.assemble(
                set_cell_size(fitted(one_line(name), _NAME_CELLS - 1), _NAME_CELLS),
                f"{_change(before.pass_at_1, now.pass_at_1):>10}",
                f"{_change(before.pass_at_k, now.pass_at_k):>11}",
                f"{_change(before.length, now.length, digits=0):>8}",
                (f"{now.n:>5}", "$quiet"),
            )
        )
    return Content("\n").join(lines)


def _change(before: float | None, now: float | None, *, digits: int = 2) -> str:
    """``0.40→0.92``."""
    old, new = ("—" if value is None else f"{value:.{digits}f}" for value in (before, now))
    return f"{old}→{new}"
