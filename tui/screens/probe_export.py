"""Write a probe to a file: a report to read, or its answers for a program."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from engine.errors import LabError
from engine.paths import expanded
from engine.probes.jobs import ProbeStatus
from engine.probes.reader import ProbeReader
from engine.probes.report import write_report
from tui.background import in_background
from tui.chat.export import exports_folder
from tui.safe_text import visible
from tui.screens.dialog import AskingDialog


class ProbeExport(AskingDialog[str]):
    """Gives the sentence that says where it went."""

    def __init__(self, status: ProbeStatus) -> None:
        super().__init__(classes="form")
        self.status = status
        self._writing = False

    def compose(self) -> ComposeResult:
        """The file's name and two buttons."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"export {visible(self.status.name)}")
            name = f"{self.status.started[:10]}-{self.status.name}.md"
            with Horizontal(classes="field"):
                yield Label("file", classes="name")
                yield Input(str(exports_folder() / name), id="path", compact=True)
            yield Static(
                Content(
                    ".md is a report with all tables; .csv has a line a question, .jsonl every "
                    "answer and score."
                ),
                classes="hint",
            )
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Write", id="write", variant="primary", compact=True)

    def finish(self) -> None:
        """Write in the background, and close when it is done."""
        if self._writing:
            return
        self._writing = True
        typed = self.query_one(Input).value.strip()

        async def work() -> None:
            try:
                path = expanded(typed).absolute()
                # In a thread: 10,000 records take seconds to read and write.
                await asyncio.to_thread(write_report, [ProbeReader(self.status.path)], path)
            except LabError as error:
                self.say_mistake(str(error))
            else:
                self.dismiss(f"Written to {path}.")
            finally:
                self._writing = False

        in_background(self, work, "export")
