"""``llmlab info``: what it runs on."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import PackageNotFoundError, version

from engine import __version__, paths
from engine.manifest import list_checkpoints
from engine.runs import list_runs
from tui.cli.output import emit_json


def run(arguments: argparse.Namespace) -> int:
    """Print versions, folders and counts; torch is asked for its devices last."""
    facts: dict[str, object] = {
        "llmlab": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        **{name: _version(name) for name in ("torch", "textual", "tiktoken")},
        "device": _device(),
        "home": str(paths.home()),
        "checkpoints": len(list_checkpoints()),
        "runs": len(list_runs()),
    }
    if arguments.json:
        emit_json(facts)
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            print(f"{name.ljust(width)}  {value}")
    return 0


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name(0)})"
    return f"cpu ({torch.get_num_threads()} threads)"
