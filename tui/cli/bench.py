"""``llmlab bench``: speed, as ratios within one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from tui.cli.bench_data import print_data
from tui.cli.bench_report import print_decode
from tui.cli.bench_rollouts import print_rollouts
from tui.cli.bench_tokenize import print_tokenize
from tui.cli.bench_tools import print_tools
from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Run one benchmark; one JSON document with ``--json``.

    Raises:
        LabError: it cannot be run, or what it was asked for is wrong.
    """
    narrate(f"bench {arguments.name}: best on a quiet machine ...")
    figures = _BENCHES[arguments.name](arguments)
    if arguments.json:
        emit_json(figures)
    else:
        _REPORTS.get(arguments.name, _print)(figures)
    return 0


def _decode(arguments: argparse.Namespace) -> dict[str, Any]:
    from engine.bench.decode import run_decode_bench
    from engine.bench.plan import make_plan
    from engine.manifest import find_checkpoint
    from engine.precision import split_name

    name, precision = split_name(arguments.checkpoint)
    info = find_checkpoint(name)
    plan = make_plan(
        info,
        only=arguments.only,
        precisions=arguments.precision or ([precision] if precision else []),
        batch_sizes=arguments.batch,
        n_new=arguments.tokens,
        rounds=arguments.rounds,
    )
    return run_decode_bench(info, plan, narrate)


def _kill(arguments: argparse.Namespace) -> dict[str, Any]:
    from tui.bench.kill.bench import run_kill_bench

    return run_kill_bench(narrate, times=arguments.times, seed=arguments.seed)


def _rollouts(arguments: argparse.Namespace) -> dict[str, Any]:
    from engine.bench.rollouts import rollouts_plan, run_rollouts_bench
    from engine.manifest import find_checkpoint

    info = find_checkpoint(arguments.checkpoint)
    plan = rollouts_plan(arguments.task, info, algorithm=arguments.algorithm)
    return run_rollouts_bench(info, plan, narrate, rounds=arguments.rounds)


def _startup(_: argparse.Namespace) -> dict[str, Any]:
    from tui.bench.startup import run_startup_bench

    return run_startup_bench()


def _memory(arguments: argparse.Namespace) -> dict[str, Any]:
    from tui.bench.memory import run_memory_bench

    return run_memory_bench(narrate, real_s=60 * arguments.minutes)


def _scroll(_: argparse.Namespace) -> dict[str, Any]:
    from tui.bench.scroll import run_scroll_bench

    return run_scroll_bench()


def _tui(_: argparse.Namespace) -> dict[str, Any]:
    from tui.bench.tui import run_tui_bench

    return run_tui_bench()


def _data(arguments: argparse.Namespace) -> dict[str, Any]:
    from engine.bench.data import run_data_bench

    return run_data_bench(
        narrate, n_pages=arguments.pages, sizes=arguments.sizes, rounds=arguments.rounds
    )


def _tokenize(arguments: argparse.Namespace) -> dict[str, Any]:
    from engine.bench.tokenize import NAMES, run_tokenize_bench

    return run_tokenize_bench(arguments.tokenizer or NAMES, narrate)


def _tools(_: argparse.Namespace) -> dict[str, Any]:
    from engine.bench.tools import run_tools_bench

    return run_tools_bench(narrate)


_BENCHES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "data": _data,
    "decode": _decode,
    "kill": _kill,
    "memory": _memory,
    "rollouts": _rollouts,
    "scroll": _scroll,
    "startup": _startup,
    "tokenize": _tokenize,
    "tools": _tools,
    "tui": _tui,
}


def _print(values: dict[str, Any], indent: str = "") -> None:
    for name, value in values.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            _print(value, indent + "  ")
        else:
            print(f"{indent}{name:<28}{value:.3f}" if isinstance(value, float)
                  else f"{indent}{name:<28}{value}")  # fmt: skip


_REPORTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "data": print_data,
    "decode": print_decode,
    "rollouts": print_rollouts,
    "tokenize": print_tokenize,
    "tools": print_tools,
}
