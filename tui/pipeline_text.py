"""The words of the pipeline pane: what a stage, a checkpoint or a run is, in aligned numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.folding import folded
from tui.format import duration, fitted, grouped, number, scaled
from tui.run_history import RunHistory, Sample
from tui.run_steps import best_of
from tui.safe_text import one_line
from tui.stages import BY_NAME, hue

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.runs import RunStatus

RUN_SIGNS = {
    "starting": ("◌", "$text-warning"),
    "running": ("●", "$text-success"),
    "paused": ("‖", "$text-warning"),
    "stopped": ("■", "$quiet"),
    "done": ("✓", "$text-success"),
    "failed": ("✗", "$text-error"),
    "lost": ("?", "$text-error"),
}

_HOW_ON = {
    "paused": "r goes on, x stops it and keeps what it has learned.",
    "stopped": "r goes on from where it stopped.",
    "failed": "r tries again from its last saved state.",
    "lost": "r goes on from its last saved state.",
}

Pairs = Sequence[tuple[str, str]]


def run_sign(state: str) -> tuple[str, str]:
    """A glyph and its colour for the state of a run, or of a probe."""
    return RUN_SIGNS.get(state, ("·", "$quiet"))


def facts(pairs: Pairs, width: int) -> Content:
    """``name value   name value``: names muted, values plain."""
    each = (Content.assemble((f"{name} ", "$quiet"), value) for name, value in pairs)
    return folded(each, "   ", width)


def stage_words(stage: str) -> Content:
    """What a stage is."""
    known = BY_NAME[stage]
    return Content.assemble((known.name, f"bold {hue(stage)}"), "\n\n", known.summary)


def checkpoint_words(info: CheckpointInfo, width: int) -> Content:
    """What a checkpoint is and where it came from, for lines of ``width`` cells."""
    origin = "shipped with llmlab" if info.shipped else "trained here"
    parent = info.parent or "nothing: random weights"
    name_style = f"bold {hue(info.stage)}"
    lines = [
        Content.assemble((one_line(info.name), name_style), (f"  {origin}", "$quiet")),
        facts(
            [
                ("parameters", scaled(info.n_params)),
                ("context", grouped(info.max_seq_len)),
                ("steps", grouped(info.step)),
                ("tokens seen", scaled(info.tokens)),
            ],
            width,
        ),
        facts(
            [
                ("came from", one_line(parent)),
                ("made", one_line(info.created[:16].replace("T", " "))),
                ("sha-256", one_line(info.sha256[:12])),
            ],
            width,
        ),
        facts([(one_line(name), number(value)) for name, value in info.metrics.items()], width),
    ]
    return Content("\n").join(line for line in lines if line)


def run_words(run: RunStatus, history: RunHistory, width: int) -> Content:
    """How far a run is and how fast, or why it is not running, for lines of ``width`` cells."""
    sign, style = run_sign(run.state)
    share = run.step / run.total_steps if run.total_steps else 0.0
    parent = f"  from {run.parent}" if run.parent else "  from random weights"
    head = Content.assemble(
        (one_line(run.name), f"bold {hue(run.stage)}"),
        (f"  {sign} {run.state}", style),
        f"  step {grouped(run.step)}/{grouped(run.total_steps)}  {share:.0%}",
        (f"  {run.preset}{parent}", "$quiet"),
    )
    lines = [head, facts(_numbers(run, history), width)]
    if run.message:
        lines.append(Content.styled(one_line(run.message), style))
    if run.state == "done" and run.step < run.total_steps and history.developed:
        best = grouped(best_of(history.developed).step)
        words = f"It ended early: no score was better than that of step {best}, which is kept."
        lines.append(Content.styled(words, "$quiet"))
    if run.state in _HOW_ON:
        lines.append(Content.styled(_HOW_ON[run.state], "$quiet"))
    return Content("\n").join(line for line in lines if line)


def _numbers(run: RunStatus, history: RunHistory) -> Pairs:
    latest = history.latest
    pairs = []
    for name, label in (("loss", "loss"), ("bpb", "bits/byte"), ("val_bpb", "held-out")):
        if name in latest:
            pairs.append((label, f"{latest[name]:.3f}"))
    if "tokens_per_s" in latest:
        pairs.append(("pace", f"{scaled(latest['tokens_per_s'])} tok/s"))
    if "lr" in latest:
        pairs.append(("lr", f"{latest['lr']:.2e}"))
    if "tokens" in latest:
        pairs.append(("seen", f"{scaled(latest['tokens'])} tok"))
    eta = history.eta_s(run.total_steps)
    if run.state == "running" and eta is not None:
        pairs.append((history.eta_name, duration(eta)))
    return pairs


def samples_words(samples: Sequence[Sample], width: int, most: int) -> Content:
    """The newest samples, a paragraph each: prompt underlined, what the model wrote plain."""
    if not samples:
        words = "The first sample comes a few seconds after the first step."
        return Content.styled(words, "$quiet")
    lines = []
    for sample in list(samples)[:most]:
        room = max(20, width * 2 - 14 - len(sample.prompt))
        lines.append(
            Content.assemble(
                (f"step {grouped(sample.step):>6} ▸ ", "$quiet"),
                (one_line(sample.prompt), "underline $quiet"),
                one_line(fitted(sample.text, room)),
            )
        )
    return Content("\n").join(lines)


def rail_line(glyph: tuple[str, str], name: str, value: str, width: int, *, style: str) -> Content:
    """A line of the rail: sign, name, and a number at the right edge."""
    room = max(1, width - len(value) - 3)
    return Content.assemble(
        glyph, " ", (fitted(name, room).ljust(room), style), (f" {value}", "$quiet")
    )
