"""The forms of ``llmlab train`` and of what looks at its runs."""

from __future__ import annotations

import argparse

from engine.rl.plan import ALGORITHMS, REWARDS
from engine.train.recipe import METHODS, PRESETS, STAGES
from tui.cli.number_types import whole

TOKENIZER = "tokenizer"
"""What can be trained but is no stage."""
VOCAB_SIZE = 2048
"""As the preset ``nano`` has it."""


def add_train_options(sub: argparse.ArgumentParser) -> None:
    """Of ``llmlab train``."""
    sub.add_argument(
        "stage",
        metavar="STAGE",
        nargs="?",
        choices=(*STAGES, TOKENIZER),
        help=f"{', '.join(STAGES)}, or a {TOKENIZER} on its own",
    )
    sub.add_argument(
        "--preset",
        metavar="P",
        help=f"{', '.join(PRESETS)} (default: nano); of the stage rl also an algorithm",
    )
    sub.add_argument(
        "--from",
        dest="from_checkpoint",
        metavar="CKPT",
        help="the parent (else the newest finished run of the stage before, or the shipped one)",
    )
    sub.add_argument("--out", metavar="NAME", help="name of the run, or of the tokenizer")
    sub.add_argument(
        "--data",
        metavar="SPEC",
        help="of the stage base, and of a tokenizer: what to train on, a data set of the hub "
        "(hf:HuggingFaceFW/fineweb-edu), a run of the funnel, a file or a folder (default: the "
        "pocket web)",
    )
    sub.add_argument(
        "--tokenizer",
        metavar="NAME",
        help="of the stage base: one that was trained before (default: one for the run's texts)",
    )
    sub.add_argument(
        "--vocab-size", type=whole, metavar="N", help=f"of a tokenizer (default: {VOCAB_SIZE})"
    )
    sub.add_argument("--steps", type=whole, metavar="N")
    sub.add_argument("--seed", type=whole, metavar="S", help="of all that is drawn (default: 1)")
    sub.add_argument(
        "--method",
        choices=METHODS,
        help=f"of the stage idk: {', '.join(METHODS)} (default: {METHODS[0]})",
    )
    sub.add_argument(
        "--task",
        metavar="T",
        action="append",
        dest="tasks",
        help="of the stage rl: what to get better at; more than one may be given",
    )
    sub.add_argument(
        "--algorithm",
        choices=ALGORITHMS,
        help=f"of the stage rl: {', '.join(ALGORITHMS)} (default: {ALGORITHMS[0]})",
    )
    sub.add_argument(
        "--reward",
        choices=REWARDS,
        help=f"of the stage rl: {', '.join(REWARDS)} (default: {REWARDS[0]}; format can be gamed)",
    )
    sub.add_argument(
        "--cold-start",
        type=whole,
        metavar="N",
        help="of the stage rl: so many steps on worked problems before the first attempts",
    )
    sub.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        dest="settings",
        help="of the stage rl: another value in the algorithm's plan, such as n_updates=4, kl=0.1 "
        "or replay_tokens=2048",
    )
    sub.add_argument("--resume", metavar="RUN", help="go on with a stopped or lost run")


def add_rollouts_options(sub: argparse.ArgumentParser) -> None:
    """Of ``llmlab rollouts``."""
    sub.add_argument("run_name", metavar="RUN", help="a run of the stage rl")
    sub.add_argument("--step", type=whole, metavar="S", help="which step (default: the last one)")
