"""``llmlab import`` as a child of the app: it may read gigabytes while the screen lives on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.child_job import ChildJob
from tui.safe_text import visible

if TYPE_CHECKING:
    from tui.app import LabApp


@dataclass(slots=True)
class ImportJob(ChildJob):
    """One import: how far it is, and how it ended.

    Args:
        command: what the child runs, but for the name and the source.
        origin: a folder, a ``.gguf`` file or ``hf:ORG/NAME``.
        name: what to call the model here; empty leaves it to the command.
    """

    origin: str
    name: str = ""
    imported: str = ""
    """The model's name, once it is there."""

    @property
    def what(self) -> str:
        """A noun for sentences."""
        return "import"

    def arguments(self) -> Sequence[str]:
        """The name, if there is one, and the source."""
        return (*(("--name", self.name) if self.name else ()), "--", self.origin)

    def take(self, out: bytes) -> None:
        """Take the model's name."""
        self.imported = _name_in(out)


async def carry_out(app: LabApp, job: ImportJob) -> None:
    """Run an import to its end, and say how it ended."""
    await job.run()
    app.lab_watch.show_job()
    if job.state == "done":
        await app.lab_watch.read_checkpoints()
        name = visible(job.imported or job.origin)
        app.notify(f"{name} is here: c chooses it.", markup=False)
    elif job.state == "failed":
        app.notify(job.words, severity="error", timeout=15, markup=False)


def _name_in(out: bytes) -> str:
    """The name in the command's JSON, empty where there is none."""
    for line in out.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict) and isinstance(value.get("name"), str):
                return str(value["name"])
    return ""
