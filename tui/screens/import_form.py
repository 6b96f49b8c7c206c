"""Import a model: the form starts the job, shows how far it is, and may be closed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widgets import Button

from tui.screens.form import Form, Line

if TYPE_CHECKING:
    from tui.importing import ImportJob

LOOK_EVERY_S = 0.2


class ImportForm(Form[str]):
    """Gives the name of the model when it is there; closed before, the import goes on.

    Args:
        start: begins an import of (source, name).
        job: the import under way or the last one that failed, whose words stand there again.
    """

    heading = "import a model"
    doing = "Import"

    def __init__(self, start: Callable[[str, str], ImportJob], job: ImportJob | None) -> None:
        origin, name = (job.origin, job.name) if job else ("", "")
        super().__init__(
            (
                Line("origin", "from", "hf:ORG/NAME, a folder, or a .gguf file", origin),
                Line("name", "name", "what to call it here; empty takes its own", name),
            )
        )
        self._start, self._job = start, job

    def on_mount(self) -> None:
        """Follow the import."""
        self.set_interval(LOOK_EVERY_S, self._look)
        self._look()

    def finish(self) -> None:
        """Begin, or cancel what runs."""
        if self._job is not None and self._job.state == "running":
            self._job.cancel()
        elif self.typed("origin"):
            self._job = self._start(self.typed("origin"), self.typed("name"))
        else:
            self.say(mistake="Say what to import: hf:ORG/NAME, a folder, or a .gguf file.")
        self._look()

    def _look(self) -> None:
        job = self._job
        if job is None:
            return
        running = job.state == "running"
        self.query_one("#do", Button).label = "Cancel" if running else self.doing
        if running:
            self.say(f"{job.words}\nEscape closes this; the import goes on.")
        elif job.state == "failed":
            self.say(mistake=job.words)
        elif job.state == "cancelled":
            self.say("Cancelled.")
        else:
            self.dismiss(job.imported)
