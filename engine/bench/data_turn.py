"""One turn of a contender of ``llmlab bench data``: ``python -m engine.bench.data_turn JSON``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from engine.bench.data import OURS, THEIRS


def main(asked: dict[str, Any]) -> None:
    """Do the turn and print ``{"seconds", "kept", "peak_mb"}``."""
    files = [Path(path) for path in asked["files"]]
    folder = Path(asked["folder"])
    began = time.perf_counter()
    if asked["contender"] == OURS:
        found = _ours(files, folder, asked["workers"], full=asked["full"])
    else:
        from engine.bench.data_peer import run_peer

        kept = run_peer(
            files, folder, workers=asked["workers"], our_words=asked["contender"] == THEIRS
        )
        found = {"kept": kept, "peak_mb": None}
    print(json.dumps({"seconds": time.perf_counter() - began, **found}))


def _ours(files: list[Path], folder: Path, workers: int, *, full: bool) -> dict[str, Any]:
    from dataclasses import replace

    from engine.data.funnel.planning import make_plan
    from engine.data.funnel.run import run

    plan = make_plan(files, workers=workers)
    if not full:  # what the peer does not do is left out: MinHash, held-out questions, the labels
        plan = replace(plan, minhash=False, questions="none", labels=None)
    report = run(plan, folder / "run")
    return {"kept": report.output.pages, "peak_mb": report.peak_rss_mb}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
