"""``llmlab import``: a model that somebody else trained becomes a checkpoint."""

from __future__ import annotations

import argparse

from engine.errors import LabError
from tui.cli.meter import Meter
from tui.cli.output import emit_json, narrate


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
    info = import_model(arguments.source, arguments.name, Meter())
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
