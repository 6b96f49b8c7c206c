"""``llmlab bench``: speed, as ratios within one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Run one benchmark; one JSON document with ``--json``."""
    narrate(f"bench {arguments.name}: best on a quiet machine ...")
    figures = _BENCHES[arguments.name]()
    if arguments.json:
        emit_json(figures)
    else:
        _print(figures, "")
    return 0


def _decode() -> dict[str, Any]:
    from engine.bench.decode import run_decode_bench
    from engine.local import LocalModel

    local = LocalModel.load("nano/base", device="cpu")
    return run_decode_bench(local.model, local.tokenizer)


def _startup() -> dict[str, Any]:
    from tui.bench.startup import run_startup_bench

    return run_startup_bench()


def _tui() -> dict[str, Any]:
    from tui.bench.tui import run_tui_bench

    return run_tui_bench()


_BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "decode": _decode,
    "startup": _startup,
    "tui": _tui,
}


def _print(values: dict[str, Any], indent: str) -> None:
    for name, value in values.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            _print(value, indent + "  ")
        else:
            print(f"{indent}{name:<28}{value:.3f}" if isinstance(value, float)
                  else f"{indent}{name:<28}{value}")  # fmt: skip
