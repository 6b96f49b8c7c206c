"""A vocabulary as large as those of the newest models, of no use but to be held."""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path

from engine.tokenizer import Tokenizer

LARGE_VOCABULARY = "large"
"""What it is called in the lab."""
N_ENTRIES = 200_000


def write_large_vocabulary(home: Path) -> None:
    """Put it into a lab's home, as if ``llmlab train tokenizer`` had made it there."""
    runs_of_bytes = (bytes(each) for size in (1, 2, 3) for each in product(range(256), repeat=size))
    ranks = {data: rank for rank, data in enumerate(islice(runs_of_bytes, N_ENTRIES))}
    folder = home / "tokenizers" / LARGE_VOCABULARY
    folder.mkdir(parents=True)
    Tokenizer(ranks, {}).save(folder / "tokenizer.json")
    (folder / "training.json").write_text("{}")
