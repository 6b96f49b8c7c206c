"""A walk through all that the app has to show, and the memory that it holds after each part.

The app is that of ``lively``: four columns stream and a training writes on meanwhile. Beside it lie
many past runs on disk, and the run of the funnel that comes with the lab is read by the real parts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from engine import paths
from tui.bench.large_vocabulary import LARGE_VOCABULARY, write_large_vocabulary
from tui.bench.lively import COLUMNS, lively_services
from tui.bench.scripted import ScriptedRuns, training_events
from tui.bench.terminal import Terminal
from tui.services import real_services
from tui.start import run

RUNS, STEPS = 200, 2000
"""Past ones, and how many steps each of them has logged."""
_PATIENCE_S = 180.0
"""The pages of the what-if are measured by a helper that gives way to all else."""
_SETTLES_S = 2.0
_KEY_S = 0.4
"""A key right behind an escape would be another key."""
_ESCAPE, _ENTER = "\x1b", "\r"
_DOWN, _PAGE_DOWN = "\x1b[B", "\x1b[6~"
_F1, _F5, _F6, _F8 = "\x1bOP", "\x1b[15~", "\x1b[17~", "\x1b[19~"
_CTRL_P, _TO_PROMPT = "\x10", "/"


class Place(NamedTuple):
    """Somewhere to go.

    Args:
        name: what is shown.
        keys: what leads there from the place before.
        shown: words that are waited for.
        prepare: puts what is looked at into the home that it is given, before the app is opened.
    """

    name: str
    keys: tuple[str, ...]
    shown: str = ""
    prepare: Callable[[Path], None] | None = None


def _pane(digit: str) -> tuple[str, ...]:
    return (_ESCAPE, _ESCAPE, digit)


PLACES = (
    Place("pipeline", _pane("1")),
    Place("data: funnel", _pane("2"), "pages found"),
    Place("data: removed", ("b", *[_PAGE_DOWN] * 5, _ENTER, "h")),
    Place("data: duplicates", (_ESCAPE, "d", *[_PAGE_DOWN] * 5)),
    Place("data: truth", ("t",)),
    Place("data: what if", ("w",), "kept  "),
    Place("tokens", _pane("3")),
    Place("tokens: compare", ("c",)),
    Place("tokens: merges", ("m",)),
    Place(
        "tokens: 200,000 entries",
        ("c", "+", *LARGE_VOCABULARY, _ENTER),
        "200 000 entries",
        write_large_vocabulary,
    ),
    Place("chat", _pane("5")),
    Place("probes", _pane("6")),
    Place("probes: outcomes", ("o",)),
    Place("rl", _pane("7")),
    Place("rl: curves", ("c",)),
    Place("runs", _pane("8")),
    Place("runs: curves", ("k", *[" ", _DOWN] * 8, "c")),
    Place("runs: lineage", ("g",)),
    Place("runs: disk", ("d",)),
    Place("course", (_F5,)),
    Place("history", (_ESCAPE, _F6)),
    Place("settings", (_ESCAPE, _F8)),
    Place("help", (_ESCAPE, _F1)),
    Place("palette", (_ESCAPE, _CTRL_P)),
    Place("compare", (_ESCAPE, *_pane("4"))),
)
"""All panes with their views, and the screens that show most."""


def code(tokens_per_s: float) -> str:
    """What ``python -c`` is given to open it; ``tokens_per_s`` of all streams together."""
    return f"from tui.bench.everywhere import open_app; open_app({tokens_per_s / COLUMNS})"


def open_app(tokens_per_s: float) -> None:
    """The app; ``tokens_per_s`` are those of one stream."""
    real = real_services()
    services = lively_services(tokens_per_s, _past_runs())
    run(replace(services, funnels=real.funnels, whatif_command=real.whatif_command))


def _past_runs() -> ScriptedRuns:
    """Runs that are done, in the home of this process; the same log under all of them."""
    folder = paths.runs_folder()
    folder.mkdir(parents=True)
    log = folder.parent / "events.jsonl"
    log.write_text("".join(f"{json.dumps(each)}\n" for each in islice(training_events(), STEPS)))
    runs = ScriptedRuns(folder)
    for number in range(2, RUNS + 2):
        name = f"base-{number:04d}"
        (folder / name).mkdir()
        os.link(log, folder / name / log.name)
        runs.add(name, "done", step=STEPS, total_steps=STEPS)
    return runs


def walk(terminal: Terminal, places: Sequence[Place], seen: Callable[[str, float], None]) -> None:
    """Go to places of ``PLACES`` in turn, the last of them Compare, and back into its prompt.

    Args:
        terminal: an app that was opened by ``code``, four columns at work.
        places: where to go.
        seen: told the name of each place and the resident MB behind it.

    Raises:
        LabError: the app ended, does not show what it should, or cannot be asked for its memory.
    """
    for place in places:
        *before, last = place.keys
        for key in before:
            terminal.type(key)
            terminal.drain(_KEY_S)
        terminal.type(last)
        if place.shown:  # It may be drawn at once: nothing is read away before.
            terminal.wait_for(place.shown, _PATIENCE_S)
        terminal.drain(_SETTLES_S)
        seen(place.name, terminal.resident_bytes() / 1e6)
    terminal.type(_TO_PROMPT)
    terminal.drain(_KEY_S)
