"""``llmlab probe presets``: the presets of the stage rl on one task with equal rollouts."""

from __future__ import annotations

import argparse

from engine.errors import LabError
from engine.files import write_atomic
from engine.paths import expanded
from engine.rl.comparison.report import as_json, cells_of, markdown, notes
from engine.rl.comparison.rows import Measured, heads, rows_of
from engine.rl.comparison.wanted import Comparison
from tui.cli.output import emit_json, narrate, printable, table


def run(arguments: argparse.Namespace) -> int:
    """Train and measure run after run, and print those there are when it ends, however it ends.

    Raises:
        LabError: a checkpoint, task, preset, number or file that cannot be used, a run that is
            training already, a full disk.
    """
    out = None if arguments.out is None else expanded(arguments.out)
    if out is not None and out.suffix != ".md":
        raise LabError(f"{out} would not be Markdown. Give --out a name that ends in .md.")
    wanted = Comparison(
        task=arguments.task,
        parent=arguments.from_checkpoint,
        presets=arguments.presets,
        n_seeds=arguments.seeds,
        steps=arguments.steps,
        n_prompts=arguments.n_prompts,
        group_size=arguments.group_size,
        n_problems=arguments.n,
        n_samples=arguments.samples,
    )
    from engine.rl.comparison.compare import compare

    measured: list[Measured] = []

    def show() -> None:
        if not measured:
            return
        if arguments.json:
            emit_json(as_json(wanted, measured))
        else:
            _print(wanted, measured)
        if out is not None:
            write_atomic(out, markdown(wanted, measured).encode())
            narrate(f"written: {out}")

    try:
        for one in compare(wanted, narrate):
            measured.append(one)
            narrate(_line(one))
    except KeyboardInterrupt:
        show()
        narrate("Stopped; what was learned is kept. The same command goes on from there.")
        return 130
    except LabError:
        show()
        raise
    show()
    return 0


def _print(wanted: Comparison, measured: list[Measured]) -> None:
    head = ["preset", *heads(measured)]
    table([head, *map(cells_of, rows_of(measured))], right=range(1, len(head)))
    for note in notes(wanted, measured):
        print(f"- {printable(note)}")


def _line(one: Measured) -> str:
    of_seed = "" if one.seed is None else f", seed {one.seed}"
    figures = one.figures
    return (
        f"{one.preset}{of_seed}: pass@1 {figures['pass_at_1']:.3f}, pass@{figures['k']} "
        f"{figures['pass_at_k']:.3f}, {figures['mean_length']:.1f} tokens, KL {figures['kl']:.4f}, "
        f"{one.rollouts} rollouts"
    )
