"""``llmlab import`` as a child of the app: it may read gigabytes while the screen lives on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from tui.child_job import ChildJob


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


def _name_in(out: bytes) -> str:
    """The name in the command's JSON, empty where there is none."""
    for line in out.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict) and isinstance(value.get("name"), str):
                return str(value["name"])
    return ""
