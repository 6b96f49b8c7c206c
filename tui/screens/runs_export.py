"""Where the curves of runs are written to, and in which form."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.background import in_background
from tui.runs.row import Row
from tui.safe_text import visible
from tui.screens.form import Form, Line

if TYPE_CHECKING:
    from engine.train.curve_files import Form as FileForm


class ExportRuns(Form[str]):
    """Gives a sentence that says what was written.

    Args:
        rows: whose curves.
    """

    doing = "Write"

    def __init__(self, rows: Sequence[Row]) -> None:
        names = ", ".join(row.name for row in rows[:3]) + (" …" if len(rows) > 3 else "")
        self.heading = f"curves of {visible(names)}"
        super().__init__((Line("to", "to", "curves.csv, curves.jsonl, or a folder"),))
        self._rows = rows

    def on_mount(self) -> None:
        """Say what the ending decides."""
        self.say(
            "A name that ends in .csv or .jsonl is one file, a line for each step. Any other is "
            "a folder of TensorBoard's event files, for tensorboard --logdir."
        )

    def finish(self) -> None:
        """Write them in a thread; a mistake leaves the line as it was typed."""
        typed = self.typed("to")
        if not typed:
            self.say(mistake="Type where to, such as curves.csv.")
            return

        async def work() -> None:
            self.say("Writing …")
            try:
                sentence = await asyncio.to_thread(write_curves, self._rows, typed)
            except LabError as error:
                self.say(mistake=visible(str(error)))
                return
            self.dismiss(sentence)

        in_background(self, work, "export", only=True)


def write_curves(rows: Sequence[Row], target: str) -> str:
    """Write the curves of runs; the ending of ``target`` says how.

    Returns:
        A sentence that says what was written.

    Raises:
        LabError: something is there already, a package is missing, the disk is full.
    """
    from engine.paths import expanded
    from engine.train.curve_files import write_file
    from engine.train.tensorboard import began_at, write_events

    path = expanded(target).absolute()
    # A checkpoint that comes with the lab has a slash in its name, a folder has not.
    runs: list[tuple[str, Path]] = [(row.name.replace("/", "-"), row.path) for row in rows]
    endings: dict[str, FileForm] = {".csv": "csv", ".jsonl": "jsonl"}
    form = endings.get(path.suffix.lower())
    if form is not None:
        return f"{write_file(runs, form, path)} lines are in {path}."
    n = write_events(runs, path, began=[began_at(row.started) for row in rows])
    return f"{n} scalars are in {path}: tensorboard --logdir {path}"
