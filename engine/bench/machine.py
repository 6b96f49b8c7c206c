"""What a run was measured on, for the head of its report. No torch."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from engine import __version__
from engine.manifest import CheckpointInfo


def n_threads() -> int:
    """As many as this process may use processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def head_of(bench: str, info: CheckpointInfo) -> dict[str, Any]:
    """``machine_head`` and the checkpoint that is measured."""
    return {
        **machine_head(bench),
        "checkpoint": info.name,
        "sha256": info.sha256,
        "n_params": info.n_params,
    }


def machine_head(bench: str) -> dict[str, Any]:
    """``bench``, the versions, the processor, and how busy it is now.

    To be called before the measuring begins: ``load_average`` is other people's work.
    """
    return {
        "bench": bench,
        "llmlab": __version__,
        "python": platform.python_version(),
        "processor": _processor(),
        "threads": n_threads(),
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    """Its name for people, where the system tells one."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
