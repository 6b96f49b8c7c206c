"""``llmlab train``: start or resume a run and follow it until it ends."""

from __future__ import annotations

import argparse
import time

from engine import runs
from engine.errors import LabError, RunError
from engine.runs import EventTail, RunStatus
from tui.cli import train_tokenizer
from tui.cli.output import emit_json, narrate
from tui.cli.train_forms import TOKENIZER
from tui.cli.train_lines import TrainLines
from tui.cli.train_rl import RL_OPTIONS, preset_and_plan

POLL_S = 0.25
OF_A_TOKENIZER = ("--data", "--vocab-size", "--out")


def run(arguments: argparse.Namespace) -> int:
    """Start the run's process and follow it; Ctrl+C stops the run in a resumable state.

    Raises:
        LabError: neither or both of a stage and ``--resume``, an option that a resumed run cannot
            take, or what ``engine.runs`` refuses.
    """
    if (arguments.stage is None) == (arguments.resume is None):
        raise LabError("Say either a stage to train (llmlab train base) or --resume RUN.")
    _check_options(arguments)
    if arguments.stage == TOKENIZER:
        return train_tokenizer.run(arguments)
    if arguments.resume is not None:
        status = runs.resume_run(arguments.resume)
    else:
        preset, rl = preset_and_plan(arguments)
        status = runs.start_run(
            arguments.stage,
            preset=preset,
            from_checkpoint=arguments.from_checkpoint,
            name=arguments.out,
            steps=arguments.steps,
            method=arguments.method,
            rl=rl,
            seed=arguments.seed,
            data=arguments.data,
            tokenizer=arguments.tokenizer,
        )
    narrate(f"run {status.name} ({status.stage}, {status.preset}): {status.path}")
    try:
        return _follow(status, as_json=arguments.json)
    except KeyboardInterrupt:
        narrate(f"Stopping {status.name}; what it learned is kept ...")
        _stop(status.name)
        narrate(f"Stopped. Go on with: llmlab train --resume {status.name}")
        return 130


def _check_options(arguments: argparse.Namespace) -> None:
    """Refuse what would otherwise be ignored without a word."""
    options = {
        "--preset": arguments.preset,
        "--from": arguments.from_checkpoint,
        "--out": arguments.out,
        "--steps": arguments.steps,
        "--seed": arguments.seed,
        "--method": arguments.method,
        "--data": arguments.data,
        "--tokenizer": arguments.tokenizer,
        "--vocab-size": arguments.vocab_size,
        **{option: getattr(arguments, name) for option, name in RL_OPTIONS.items()},
    }
    given = [name for name, value in options.items() if value is not None]
    if arguments.resume is not None and given:
        raise LabError(
            f"A resumed run goes on as it was begun, so {given[0]} changes nothing. Leave it out, "
            "or start a new run."
        )
    if arguments.stage == TOKENIZER:
        useless = [name for name in given if name not in OF_A_TOKENIZER]
        if useless:
            raise LabError(f"{useless[0]} is of runs, not of a tokenizer. Leave it out.")
    elif arguments.vocab_size is not None:
        raise LabError(
            f"--vocab-size is of a tokenizer, and this would train {arguments.stage}. Train one "
            "with: llmlab train tokenizer"
        )
    empty = [name for name in given if options[name] == ""]
    if empty:
        raise LabError(f"{empty[0]} is empty. Give it a value, or leave it out.")


def _follow(status: RunStatus, *, as_json: bool) -> int:
    tail, lines = EventTail(status.path), TrainLines()
    while True:
        current = runs.read_status(status.name)
        for event in tail.read():
            if as_json:
                emit_json(event)
            else:
                for line in lines.of(event, current.total_steps):
                    narrate(line)
        if current.state not in runs.ALIVE:
            break
        time.sleep(POLL_S)
    if current.state != "done":
        raise RunError(f"The run {current.name!r} {current.state}: {current.message}")
    how = "sample {} PROMPT" if current.stage == "base" else "ask {} QUESTION"
    narrate(f"done: llmlab {how.format(current.name)}")
    return 0


def _stop(name: str) -> None:
    runs.request(name, "stop")
    while runs.read_status(name).state in runs.ALIVE:
        time.sleep(POLL_S)
