"""``llmlab info``: what it runs on."""

from __future__ import annotations

import argparse

from engine.manifest import list_checkpoints
from engine.runs import list_runs
from tui.cli.output import emit_json, printable
from tui.crash import last_report
from tui.facts import places, terminal, versions
from tui.state.database import state_path


def run(arguments: argparse.Namespace) -> int:
    """Print versions, folders and counts, the terminal, how Python is contained, who searches.

    Raises:
        LabError: the environment asks for a search provider that there is not.
    """
    facts: dict[str, object] = {
        **versions(),
        "device": _device(),
        **_tools(),
        "terminal": terminal(),
        **places(),
        "database": _database(),
        "checkpoints": len(list_checkpoints()),
        "runs": len(list_runs()),
        "last_crash": str(last_report() or "none"),
    }
    if arguments.json:
        emit_json(facts)
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            print(printable(f"{name.ljust(width)}  {value}"))
    return 0


def _database() -> str:
    path = state_path()
    try:
        # What was written last lies beside it until the file takes it in.
        parts = [path, path.with_name(f"{path.name}-wal")]
        size = sum(part.stat().st_size for part in parts if part.exists())
    except OSError as error:
        return f"{path} (cannot be looked at: {error.strerror})"
    return f"{path} ({size / 1e6:.1f} MB)" if path.exists() else f"{path} (none yet)"


def _tools() -> dict[str, object]:
    from engine.tools_here import open_tools

    with open_tools() as tools:
        python, search = tools.standing("python"), tools.standing("search")
    return {
        "python_tool": python.tier or "unavailable",
        **({"python_tool_why": python.detail} if python.detail else {}),
        "search_tool": search.detail,
    }


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name(0)})"
    return f"cpu ({torch.get_num_threads()} threads)"
