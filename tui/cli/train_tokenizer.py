"""``llmlab train tokenizer``: a vocabulary learned from a corpus, beside the published ones."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from tui.cli.meter import Meter
from tui.cli.output import emit_json, narrate
from tui.cli.train_forms import VOCAB_SIZE

BESIDE = ("gpt2", "cl100k_base", "o200k_base")
"""Tokenizers that its compression is shown beside."""


def run(arguments: argparse.Namespace) -> int:
    """Train it, and show how well it compresses.

    Raises:
        LabError: what ``engine.vocab.training`` refuses.
    """
    from engine.vocab.compression import compression
    from engine.vocab.training import train_tokenizer
    from tui.cli.compression_table import compression_json, show_compression

    meter = Meter()
    size = VOCAB_SIZE if arguments.vocab_size is None else arguments.vocab_size
    try:
        about, folder = train_tokenizer(arguments.data, size, arguments.out, meter)
    finally:
        meter.close()
    narrate(
        f"{about.name}: {about.n_vocab:,} entries from {about.n_texts:,} texts of "
        f"{about.n_bytes / 1e6:,.1f} MB in {about.seconds:.1f} s ({folder})"
    )
    if about.n_vocab < size:
        narrate(f"The texts held no more merges: {size:,} entries were asked for.")
    rows = compression([about.name, *BESIDE])
    if arguments.json:
        rows_json = compression_json(rows)
        emit_json({**asdict(about), "folder": str(folder), "compression": rows_json})
    else:
        show_compression(rows)
    narrate(f"try: llmlab train base --tokenizer {about.name}")
    return 0
