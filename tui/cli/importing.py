"""``llmlab import``: a model that somebody else trained becomes a checkpoint."""

from __future__ import annotations

import argparse
import sys
import time

from engine.errors import LabError
from tui.cli.output import emit_json, narrate

SHOW_S = 0.5
SHOW_ELSEWHERE_S = 2.0
"""Where it is no terminal, each showing is a line of its own: in a log, or in the app."""


def run(arguments: argparse.Namespace) -> int:
    """Import one model, or remove one.

    Raises:
        LabError: neither or both of a source and ``--remove``, or what the import refuses.
    """
    if (arguments.source is None) == (arguments.remove is None):
        raise LabError("Say either a SOURCE to import or --remove NAME.")
    from engine.imports.source import import_model, remove_model

    if arguments.remove is not None:
        folder = remove_model(arguments.remove)
        narrate(f"removed {arguments.remove} ({folder})")
        if arguments.json:
            emit_json({"removed": arguments.remove, "folder": str(folder)})
        return 0
    info = import_model(arguments.source, arguments.name, _Meter())
    narrate(
        f"{info.name}: {info.n_params:,} parameters, "
        f"{'it chats' if info.chats else 'it continues documents'} ({info.path})"
    )
    narrate(f"try: llmlab {'ask' if info.chats else 'sample'} {info.name} ...")
    if arguments.json:
        emit_json(
            {
                "name": info.name,
                "folder": str(info.path),
                "n_params": info.n_params,
                "max_seq_len": info.max_seq_len,
                "chats": info.chats,
            }
        )
    return 0


class _Meter:
    """A line on stderr that is written over on a terminal, and seldom elsewhere."""

    def __init__(self) -> None:
        self._shown = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        pause = SHOW_S if sys.stderr.isatty() else SHOW_ELSEWHERE_S
        if time.monotonic() - self._shown < pause and done < total:
            return
        self._shown = time.monotonic()
        line = f"{what}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        if sys.stderr.isatty():
            print(f"\r{line}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
        else:
            narrate(line)
