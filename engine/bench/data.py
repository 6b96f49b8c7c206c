"""The funnel's speed beside datatrove's local executor, and whether its memory grows with the data.

Both read the same files with as many processes and apply the same rules, datatrove with its own
classes. Two of its parts are stood in for: the model of its language filter would have to be
downloaded, so it is given ours; and its reader wants libraries that this project does not, so it is
given our reader and decoder. Its words come once from our tokenizer, so that rules are compared,
and once from its own (spaCy), where that is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine import paths
from engine.bench.contenders import Say
from engine.bench.figures import median_ratio, rounded
from engine.bench.machine import machine_head, n_threads
from engine.errors import LabError

OURS, THEIRS, AS_SHIPPED = "ours", "datatrove", "datatrove with spaCy"


def run_data_bench(
    say: Say,
    *,
    n_pages: int,
    sizes: Sequence[int],
    rounds: int,
) -> dict[str, Any]:
    """Measure the funnel on the crawl of the pocket web, which is built if it is not there.

    Args:
        say: told what is done.
        n_pages: read for the speed, about; whole files are.
        sizes: pages with which the memory is measured, about; none to leave that out.
        rounds: turns of each contender.

    Returns:
        ``speed``, for each contender the median ``pages_per_s`` and the pages that it ``kept``;
        ``times_faster`` than each other one, the median of the ratios within a round; and
        ``memory``, for each size ``peak_mb`` of all processes together in a full run, with
        MinHash, decontamination and labels.

    Raises:
        LabError: datatrove is not installed, a number is too small, or a contender has failed.
    """
    for option, value in (
        ("--pages", n_pages),
        ("--rounds", rounds),
        ("--sizes", min(sizes, default=1)),
    ):
        if value < 1:
            raise LabError(f"{option} {value} is too small. Give a number from 1 up.")
    if find_spec("datatrove") is None:
        raise LabError(
            "There is nothing to compare with: datatrove is not installed. "
            "pip install 'llmlab[datatrove]'"
        )
    head = machine_head("data")
    files = _crawl(say)
    names = [OURS, THEIRS, *([AS_SHIPPED] if find_spec("spacy") is not None else [])]
    chosen, pages = _first(files, n_pages)
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            say(f"data: round {number + 1} of {rounds}: {name}, {pages:,} pages")
            turns[name].append(_turn(name, chosen, full=False))
    seconds = {name: [turn["seconds"] for turn in found] for name, found in turns.items()}
    return {
        **head,
        "pages": pages,
        "workers": n_threads(),
        "rounds": rounds,
        "speed": {
            name: {
                "pages_per_s": rounded(pages / sorted(seconds[name])[rounds // 2]),
                "kept": turns[name][-1]["kept"],
            }
            for name in names
        },
        "times_faster": {
            name: median_ratio(seconds[name], seconds[OURS]) for name in names if name != OURS
        },
        "left_out": {} if AS_SHIPPED in names else {AS_SHIPPED: "spacy is not installed"},
        "memory": [_memory(files, size, say) for size in sizes],
    }


def _crawl(say: Say) -> list[tuple[Path, int]]:
    """The files of the crawl, each with the number of its pages."""
    from engine.data.crawl.build import build
    from engine.data.crawl.labels import read_labels

    folder = paths.data_folder() / "pocket"
    say("data: the crawl of the pocket web")
    build("nano", folder)
    counts: dict[str, int] = {}
    for label in read_labels(folder):
        name = label.id.rpartition("/")[0]
        counts[name] = counts.get(name, 0) + 1
    return [(folder / name, count) for name, count in counts.items()]


def _first(files: Sequence[tuple[Path, int]], n_pages: int) -> tuple[list[Path], int]:
    """So many of the first files that they have ``n_pages``, or all."""
    chosen: list[Path] = []
    found = 0
    for path, count in files:
        if found >= n_pages:
            break
        chosen.append(path)
        found += count
    return chosen, found


def _turn(name: str, files: Sequence[Path], *, full: bool) -> dict[str, Any]:
    """One turn of a contender, in a process of its own.

    Args:
        full: whether ours does all of its stages, not only those that the other one has.

    Raises:
        LabError: it has failed.
    """
    with tempfile.TemporaryDirectory(prefix="llmlab-bench-") as folder:
        asked = {"contender": name, "files": [str(path) for path in files], "folder": folder,
                 "workers": n_threads(), "full": full}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "engine.bench.data_turn", json.dumps(asked)],
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise LabError(f"{name} has failed: {done.stderr.strip()[-2000:]}")
    turn: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return turn


def _memory(files: Sequence[tuple[Path, int]], size: int, say: Say) -> dict[str, Any]:
    chosen, pages = _first(files, size)
    say(f"data: memory with {pages:,} pages")
    return {"pages": pages, "peak_mb": _turn(OURS, chosen, full=True)["peak_mb"]}
