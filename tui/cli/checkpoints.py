"""``llmlab checkpoints``: what can be sampled from."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from engine.manifest import list_checkpoints
from tui.cli.output import emit_json, narrate, table


def run(arguments: argparse.Namespace) -> int:
    """List shipped checkpoints, imported ones and runs; one JSON line each with ``--json``."""
    infos = list_checkpoints()
    if arguments.json:
        for info in infos:
            emit_json({**asdict(info), "path": str(info.path)})
        return 0
    if not infos:
        narrate("No checkpoints yet. Train one: llmlab train base")
        return 0
    rows = [
        ("name", "stage", "chats", "parameters", "context", "steps", "tokens", "bits/byte", "from")
    ]
    for info in infos:
        bpb = info.metrics.get("val_bpb")
        rows.append(
            (
                info.name,
                info.stage,
                "yes" if info.chats else "no",
                f"{info.n_params:,}",
                str(info.max_seq_len),
                # Of a model that came from elsewhere nobody here knows.
                "-" if info.imported else str(info.step),
                "-" if info.imported else f"{info.tokens:,}",
                "-" if bpb is None else f"{bpb:.3f}",
                info.parent or ("elsewhere" if info.imported else "nothing"),
            )
        )
    table(rows, right=(3, 4, 5, 6, 7))
    return 0
