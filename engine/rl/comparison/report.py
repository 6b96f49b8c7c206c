"""The comparison as a document. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from engine.rl.comparison.rows import PARENT, Measured, Row, heads, rows_of
from engine.rl.comparison.wanted import Comparison


def as_json(wanted: Comparison, measured: Sequence[Measured]) -> dict[str, Any]:
    """What was compared, the rows of the table, and each run by itself."""
    return {
        "comparison": dataclasses.asdict(wanted),
        "notes": notes(wanted, measured),
        "rows": [row.to_json() for row in rows_of(measured)],
        "runs": [one.to_json() for one in measured],
    }


def markdown(wanted: Comparison, measured: Sequence[Measured]) -> str:
    """The table and what stands in it.

    Args:
        wanted: what was compared.
        measured: the parent and any number of runs.
    """
    head = ["preset", *heads(measured)]
    lines = [
        f"# Presets of reinforcement learning on {_plain(wanted.task)}",
        "",
        "| " + " | ".join(head) + " |",
        "|---" + "|--:" * (len(head) - 1) + "|",
        *("| " + " | ".join(cells) + " |" for cells in map(cells_of, rows_of(measured))),
        "",
        *(f"- {_plain(note)}" for note in notes(wanted, measured)),
    ]
    return "\n".join(lines) + "\n"


def cells_of(row: Row) -> list[str]:
    """A row of the table, its preset first."""
    return [row.preset, *row.cells]


def notes(wanted: Comparison, measured: Sequence[Measured]) -> list[str]:
    """What the figures are of, and how they were made comparable; a sentence each."""
    figures = measured[0].figures
    found = [
        f"From {wanted.parent}; {figures['n']} held-out problems, the same for all, "
        f"{figures['samples']} answers to each at temperature 1. The deviation is that of the "
        "seeds.",
        "KL: nats a token from the parent, in answers to these problems. Rollouts: all attempts "
        "that were drawn to learn from. Seconds: of training, on this machine.",
    ]
    runs = [one for one in measured if one.preset != PARENT]
    most = max((one.steps for one in runs), default=0)
    shorter = {one.preset: one.steps for one in runs if one.steps < most}
    found += [
        f"{preset} replaces groups in which all attempts are worth the same, which costs attempts: "
        f"it has {steps} steps and the others {most}, so that all draw about as many. A trial with "
        "its first seed, which is not counted, found out how many steps that are."
        for preset, steps in shorter.items()
    ]
    return found


def _plain(text: str) -> str:
    """A checkpoint's name is anybody's text: nothing of it may end a line."""
    return "".join(c if c.isprintable() else " " for c in text)
